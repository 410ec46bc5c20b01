package dev.javelin.api.admin;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JavaType;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverter;
import io.swagger.v3.core.converter.ModelConverterContext;
import io.swagger.v3.core.util.Json;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.Schema;
import java.lang.reflect.RecordComponent;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/**
 * Makes a record's schema as exact as the record: a component that may be null may be null or
 * absent, every other one is required, and nothing else is allowed.
 */
@Component
final class RecordSchemas implements ModelConverter {
  @Override
  public @Nullable Schema<?> resolve(
      AnnotatedType type, ModelConverterContext context, Iterator<ModelConverter> others) {
    JavaType java = Json.mapper().constructType(type.getType());
    if (java.isTypeOrSubTypeOf(JsonNode.class)) {
      return new JsonSchema();
    }
    if (java.hasRawClass(ServerSentEvent.class)) {
      return context.resolve(new AnnotatedType(java.containedType(0)).resolveAsRef(true));
    }
    if (!others.hasNext()) {
      return null;
    }
    Schema<?> schema = others.next().resolve(type, context, others);
    if (schema != null && java.getRawClass().isRecord()) {
      Schema<?> whole = schema.get$ref() == null ? schema : named(schema.get$ref(), context);
      if (whole != null && whole.getAdditionalProperties() == null) {
        complete(whole, java.getRawClass().getRecordComponents());
      }
    }
    return schema;
  }

  private static @Nullable Schema<?> named(String reference, ModelConverterContext context) {
    return context.getDefinedModels().get(reference.substring(reference.lastIndexOf('/') + 1));
  }

  @SuppressWarnings("rawtypes") // as the library has its properties
  private static void complete(Schema<?> schema, RecordComponent[] components) {
    Map<String, Schema> properties = schema.getProperties();
    if (properties == null) {
      return;
    }
    schema.setAdditionalProperties(false);
    schema.setRequired(null);
    for (RecordComponent component : components) {
      String name = name(component);
      Schema<?> property = properties.get(name);
      if (property == null) {
        continue;
      }
      if (component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
        properties.put(name, nullable(property));
      } else {
        schema.addRequiredItem(name);
      }
    }
  }

  private static Schema<?> nullable(Schema<?> schema) {
    Set<String> types = schema.getTypes();
    if (schema.get$ref() == null && schema.getEnum() == null) {
      if (types != null) {
        schema.addType("null");
      }
      return schema;
    }
    Schema<?> nothing = new JsonSchema().types(Set.of("null"));
    return new JsonSchema().anyOf(List.of(schema, nothing));
  }

  private static String name(RecordComponent component) {
    JsonProperty named = component.getAccessor().getAnnotation(JsonProperty.class);
    return named == null ? component.getName() : named.value();
  }
}
