import "./serving.js";
import { Decoding, edit as editDecoding, inherit, onEdit } from "./decoding.js";
import { snippet } from "./snippets.js";
import { byId, element, fill, texts } from "./dom.js";
import { onChange, onMoment } from "./live.js";
import { markDivergence, Pane } from "./pane.js";

const MOST_PANES = 4;
const LETTERS = ["A", "B", "C", "D"];
/** In this tab alone, so that a look at another page loses nothing; a log-out empties it. */
const KEPT = "javelin-playground";

const message = byId("message");
const panes = [];
let models = [];
let chosen = 0;

// What a request gets where it is silent, of the model whose settings are shown.
let inheritedOf = "";

async function showInherited() {
  const model = panes[chosen]?.model;
  if (!model || model === inheritedOf) return;
  inheritedOf = model;
  const response = await fetch(`/console/inherited?model=${encodeURIComponent(model)}`);
  inherit(response.ok ? await response.json() : []);
}

function keep() {
  const kept = panes.map(({ model, wanted, history, decoding }) => ({ model: model || wanted, history, decoding }));
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(kept));
  } catch {
    // More than a tab may keep: the conversation is lost with the page.
  }
}

function choose(index) {
  chosen = index;
  editDecoding(panes[chosen].decoding);
  arrange();
  showInherited();
}

const on = {
  changed() {
    markDivergence(panes);
    keep();
  },
  edit(index) {
    const text = panes.map((pane) => pane.takeBack(index)).find((taken) => taken !== null);
    if (text === undefined) return;
    message.value = text;
    message.focus();
    on.changed();
  },
  regenerate() {
    if (panes.some((pane) => pane.running)) return;
    const text = panes.map((pane) => pane.takeBackLast()).find((taken) => taken !== null);
    if (text !== undefined) send(text);
  },
};

function addPane(saved = {}) {
  const pane = new Pane(on, new Decoding(saved.decoding ?? panes[chosen]?.decoding));
  pane.root.querySelector(".remove").addEventListener("click", () => {
    pane.stop();
    pane.root.remove();
    panes.splice(panes.indexOf(pane), 1);
    choose(Math.min(chosen, panes.length - 1));
    keep();
  });
  pane.select.addEventListener("change", () => {
    choose(panes.indexOf(pane));
    keep();
  });
  const taken = panes.map((other) => other.model);
  pane.offer(models, saved.model ?? models.find((name) => !taken.includes(name)) ?? taken[0] ?? "");
  panes.push(pane);
  byId("panes").append(pane.root);
  pane.restore(saved.history ?? []);
  choose(panes.length - 1);
}

function arrange() {
  const several = panes.length > 1;
  panes.forEach((pane, index) => {
    pane.root.querySelector(".remove").hidden = !several;
    pane.root.querySelector(".letter").hidden = !several;
    pane.root.querySelector(".letter").textContent = LETTERS[index];
    pane.root.setAttribute("aria-label", LETTERS[index]);
    pane.summarize();
  });
  byId("comparing").hidden = !several;
  byId("comparing").textContent = fill("comparing", panes.length);
  byId("scope").hidden = !several;
  byId("scope").replaceChildren(
    ...panes.map((_, index) => {
      const button = element("button", "btn", LETTERS[index]);
      button.type = "button";
      button.setAttribute("aria-pressed", String(index === chosen));
      button.addEventListener("click", () => choose(index));
      return button;
    }),
  );
  byId("compare").disabled = panes.length === MOST_PANES;
  markDivergence(panes);
}

function busy(is) {
  byId("send").hidden = is;
  byId("stop").hidden = !is;
}

/** Whether every pane's settings can be sent; else the first that cannot is shown. */
function sendable() {
  for (const [index, pane] of panes.entries()) {
    try {
      pane.request(false);
    } catch {
      choose(index);
      byId("schema").focus();
      return false;
    }
  }
  return true;
}

async function send(text) {
  if (!text || panes.some((pane) => pane.running || !pane.model) || !sendable()) return;
  busy(true);
  await Promise.all(panes.map((pane) => pane.ask(text, byId("tokens").checked)));
  busy(false);
  message.focus();
}

function sendMessage() {
  const text = message.value.trim();
  if (!text || !sendable()) return;
  message.value = "";
  send(text);
}

onEdit(() => {
  panes[chosen]?.summarize();
  keep();
});
byId("form").addEventListener("submit", (event) => {
  event.preventDefault();
  sendMessage();
});
message.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    sendMessage();
  }
});
byId("stop").addEventListener("click", () => panes.forEach((pane) => pane.stop()));
byId("clear").addEventListener("click", () => {
  panes.forEach((pane) => pane.clear());
  keep();
});
byId("compare").addEventListener("click", () => addPane());

// View as code: the request that the next message would send.
const code = byId("code");
let language = "curl";

function showCode() {
  const pane = panes[chosen];
  let fields = {};
  try {
    fields = pane.request(false);
  } catch {
    // A schema that is no JSON yet is left out.
  }
  const messages = pane.messages(message.value.trim() || texts.example);
  const request = { model: pane.model, messages, ...fields };
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

/** Models that answer: what is in memory, and what the first request brings there. */
const answers = ({ state, detail }) => state === "ready" || state === "loading" || detail === "on_request";

onMoment((moment) => {
  models = moment.models.filter(answers).map((model) => model.name);
  for (const pane of panes) {
    pane.offer(models);
    pane.answers(models.length > 0);
  }
  byId("send").disabled = models.length === 0;
  showInherited();
});
onChange((change) => {
  if (["reset", "alias", "decoding-profile", "instance"].includes(change.type)) {
    inheritedOf = "";
    showInherited();
  }
});
byId("send").disabled = true;
const wanted = new URLSearchParams(location.search).get("model");
const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
for (const saved of kept.length > 0 ? kept : [{}]) addPane(saved);
choose(0);
if (wanted) panes[0].offer(models, wanted);
