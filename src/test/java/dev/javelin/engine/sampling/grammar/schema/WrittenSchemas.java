package dev.javelin.engine.sampling.grammar.schema;

import java.util.List;

/** Schemas written by hand, for what chance seldom makes. */
public final class WrittenSchemas {
  private WrittenSchemas() {}

  public static final List<String> ALL =
      List.of(
          "true",
          "{}",
          "{\"type\":\"object\"}",
          "{\"type\":\"array\"}",
          "{\"type\":[\"object\",\"null\"],\"properties\":{\"a\":{\"type\":\"integer\"}}}",
          "{\"const\":{\"a\":[1,2,{\"b\":\"\\u0001\\\"\"}]}}",
          "{\"enum\":[1,\"1\",1.50,[],{}],\"type\":[\"number\",\"array\"]}",
          "{\"type\":\"integer\",\"minimum\":0,\"maximum\":0}",
          "{\"type\":\"integer\",\"minimum\":-5,\"maximum\":1234567}",
          "{\"type\":\"integer\",\"exclusiveMinimum\":-1000,\"exclusiveMaximum\":-998}",
          "{\"type\":\"number\",\"minimum\":0.125,\"maximum\":0.126}",
          "{\"type\":\"number\",\"exclusiveMinimum\":0,\"exclusiveMaximum\":1e-3}",
          "{\"type\":\"number\",\"minimum\":-1e12}",
          "{\"type\":\"number\",\"maximum\":-0.5,\"multipleOf\":0.25}",
          "{\"type\":\"integer\",\"multipleOf\":7,\"minimum\":100}",
          "{\"minimum\":3,\"minLength\":2,\"minItems\":1,\"minProperties\":1}",
          "{\"type\":\"string\",\"minLength\":3,\"maxLength\":3}",
          "{\"type\":\"string\",\"pattern\":\"^\\\\p{Lu}\\\\p{Ll}+$\",\"maxLength\":8}",
          "{\"type\":\"string\",\"pattern\":\"^[\\\"\\\\\\\\\\\\n]{1,4}$\"}",
          "{\"type\":\"string\",\"pattern\":\"a\",\"allOf\":[{\"pattern\":\"b$\"}],\"maxLength\":12}",
          "{\"type\":\"string\",\"format\":\"date\"}",
          "{\"type\":\"string\",\"format\":\"time\"}",
          "{\"type\":\"string\",\"format\":\"date-time\"}",
          "{\"type\":\"string\",\"format\":\"uuid\"}",
          "{\"type\":\"string\",\"format\":\"email\"}",
          "{\"type\":\"string\",\"format\":\"ipv4\"}",
          "{\"type\":\"string\",\"format\":\"ipv6\"}",
          "{\"type\":\"string\",\"format\":\"uri\"}",
          "{\"type\":\"array\",\"items\":{\"type\":\"boolean\"},\"minItems\":3,\"maxItems\":3}",
          "{\"type\":\"array\",\"prefixItems\":[{\"const\":1},{\"const\":2}],\"items\":false,\"minItems\":1}",
          "{\"type\":\"array\",\"prefixItems\":[{\"const\":1},{\"const\":2}],\"items\":{\"const\":3},\"minItems\":4,\"maxItems\":6}",
          "{\"type\":\"array\",\"maxItems\":0}",
          "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"null\"},\"b\":{\"type\":\"null\"},\"c\":{\"type\":\"null\"}},\"minProperties\":2}",
          "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"null\"},\"b\":{\"type\":\"null\"},\"c\":{\"type\":\"null\"}},\"maxProperties\":1}",
          "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"null\"},\"b\":{\"type\":\"null\"}},\"required\":[\"b\"],\"minProperties\":3,\"additionalProperties\":{\"const\":0}}",
          "{\"type\":\"object\",\"required\":[\"z\",\"y\"],\"maxProperties\":3}",
          "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"integer\"},\"minProperties\":3,\"maxProperties\":4}",
          "{\"type\":\"object\",\"patternProperties\":{\"^a\":{\"type\":\"integer\"},\"z$\":{\"minimum\":5}},\"additionalProperties\":false,\"minProperties\":1}",
          "{\"type\":\"object\",\"properties\":{\"ab\":{\"maximum\":9}},\"patternProperties\":{\"^a\":{\"type\":\"integer\"}},\"required\":[\"ab\"]}",
          "{\"allOf\":[{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}},\"required\":[\"a\"]},{\"properties\":{\"a\":{\"maximum\":3},\"b\":{\"type\":\"string\",\"maxLength\":2}}}]}",
          "{\"anyOf\":[{\"type\":\"string\",\"maxLength\":3},{\"type\":\"integer\"}],\"type\":[\"string\",\"integer\"]}",
          "{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"string\",\"maxLength\":3},{\"type\":\"null\"}]}",
          "{\"oneOf\":[{\"type\":\"integer\",\"maximum\":5},{\"type\":\"integer\",\"minimum\":6}]}",
          "{\"oneOf\":[{\"enum\":[1,2,3]},{\"enum\":[3,4]}]}",
          "{\"type\":\"object\",\"oneOf\":[{\"properties\":{\"cat\":{\"type\":\"boolean\"}},\"required\":[\"cat\"]},{\"properties\":{\"dog\":{\"type\":\"boolean\"}},\"required\":[\"dog\"]}]}",
          "{\"$defs\":{\"tree\":{\"type\":\"object\",\"properties\":{\"v\":{\"type\":\"integer\"},\"kids\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/tree\"},\"maxItems\":2}},\"required\":[\"v\"]}},\"$ref\":\"#/$defs/tree\"}",
          "{\"type\":\"object\",\"properties\":{\"next\":{\"anyOf\":[{\"$ref\":\"#\"},{\"type\":\"null\"}]}},\"required\":[\"next\"]}",
          "{\"$id\":\"https://example.com/s\",\"$defs\":{\"x\":{\"$anchor\":\"here\",\"type\":\"boolean\"}},\"type\":\"array\",\"items\":{\"$ref\":\"#here\"},\"minItems\":1,\"maxItems\":2}",
          "{\"type\":\"object\",\"properties\":{\"a/b~c\":{\"$ref\":\"#/$defs/p%25q\"}},\"required\":[\"a/b~c\"],\"$defs\":{\"p%q\":{\"const\":\"ok\"}}}",
          "{\"type\":\"object\",\"properties\":{\"a\":false,\"b\":{\"enum\":[null]}},\"required\":[\"b\"]}");
}
