package dev.javelin.tokenizer.template;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Attributes, elements and slices. */
final class Members {
  private Members() {}

  /** {@code object.name}: a method or attribute, else the element of that name. */
  static Value attribute(Value object, String name) {
    Value own = ownAttribute(object, name);
    if (own != null) {
      return own;
    }
    if (object instanceof DictValue dict) {
      Value value = dict.get(Str.trusted(name));
      if (value != null) {
        return value;
      }
    }
    return missing(object, name);
  }

  /** {@code object[key]}: an element, else the attribute of that name. */
  static Value item(Value object, Value key) {
    Operators.requireDefined(object);
    if (object instanceof DictValue dict) {
      Value value = dict.get(key);
      if (value != null) {
        return value;
      }
    }
    if (key instanceof Value.Int number) {
      Value element = element(object, Operators.clamp(number.value()));
      return element == null
          ? new Value.Undefined(object.typeName() + " object has no element " + number.value())
          : element;
    }
    if (key instanceof Str name) {
      Value own = ownAttribute(object, name.text());
      return own == null ? missing(object, name.text()) : own;
    }
    return new Value.Undefined(
        object.typeName() + " object has no element " + PythonText.repr(key));
  }

  private static Value missing(Value object, String name) {
    Operators.requireDefined(object);
    return new Value.Undefined(
        "'" + object.typeName() + " object' has no attribute '" + name + "'");
  }

  private static @Nullable Value ownAttribute(Value object, String name) {
    return switch (object) {
      case Str text -> method(StringMethods.find(name), text);
      case ListValue list -> method(CollectionMethods.LIST.find(name), list);
      case DictValue dict -> method(CollectionMethods.DICT.find(name), dict);
      case Namespace namespace -> namespace.attributes.get(name);
      case LoopValue loop -> loop.attribute(name);
      case Value.Int v -> null;
      case Value.Real v -> null;
      case Value.Bool v -> null;
      case Value.None v -> null;
      case Value.Undefined v -> null;
      case Callable c -> name.equals("name") ? Str.trusted(c.name()) : null;
    };
  }

  private static @Nullable Value method(BuiltinTable.@Nullable Builtin method, Value self) {
    return method == null
        ? null
        : new Callable(
            method.name(), (evaluator, arguments) -> method.apply(evaluator, self, arguments));
  }

  private static @Nullable Value element(Value object, int index) {
    if (object instanceof ListValue list) {
      int size = list.items().size();
      int at = index < 0 ? index + size : index;
      return at < 0 || at >= size ? null : list.items().get(at);
    }
    if (object instanceof Str text) {
      int size = text.size();
      int at = index < 0 ? index + size : index;
      return at < 0 || at >= size ? null : text.slice(text.offset(at), text.offset(at + 1));
    }
    return null;
  }

  static Value slice(Value object, @Nullable Integer start, @Nullable Integer stop, int step) {
    Operators.requireDefined(object);
    if (step == 0) {
      throw new EvaluationException("the step of a slice is zero");
    }
    int size;
    if (object instanceof Str text) {
      size = text.size();
    } else if (object instanceof ListValue list) {
      size = list.items().size();
    } else {
      throw new EvaluationException("a value of type " + object.typeName() + " has no slices");
    }
    int from = limit(start, size, step, step > 0 ? 0 : size - 1);
    int to = limit(stop, size, step, step > 0 ? size : -1);
    if (object instanceof Str text && step == 1) {
      return from >= to ? Str.EMPTY : text.slice(text.offset(from), text.offset(to));
    }
    List<Value> elements = Operators.iterate(object);
    List<Value> chosen = new ArrayList<>();
    for (long i = from; step > 0 ? i < to : i > to; i += step) {
      chosen.add(elements.get((int) i));
    }
    if (object instanceof ListValue list) {
      return list.tuple() ? ListValue.tuple(chosen) : ListValue.of(chosen);
    }
    StrBuilder text = new StrBuilder();
    chosen.forEach(character -> text.append(PythonText.str(character)));
    return text.build();
  }

  private static int limit(@Nullable Integer given, int size, int step, int fallback) {
    if (given == null) {
      return fallback;
    }
    long position = given < 0 ? (long) given + size : given;
    return (int) Math.clamp(position, step > 0 ? 0 : -1, step > 0 ? size : size - 1);
  }
}
