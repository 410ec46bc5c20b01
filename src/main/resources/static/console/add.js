import { byId, bytes, fill, span } from "./dom.js";
import { refresh, refreshOn } from "./in-place.js";
import { call, Refused, Sender } from "./upload.js";

refreshOn("operation");

const senders = new Map();

/** The file's name in letters that a model may have. */
function suggested(name) {
  const plain = name.replace(/\.(gguf|safetensors)$/i, "").replace(/[^A-Za-z0-9._-]/g, "-");
  return plain.replace(/^[^A-Za-z0-9]+/, "").slice(0, 128) || "model";
}

function complain(message) {
  byId("upload-problem").hidden = !message;
  byId("upload-problem").textContent = message;
}

const row = (id) => document.querySelector(`#uploads [data-key="${id}"]`);

function describe(now) {
  switch (now.state) {
    case "sending": {
      const pace = `${bytes(now.perSecond)}/s`;
      return now.secondsLeft === null ? pace : fill("upload.pace", pace, span(now.secondsLeft));
    }
    case "waiting":
      return fill("upload.waiting", now.pause);
    case "verifying":
      return fill("upload.verifying");
    case "cancelled":
      return fill("upload.cancelled");
    default:
      return now.message;
  }
}

function draw(id, now) {
  const shown = row(id);
  if (!shown) return;
  shown.querySelector("progress").value = now.sent;
  shown.querySelector(".amount").textContent = fill("upload.amount", bytes(now.sent), bytes(now.total));
  shown.querySelector(".pace").textContent = describe(now);
  shown.querySelector(".pace").classList.toggle("bad-text", now.state === "failed");
  shown.querySelector(".resume").hidden = ["sending", "waiting", "verifying"].includes(now.state);
}

async function begin(id, files) {
  if (senders.has(id)) return;
  const sender = new Sender(id, files, (now) => draw(id, now));
  senders.set(id, sender);
  const operation = await sender.run();
  senders.delete(id);
  if (operation) {
    history.pushState({}, "", `/console/add?operation=${operation.id}`);
    await refresh();
    byId("main").focus();
  }
}

async function start(form) {
  const files = [...form.elements.files.files];
  if (files.length === 0) return;
  complain("");
  try {
    const wanted = form.elements.model.value.trim() || suggested(files[0].name);
    const { model } = await call("POST", "/console/add/models", new URLSearchParams({ model: wanted }));
    const announced = files.map((file) => ({ name: file.name, sizeBytes: file.size }));
    const upload = await call("POST", "/api/v1/uploads", JSON.stringify({ model, files: announced }));
    form.reset();
    await refresh();
    await begin(upload.id, new Map(files.map((file) => [file.name, file])));
  } catch (failure) {
    complain(failure instanceof Refused ? failure.message : fill("upload.unreachable"));
  }
}

/** Goes on with files that were chosen again, if they are the ones that were announced. */
function resume(id, chosen) {
  const announced = [...row(id).querySelectorAll("[data-file]")];
  const files = new Map();
  for (const { dataset } of announced) {
    const file = chosen.find((one) => one.name === dataset.file && one.size === Number(dataset.size));
    if (!file && dataset.received !== dataset.size) {
      complain(fill("upload.other", dataset.file, bytes(Number(dataset.size))));
      return;
    }
    files.set(dataset.file, file ?? { name: dataset.file, size: Number(dataset.size) });
  }
  complain("");
  begin(id, files);
}

document.addEventListener("submit", (event) => {
  if (event.target.id === "upload-form") {
    event.preventDefault();
    start(event.target);
  }
  const shown = event.target.closest?.("#uploads [data-key]");
  if (shown) senders.get(shown.dataset.key)?.cancel();
}, true);
document.addEventListener("change", (event) => {
  const id = event.target.dataset?.resume;
  if (id) resume(id, [...event.target.files]);
});

// A page that is left sends no more.
addEventListener("beforeunload", (event) => {
  if (senders.size > 0) event.preventDefault();
});

// What only scripts can do shows itself.
function reveal() {
  for (const part of document.querySelectorAll("#upload-form, #uploads .resume")) {
    const id = part.closest("[data-key]")?.dataset.key;
    const hidden = id !== undefined && senders.has(id);
    // To set what is set already would be one more change to look at, for ever.
    if (part.hidden !== hidden) part.hidden = hidden;
  }
}
new MutationObserver(reveal).observe(byId("main"), {
  attributeFilter: ["hidden"],
  childList: true,
  subtree: true,
});
reveal();
