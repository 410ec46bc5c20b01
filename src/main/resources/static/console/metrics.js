import { Chart } from "./chart.js";
import { byId, fill } from "./dom.js";
import { times } from "./fragments.js";
import { onChange, onMoment } from "./live.js";

/** Recorded at every moment: where it is missing, the server did not run. */
const ALIVE = "heap_bytes";

/** A zoom shows as many points at least. */
const LEAST = 10;

const page = byId("content");
const view = { times: [], step: 1000, runs: {}, alive: [], swaps: [], zoom: null, held: null };
const charts = [...document.querySelectorAll(".chart")].map((panel) => new Chart(panel, view, zoom));
const wanted = [...new Set([...charts.flatMap((chart) => chart.series), ALIVE])];
let span = page.dataset.span;

const last = () => view.times.length - 1;

function draw() {
  if (view.times.length === 0) return;
  byId("unzoom").hidden = view.zoom === null;
  for (const chart of charts) chart.show();
}

const repaint = () => charts.forEach((chart) => chart.repaint());

/** What is known of a part of the time is what charts show; if that is next to nothing, all. */
function zoomTo([from, to]) {
  const [first, end] = [view.times[0], view.times[last()]];
  const kept = [Math.round(Math.max(first, from)), Math.round(Math.min(end, to))];
  const all = kept[0] <= first && kept[1] >= end;
  view.zoom = all || kept[1] - kept[0] < LEAST * view.step ? null : kept;
}

/** Shows a part of the time in all charts, if it has a few points; null: all of it. */
function zoom(range) {
  if (range && range[1] - range[0] < LEAST * view.step) return;
  zoomTo(range ?? [-Infinity, Infinity]);
  draw();
}

function readSwaps() {
  view.swaps = [...document.querySelectorAll("#swaps [data-at]")]
    .map((row) => ({ at: Number(row.dataset.at), label: row.dataset.label }))
    .sort((a, b) => a.at - b.at);
}

/** A range's values; what was not recorded is written as "NaN". */
const numbers = (range) => range.values.map((value) => (Number.isNaN(Number(value)) ? null : Number(value)));

let loading = false;

async function load() {
  if (loading) return;
  loading = true;
  const asked = span;
  try {
    const response = await fetch(`/console/series?series=${wanted.join(",")}&span=${asked}`);
    if (response.ok && asked === span) {
      const ranges = await response.json();
      const { fromMillis, stepMillis, values } = ranges[ALIVE];
      view.step = stepMillis;
      view.times = values.map((_, index) => fromMillis + index * stepMillis);
      view.runs = Object.fromEntries(Object.entries(ranges).map(([name, range]) => [name, numbers(range)]));
      view.alive = view.runs[ALIVE];
      draw();
    }
  } catch {
    // The live connection says that the server is away.
  } finally {
    loading = false;
  }
  if (asked !== span) load();
}

/** The newest second comes with the moment; whatever else is missing is read anew. */
function follow(moment) {
  if (view.times.length === 0) return;
  const ahead = Math.floor((moment.newestMillis - view.times[last()]) / view.step);
  if (ahead <= 0) return;
  if (view.step > 1000 || ahead > 1) {
    load();
    return;
  }
  view.times.push(view.times[last()] + view.step);
  view.times.shift();
  for (const [name, run] of Object.entries(view.runs)) {
    run.push(moment.now[name.toUpperCase()] ?? null);
    run.shift();
  }
  // A time that was chosen stays as long as it is known.
  if (view.zoom) zoomTo(view.zoom);
  draw();
}

onMoment((moment) => {
  const chip = byId("unsaved");
  chip.hidden = !moment.unsaved;
  if (moment.unsaved) chip.textContent = fill("metrics.unsaved", moment.unsaved.points);
  follow(moment);
});

/** What the server writes of the time that is shown: swaps, and the tables that are open. */
async function readPage() {
  const asked = span;
  const open = [...document.querySelectorAll(".values table")].map((table) => table.dataset.chart);
  const query = new URLSearchParams({ span: asked, values: open.join(",") });
  const response = await fetch(`/console/metrics?${query}`, { headers: { Accept: "text/html" } });
  if (!response.ok || response.redirected || asked !== span) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const part of fresh.querySelectorAll("#swaps, .values")) {
    times(part);
    byId(part.id).replaceWith(part);
    window.htmx.process(part);
  }
  readSwaps();
  repaint();
}

onChange((change) => {
  if (change.type === "alias" || change.type === "reset") readPage();
});

byId("spans").addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  span = link.dataset.span;
  view.zoom = null;
  history.replaceState(null, "", link.href);
  for (const other of byId("spans").children) {
    if (other === link) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
  }
  load();
  readPage();
});

byId("unzoom").addEventListener("click", () => {
  zoom(null);
  // The button is gone: the keyboard goes on where it was.
  byId("spans").querySelector("[aria-current]").focus();
});

// A swap of the list shows where it is in every chart.
for (const kind of ["pointerover", "focusin"]) {
  byId("swaps-panel").addEventListener(kind, (event) => {
    const row = event.target.closest("[data-at]");
    if (row) charts[0].pointAt(Number(row.dataset.at));
  });
}
for (const kind of ["pointerleave", "focusout"]) byId("swaps-panel").addEventListener(kind, () => charts[0].pointAt(null));

new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ["data-theme"] });
for (const query of ["(prefers-color-scheme: dark)", "print"]) matchMedia(query).addEventListener("change", repaint);

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) load();
});
readSwaps();
load();
