import { byId, element, format, texts } from "./dom.js";
import { onMoment } from "./live.js";

let before = null;

function rate(model, moment) {
  const earlier = before?.models.find((other) => other.name === model.name);
  if (!earlier || moment.millis <= before.millis) return "–";
  const tokens = model.generatedTokens - earlier.generatedTokens;
  return ((tokens * 1000) / (moment.millis - before.millis)).toFixed(1);
}

/** The same as parts.html says. */
function detail(model) {
  const [word] = model.detail.split(" ");
  const text = { loading: texts[`stage.${word}`], unloaded: texts[`loading.${word}`] }[model.state];
  const made = element("td", "", text?.replace("{0}", model.detail.slice(word.length)) ?? model.detail);
  if (!text && model.state !== "ready") made.lang = "en";
  return made;
}

function row(model, moment) {
  const made = element("tr");
  made.dataset.model = model.name;
  const state = element("td");
  state.append(element("span", `chip ${model.state}`, texts[`state.${model.state}`]));
  made.append(
    element("td", "mono", model.name),
    state,
    detail(model),
    element("td", "num", String(model.running)),
    element("td", "num", String(model.waiting)),
    element("td", "num", model.totalBlocks === 0 ? "–" : `${model.usedBlocks} / ${model.totalBlocks}`),
    element("td", "num", rate(model, moment)),
  );
  return made;
}

onMoment((moment) => {
  if (moment.models.length > 0) {
    byId("models").replaceChildren(...moment.models.map((model) => row(model, moment)));
  }
  before = moment;
  const warnings = byId("warnings");
  if (warnings) {
    const lines = moment.models.flatMap((model) => model.warnings);
    warnings.hidden = lines.length === 0;
    warnings.replaceChildren(...lines.map((line) => element("li", "", line)));
  }
});
