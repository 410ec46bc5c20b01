package dev.javelin.tokenizer.template;

import java.math.BigInteger;

/** A value of the template language. There is no way from here to a Java object. */
sealed interface Value
    permits Str,
        Value.Int,
        Value.Real,
        Value.Bool,
        Value.None,
        Value.Undefined,
        ListValue,
        DictValue,
        Namespace,
        LoopValue,
        Callable {

  /** The name Python gives the type, for error messages. */
  String typeName();

  boolean truthy();

  record Int(BigInteger value) implements Value {
    private static final int MAX_BITS = 4096;

    public Int {
      if (value.bitLength() > MAX_BITS) {
        throw new EvaluationException("an integer has more than " + MAX_BITS + " bits");
      }
    }

    static Int of(long value) {
      return new Int(BigInteger.valueOf(value));
    }

    @Override
    public String typeName() {
      return "int";
    }

    @Override
    public boolean truthy() {
      return value.signum() != 0;
    }
  }

  record Real(double value) implements Value {
    @Override
    public String typeName() {
      return "float";
    }

    @Override
    public boolean truthy() {
      return value != 0;
    }
  }

  enum Bool implements Value {
    FALSE,
    TRUE;

    static Bool of(boolean value) {
      return value ? TRUE : FALSE;
    }

    @Override
    public String typeName() {
      return "bool";
    }

    @Override
    public boolean truthy() {
      return this == TRUE;
    }
  }

  enum None implements Value {
    NONE;

    @Override
    public String typeName() {
      return "NoneType";
    }

    @Override
    public boolean truthy() {
      return false;
    }
  }

  /** What a missing name or element gives: empty when printed, an error when used further. */
  record Undefined(String hint) implements Value {
    @Override
    public String typeName() {
      return "undefined";
    }

    @Override
    public boolean truthy() {
      return false;
    }
  }
}
