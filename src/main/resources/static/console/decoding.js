import { byId, element, fill, texts } from "./dom.js";

const PARAMETERS = [
  ["temperature", 0, 2, 0.05],
  ["top_p", 0.01, 1, 0.01],
  ["top_k", 0, 1000, 1],
  ["min_p", 0, 0.99, 0.01],
  ["repetition_penalty", 0.5, 2, 0.05],
  ["frequency_penalty", -2, 2, 0.1],
  ["presence_penalty", -2, 2, 0.1],
  ["max_tokens", 1, 131072, 1],
  ["seed", 0, 2147483647, 1],
];

/** What a person set for the answers of one pane; the rest stays the model's. */
export class Decoding {
  constructor(saved = {}) {
    this.values = { ...saved.values };
    this.system = saved.system ?? "";
    this.format = saved.format ?? "";
    this.schema = saved.schema ?? "";
  }

  get count() {
    return Object.keys(this.values).length;
  }

  /** In one line, for the head of a pane. */
  get summary() {
    const parts = Object.entries(this.values).map(([name, value]) => `${name} ${value}`);
    if (this.format) parts.push(this.format);
    return parts.join(" · ");
  }

  /**
   * The request's fields.
   *
   * @throws SyntaxError if the schema is no JSON
   */
  fields() {
    const fields = {};
    for (const [name, value] of Object.entries(this.values)) fields[name] = Number(value);
    if (this.format === "json_object") fields.response_format = { type: "json_object" };
    if (this.format === "json_schema") {
      const schema = JSON.parse(this.schema);
      fields.response_format = { type: "json_schema", json_schema: { name: "answer", schema } };
    }
    return fields;
  }
}

let shown = new Decoding();
let changed = () => {};

const rows = new Map(
  PARAMETERS.map(([name, min, max, step]) => {
    const row = element("label", "parameter");
    const input = element("input", "input");
    Object.assign(input, { type: "number", min, max, step, placeholder: texts.default });
    input.addEventListener("input", () => {
      if (input.value === "") delete shown.values[name];
      else shown.values[name] = input.value;
      tell();
    });
    row.append(element("span", "", name), input);
    byId("parameters").append(row);
    return [name, row];
  }),
);

function tell() {
  for (const [name, row] of rows) row.classList.toggle("set", shown.values[name] !== undefined);
  byId("set-count").textContent = fill("set", shown.count, rows.size);
  byId("schema-field").hidden = shown.format !== "json_schema";
  let wrong = "";
  if (shown.format === "json_schema") {
    try {
      shown.fields();
    } catch (error) {
      wrong = shown.schema.trim() ? fill("badSchema", error.message) : fill("noSchema");
    }
  }
  byId("schema-problem").textContent = wrong;
  byId("schema").setAttribute("aria-invalid", String(wrong !== ""));
  changed();
}

for (const [id, event] of [["system", "input"], ["format", "change"], ["schema", "input"]]) {
  byId(id).addEventListener(event, () => {
    shown[id] = byId(id).value;
    tell();
  });
}

/** Shows a pane's settings, which the fields then change. */
export function edit(decoding) {
  shown = decoding;
  for (const [name, row] of rows) row.querySelector("input").value = shown.values[name] ?? "";
  for (const id of ["system", "format", "schema"]) byId(id).value = shown[id];
  tell();
}

/** Calls {@code listener} whenever a setting was changed. */
export function onEdit(listener) {
  changed = listener;
}

/** Shows in grey what applies where nothing is set: a list of {name, value, origin}. */
export function inherit(known) {
  const values = new Map(known.map((one) => [one.name, one]));
  for (const [name, row] of rows) {
    const one = values.get(name);
    const origin = one ? texts[`origin.${one.origin}`] : "";
    row.querySelector("input").placeholder = one?.value ?? texts.default;
    row.querySelector("input").title = origin;
    row.firstChild.dataset.origin = origin;
  }
}
