// Checks a value against the part of JSON Schema that people write for answers. Keywords that are not known here
// are named, so that nobody takes their silence for a yes.

const KNOWN = new Set(
  `$schema $id $defs definitions $ref title description default examples type enum const anyOf oneOf allOf properties
   required additionalProperties items prefixItems minItems maxItems minLength maxLength pattern minimum maximum
   exclusiveMinimum exclusiveMaximum`.split(/\s+/),
);

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function isType(value, type) {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  return typeof value === type;
}

/** @returns {problems, unchecked}: lines for people, and keywords that were not looked at */
export function check(value, schema) {
  const problems = [];
  const unchecked = new Set();
  visit(value, schema, "", { root: schema, problems, unchecked });
  return { problems, unchecked: [...unchecked] };
}

function visit(value, given, path, at) {
  if (typeof given === "boolean") {
    if (!given) at.problems.push(`${path || "/"} ∉ false`);
    return;
  }
  const schema = given.$ref ? { ...resolve(given.$ref, at.root), ...given } : given;
  for (const key of Object.keys(schema)) if (!KNOWN.has(key)) at.unchecked.add(key);
  const say = (rule) => at.problems.push(`${path || "/"}: ${rule}`);
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length > 0 && !types.some((type) => isType(value, type))) {
    say(`type ${types.join(" | ")}`);
    return;
  }
  if (schema.enum && !schema.enum.some((one) => same(one, value))) say(`enum ${JSON.stringify(schema.enum)}`);
  if (schema.const !== undefined && !same(schema.const, value)) say(`const ${JSON.stringify(schema.const)}`);
  alternatives(value, schema, path, at, say);
  if (typeof value === "string") text(value, schema, say);
  if (typeof value === "number") number(value, schema, say);
  if (Array.isArray(value)) array(value, schema, path, at, say);
  else if (value !== null && typeof value === "object") object(value, schema, path, at, say);
}

function resolve(reference, root) {
  let found = root;
  for (const part of reference.replace(/^#\/?/, "").split("/").filter(Boolean)) {
    found = found?.[decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~")];
  }
  return found ?? {};
}

function alternatives(value, schema, path, at, say) {
  const fits = (one) => {
    const tried = { ...at, problems: [] };
    visit(value, one, path, tried);
    return tried.problems.length === 0;
  };
  if (schema.anyOf && !schema.anyOf.some(fits)) say("anyOf");
  if (schema.oneOf && schema.oneOf.filter(fits).length !== 1) say("oneOf");
  for (const one of schema.allOf ?? []) visit(value, one, path, at);
}

function text(value, schema, say) {
  const length = [...value].length;
  if (length < (schema.minLength ?? 0)) say(`minLength ${schema.minLength}`);
  if (length > (schema.maxLength ?? Infinity)) say(`maxLength ${schema.maxLength}`);
  if (schema.pattern && !new RegExp(schema.pattern, "u").test(value)) say(`pattern ${schema.pattern}`);
}

function number(value, schema, say) {
  if (value < (schema.minimum ?? -Infinity)) say(`minimum ${schema.minimum}`);
  if (value > (schema.maximum ?? Infinity)) say(`maximum ${schema.maximum}`);
  if (value <= (schema.exclusiveMinimum ?? -Infinity)) say(`exclusiveMinimum ${schema.exclusiveMinimum}`);
  if (value >= (schema.exclusiveMaximum ?? Infinity)) say(`exclusiveMaximum ${schema.exclusiveMaximum}`);
}

function array(value, schema, path, at, say) {
  if (value.length < (schema.minItems ?? 0)) say(`minItems ${schema.minItems}`);
  if (value.length > (schema.maxItems ?? Infinity)) say(`maxItems ${schema.maxItems}`);
  const first = schema.prefixItems ?? [];
  value.forEach((one, index) => {
    const rule = first[index] ?? schema.items;
    if (rule !== undefined) visit(one, rule, `${path}/${index}`, at);
  });
}

function object(value, schema, path, at, say) {
  for (const name of schema.required ?? []) if (!(name in value)) say(`required ${name}`);
  for (const [name, one] of Object.entries(value)) {
    const rule = schema.properties?.[name] ?? schema.additionalProperties;
    if (rule !== undefined) visit(one, rule, `${path}/${name}`, at);
  }
}
