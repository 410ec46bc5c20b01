import { byId, count, csrf, duration, fill, format, texts, time } from "./dom.js";

// Rows stay the elements they are: what changed is written into them, those that ended leave, new ones come.

const page = byId("content");
const live = byId("live");
const ended = byId("requests");
const liveRow = byId("live-row").content.querySelector("tr");
const endedRow = byId("ended-row").content.querySelector("tr");
const search = page.dataset.q ? `&q=${encodeURIComponent(page.dataset.q)}` : "";

/** Whether those that end now belong on top of the list. */
const grows = page.dataset.sort === "newest" && !page.dataset.older;
const PAGE = 50;

/** Ids that somebody asked to cancel. */
const leaving = new Set();

/** What the page says is as of then. */
let since = Number(page.dataset.now);

function parts(row) {
  row.parts ??= Object.fromEntries([...row.querySelectorAll("[data-field]")].map((part) => [part.dataset.field, part]));
  return row.parts;
}

/** Writes only what differs: most of a row stays as it was. */
function say(part, text) {
  if (part.textContent !== text) part.textContent = text;
}

function attribute(part, name, value) {
  if (part.getAttribute(name) !== value) part.setAttribute(name, value);
}

function bar(svg, request) {
  const whole = request.queuedMillis + request.prefillMillis + request.decodeMillis;
  let x = 0;
  for (const [index, kind] of ["queued", "prefill", "decode"].entries()) {
    const millis = request[`${kind}Millis`];
    // The last part is what the others leave: the bar is always whole.
    const width = millis > 0 ? (kind === "decode" ? 100 - x : Math.round((100 * millis) / whole)) : 0;
    attribute(svg.children[index], "x", String(x));
    attribute(svg.children[index], "width", String(width));
    x += width;
  }
}

function common(row, request) {
  const part = parts(row);
  bar(part.bar, request);
  say(part.ttft, request.ttftMillis > 0 ? duration(request.ttftMillis) : "–");
  say(part.rate, request.tokensPerSecond > 0 ? format(request.tokensPerSecond) : "–");
}

/** Rows in sight. The others are laid out, too, and text that nobody sees costs as much: it waits. */
const inSight = new Set();
const sight = new IntersectionObserver(
  (changes) => {
    for (const { target, isIntersecting } of changes) {
      if (isIntersecting) {
        inSight.add(target);
        patchLive(target, target.request);
      } else {
        inSight.delete(target);
      }
    }
  },
  { root: live.closest(".scroll"), rootMargin: "200px" },
);

function patchLive(row, request) {
  const part = parts(row);
  const state = leaving.has(request.id) ? "cancelling" : request.state;
  attribute(part.state, "class", `chip ${state}`);
  say(part.state, texts[`state.${state}`]);
  say(part.reason, request.waitsFor ? texts[`wait.${request.waitsFor}`] : "");
  say(part.total, duration(request.queuedMillis + request.prefillMillis + request.decodeMillis));
  say(part.tokens, `${request.promptTokens} → ${request.generatedTokens} / ${request.maxTokens}`);
  common(row, request);
}

function make(template, request) {
  const row = document.importNode(template, true);
  row.dataset.id = request.id;
  const part = parts(row);
  part.link.href = `/console/requests/${encodeURIComponent(request.id)}`;
  say(part.link, request.id);
  say(part.model, request.model);
  return row;
}

function makeLive(request) {
  const row = make(liveRow, request);
  const form = row.querySelector("form");
  if (form) {
    form.setAttribute("action", `/console/requests/${encodeURIComponent(request.id)}/cancel`);
    form.querySelector("button").setAttribute("aria-label", fill("requests.cancel.one", request.id));
  }
  return row;
}

function makeEnded(request) {
  const row = make(endedRow, request);
  row.dataset.ended = request.endedMillis;
  const part = parts(row);
  say(part.ended, time(request.endedMillis));
  say(part.wait, duration(request.queuedMillis));
  say(part.tokens, `${request.promptTokens} → ${request.generatedTokens}`);
  say(part.cached, count(request.cachedTokens));
  say(part.outcome, request.outcome);
  part.outcome.className = `chip ${request.state}`;
  common(row, request);
  return row;
}

const byIdIn = (body) => new Map([...body.children].map((row) => [row.dataset.id, row]));

function showLive(requests) {
  const known = byIdIn(live);
  const fresh = document.createDocumentFragment();
  for (const request of requests) {
    const row = known.get(request.id) ?? fresh.appendChild(makeLive(request));
    known.delete(request.id);
    const first = row.request === undefined;
    row.request = request;
    if (first) sight.observe(row);
    if (first || inSight.has(row)) patchLive(row, request);
  }
  for (const [id, row] of known) {
    leaving.delete(id);
    sight.unobserve(row);
    inSight.delete(row);
    row.remove();
  }
  live.append(fresh);
  say(byId("live-count"), String(requests.length));
  byId("live-none").hidden = requests.length > 0;
}

/** As the server orders them: of those that ended in one millisecond the greater id comes first. */
function isBefore(request, row) {
  const later = request.endedMillis - Number(row.dataset.ended);
  return later > 0 || (later === 0 && request.id > row.dataset.id);
}

/** Puts those that the list does not have where they belong. */
function showEnded(requests) {
  if (!grows) return;
  const known = byIdIn(ended);
  for (const request of requests.filter(({ id }) => !known.has(id))) {
    const next = [...ended.children].find((row) => isBefore(request, row));
    ended.insertBefore(makeEnded(request), next ?? null);
  }
  byId("ended-none").hidden = ended.children.length > 0;
  if (ended.children.length <= PAGE) return;
  while (ended.children.length > PAGE) ended.lastElementChild.remove();
  const last = ended.lastElementChild.dataset;
  const older = new URLSearchParams({ q: page.dataset.q ?? "", before: `${last.ended}_${last.id}` });
  byId("older").href = `/console/requests?${older}`;
  byId("older").hidden = false;
}

async function refresh() {
  const response = await fetch(`/console/requests.json?since=${since}${search}`);
  if (!response.ok) return;
  const now = await response.json();
  showLive(now.live);
  showEnded(now.ended);
  since = now.millis;
}

async function again() {
  try {
    if (!document.hidden) await refresh();
  } catch {
    // The live connection says that the server is away.
  }
  setTimeout(again, 1000);
}

live.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const row = form.closest("tr");
  const id = row.dataset.id;
  form.querySelector("button").disabled = true;
  leaving.add(id);
  const { state } = parts(row);
  state.className = "chip cancelling";
  say(state, texts["state.cancelling"]);
  const answer = await fetch(form.action, {
    method: "POST",
    headers: csrf(),
    body: new URLSearchParams(new FormData(form)),
    redirect: "manual",
  }).catch(() => null);
  const done = answer?.type === "opaqueredirect";
  byId("cancel-says").textContent = done ? fill("requests.cancelled", id) : fill("requests.kept.on", id);
  if (!done) {
    leaving.delete(id);
    form.querySelector("button").disabled = false;
  }
});

again();
