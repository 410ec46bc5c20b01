package dev.javelin.config;

import com.fasterxml.jackson.annotation.Nulls;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.stereotype.Component;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.LogicalType;

/** A value of another type, or a null in a list, is refused by name and not made to fit. */
@Component
final class StrictJson implements JsonMapperBuilderCustomizer {
  @Override
  public void customize(JsonMapper.Builder builder) {
    builder.changeDefaultNullHandling(nulls -> nulls.withContentNulls(Nulls.FAIL));
    builder.withCoercionConfig(
        LogicalType.Textual,
        text -> {
          text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
          text.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
          text.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
        });
    for (LogicalType type :
        new LogicalType[] {
          LogicalType.Integer, LogicalType.Float, LogicalType.Boolean, LogicalType.Enum
        }) {
      builder.withCoercionConfig(
          type, scalar -> scalar.setCoercion(CoercionInputShape.String, CoercionAction.Fail));
    }
    // 1 is no true, and no constant's place in the code.
    for (LogicalType type : new LogicalType[] {LogicalType.Boolean, LogicalType.Enum}) {
      builder.withCoercionConfig(
          type, scalar -> scalar.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail));
    }
  }
}
