import "./serving.js";
import { snippet } from "./snippets.js";
import { byId, element, fill, texts } from "./dom.js";
import { onMoment } from "./live.js";
import { markDivergence, Pane } from "./pane.js";

const MOST_PANES = 4;
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

const message = byId("message");
const panes = [];
let models = [];

// Only what a person set is sent; everything else stays the model's default.
const inputs = PARAMETERS.map(([name, min, max, step]) => {
  const row = element("label", "parameter");
  const input = element("input", "input");
  Object.assign(input, { type: "number", min, max, step, placeholder: texts.default });
  input.addEventListener("input", () => {
    row.classList.toggle("set", input.value !== "");
    countSet();
  });
  row.append(element("span", "", name), input);
  byId("parameters").append(row);
  return [name, input];
});

// What a request gets where it is silent, for whoever is logged in: only they may ask.
let inheritedOf = "";

async function showInherited() {
  const model = panes[0]?.model;
  if (!model || model === inheritedOf || !document.querySelector(".rail footer form")) return;
  inheritedOf = model;
  const response = await fetch(`/api/v1/aliases/${encodeURIComponent(model)}/effective`);
  if (!response.ok) return;
  const { sampling, origins } = await response.json();
  for (const [name, input] of inputs) {
    const known = sampling[name] !== undefined;
    input.placeholder = known ? String(sampling[name]) : texts.default;
    input.title = known ? texts[`origin.${origins[name].toLowerCase()}`] : "";
    input.previousSibling.dataset.origin = input.title;
  }
}

function countSet() {
  const set = inputs.filter(([, input]) => input.value !== "").length;
  byId("set-count").textContent = fill("set", set, inputs.length);
}

/** The request's fields that a person set; throws with a message where one is no JSON. */
function settings() {
  const fields = {};
  for (const [name, input] of inputs) if (input.value !== "") fields[name] = Number(input.value);
  if (byId("system").value.trim()) fields.system = byId("system").value;
  if (byId("tokens").checked) Object.assign(fields, { logprobs: true, top_logprobs: 5 });
  const format = byId("format").value;
  if (format === "json_object") fields.response_format = { type: "json_object" };
  if (format === "json_schema") {
    const schema = JSON.parse(byId("schema").value);
    fields.response_format = { type: "json_schema", json_schema: { name: "answer", schema } };
  }
  return fields;
}

function addPane() {
  const pane = new Pane(() => markDivergence(panes));
  pane.root.querySelector(".remove").addEventListener("click", () => {
    pane.stop();
    pane.root.remove();
    panes.splice(panes.indexOf(pane), 1);
    arrange();
  });
  pane.offer(models);
  panes.push(pane);
  byId("panes").append(pane.root);
  const wanted = new URLSearchParams(location.search).get("model");
  if (wanted && panes.length === 1) pane.select.value = wanted;
  arrange();
}

function arrange() {
  panes.forEach((pane) => {
    pane.root.querySelector(".remove").hidden = panes.length === 1;
  });
  byId("compare").disabled = panes.length === MOST_PANES;
  markDivergence(panes);
}

function busy(is) {
  byId("send").hidden = is;
  byId("stop").hidden = !is;
}

function edit() {
  const text = panes.map((pane) => pane.takeBack()).find((taken) => taken !== null);
  if (text !== undefined) {
    message.value = text;
    message.focus();
  }
}

async function send() {
  const text = message.value.trim();
  if (!text || panes.some((pane) => pane.running || !pane.model)) return;
  let fields;
  try {
    fields = settings();
  } catch (error) {
    panes[0].figures.textContent = fill("badSchema", error.message);
    byId("schema").focus();
    return;
  }
  message.value = "";
  busy(true);
  await Promise.all(panes.map((pane) => pane.ask(text, fields, edit)));
  busy(false);
  message.focus();
}

byId("form").addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
message.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    send();
  }
});
byId("stop").addEventListener("click", () => panes.forEach((pane) => pane.stop()));
byId("clear").addEventListener("click", () => panes.forEach((pane) => pane.clear()));
byId("compare").addEventListener("click", addPane);
byId("format").addEventListener("change", () => {
  byId("schema-field").hidden = byId("format").value !== "json_schema";
});

// View as code: the request that the next message would send.
const code = byId("code");
let language = "curl";

function showCode() {
  let fields = {};
  try {
    fields = settings();
  } catch {
    // A schema that is no JSON yet is left out.
  }
  const { system, ...rest } = fields;
  const text = message.value.trim() || texts.example;
  const messages = [
    ...(system ? [{ role: "system", content: system }] : []),
    ...panes[0].history,
    { role: "user", content: text },
  ];
  const request = { model: panes[0].model, messages, ...rest };
  code.querySelector("pre").textContent = snippet(language, location.origin, request);
}
byId("code-open").addEventListener("click", () => {
  showCode();
  code.showModal();
});
byId("code-close").addEventListener("click", () => code.close());
byId("code-copy").addEventListener("click", () =>
  navigator.clipboard?.writeText(code.querySelector("pre").textContent),
);
for (const button of code.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => {
    language = button.dataset.language;
    for (const other of code.querySelectorAll("[data-language]")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
    showCode();
  });
}

onMoment((moment) => {
  models = moment.models.filter((model) => model.state === "ready").map((model) => model.name);
  panes.forEach((pane) => pane.offer(models));
  byId("send").disabled = models.length === 0;
  showInherited();
});
byId("send").disabled = true;
addPane();
countSet();
