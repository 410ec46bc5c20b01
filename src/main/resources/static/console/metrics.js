import { cross, largest, plot, roundUp } from "./charts.js";
import { byId, fill, format, time, timeWithin } from "./dom.js";
import { times } from "./fragments.js";
import { onChange, onMoment } from "./live.js";

/** Recorded at every moment: where it is missing, the server did not run. */
const ALIVE = "heap_bytes";

/** How near to a mark, as a share of a chart's width, its label shows. */
const NEAR = 0.012;

const page = byId("content");
const charts = [...document.querySelectorAll(".chart")].map((panel) => ({
  svg: panel.querySelector(".plot"),
  tip: panel.querySelector(".tip"),
  scale: [...panel.querySelectorAll(".scale span")],
  ticks: [...panel.querySelectorAll("footer span")],
  unit: panel.dataset.unit,
  legends: [...panel.querySelectorAll("[data-series] b")],
  names: [...panel.querySelectorAll("[data-series]")].map((legend) => legend.dataset.series),
}));
const wanted = [...new Set([...charts.flatMap((chart) => chart.names), ALIVE])];
let span = page.dataset.span;
let ranges = null;

/** Where the crosshair of all charts is, as a share of their width. */
let pointed = null;

/** {at, label} of every swap in the time that is shown. */
let swaps = [];

const values = (chart) => chart.names.map((name) => ranges[name].values);
const axis = () => ranges[ALIVE];
const last = () => axis().values.length - 1;
const timeAt = (share) => axis().fromMillis + axis().stepMillis * Math.round(share * last());
const shareOf = (millis) => (millis - axis().fromMillis) / (axis().stepMillis * last());

function newest(run) {
  for (let i = run.length - 1; i >= Math.max(0, run.length - 4); i--) if (!Number.isNaN(Number(run[i] ?? NaN))) return run[i];
  return null;
}

function readSwaps() {
  swaps = [...document.querySelectorAll("#swaps [data-at]")].map((row) => ({
    at: Number(row.dataset.at),
    label: row.dataset.label,
  }));
}

function tip(chart) {
  chart.tip.hidden = pointed === null;
  if (pointed === null) return;
  const near = swaps.filter((swap) => Math.abs(shareOf(swap.at) - pointed) < NEAR);
  chart.tip.replaceChildren(
    ...[axis().stepMillis < 60_000 ? time(timeAt(pointed)) : timeWithin(timeAt(pointed), axis().stepMillis), ...near.slice(0, 3).map((swap) => swap.label)].map((line) => {
      const made = document.createElement("span");
      made.textContent = line;
      return made;
    }),
  );
  chart.tip.classList.toggle("left", pointed > 0.5);
  chart.tip.style.setProperty("--at-share", pointed.toFixed(4));
}

/** The crosshair, and the figures at its time: one time is read in all charts at once. */
function point() {
  if (!ranges) return;
  for (const chart of charts) {
    values(chart).forEach((run, index) => {
      const value = pointed === null ? newest(run) : run[Math.round(pointed * last())];
      chart.legends[index].textContent = format(value === null ? Number.NaN : Number(value), chart.unit);
    });
    cross(chart.svg, pointed);
    tip(chart);
  }
}

function draw() {
  if (!ranges) return;
  const marks = swaps.map((swap) => shareOf(swap.at)).filter((share) => share >= 0 && share <= 1);
  for (const chart of charts) {
    const runs = values(chart);
    const top = chart.unit === "share" ? 1 : roundUp(largest(runs), chart.unit === "bytes" ? 1024 : 10);
    plot(chart.svg, runs, top, axis().values, marks);
    chart.scale.forEach((label, index) => {
      label.textContent = top > 0 || index === 2 ? format((top * (2 - index)) / 2, chart.unit) : "";
    });
    chart.ticks.forEach((label, index) => {
      label.textContent = timeWithin(timeAt(index / (chart.ticks.length - 1)), axis().stepMillis);
    });
  }
  point();
}

let loading = false;

async function load() {
  if (loading) return;
  loading = true;
  const asked = span;
  try {
    const response = await fetch(`/console/series?series=${wanted.join(",")}&span=${asked}`);
    if (response.ok && asked === span) {
      ranges = await response.json();
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
  if (!ranges) return;
  const { stepMillis } = axis();
  const end = axis().fromMillis + stepMillis * last();
  const ahead = Math.floor((moment.newestMillis - end) / stepMillis);
  if (ahead <= 0) return;
  if (stepMillis > 1000 || ahead > 1) {
    load();
    return;
  }
  for (const [name, range] of Object.entries(ranges)) {
    range.values.shift();
    range.values.push(moment.now[name.toUpperCase()] ?? null);
    range.fromMillis += stepMillis;
  }
  draw();
}

onMoment((moment) => {
  const chip = byId("unsaved");
  chip.hidden = !moment.unsaved;
  if (moment.unsaved) chip.textContent = fill("metrics.unsaved", moment.unsaved.points);
  follow(moment);
});

/** What the server says of the swaps in the time that is shown. */
async function readPage() {
  const asked = span;
  const response = await fetch(`/console/metrics?span=${asked}`, { headers: { Accept: "text/html" } });
  if (!response.ok || response.redirected || asked !== span) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const table = fresh.getElementById("swaps");
  if (!table) return;
  times(table);
  byId("swaps").replaceWith(table);
  readSwaps();
  draw();
}

onChange((change) => {
  if (change.type === "alias" || change.type === "reset") readPage();
});

byId("spans").addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  span = link.dataset.span;
  history.replaceState(null, "", link.href);
  for (const other of byId("spans").children) {
    if (other === link) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
  }
  load();
  readPage();
});

function to(share) {
  pointed = share === null ? null : Math.max(0, Math.min(1, share));
  point();
}

for (const chart of charts) {
  chart.svg.addEventListener("pointermove", (event) => {
    const box = chart.svg.getBoundingClientRect();
    to((event.clientX - box.left) / box.width);
  });
  chart.svg.addEventListener("pointerleave", () => to(null));
  chart.svg.addEventListener("blur", () => to(null));
  chart.svg.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -0.01, ArrowRight: 0.01 }[event.key];
    if (!by) return;
    event.preventDefault();
    to((pointed ?? 1) + by);
  });
}

// A swap of the list shows where it is in every chart.
for (const kind of ["pointerover", "focusin"]) {
  byId("swaps-panel").addEventListener(kind, (event) => {
    const row = event.target.closest("[data-at]");
    if (row && ranges) to(shareOf(Number(row.dataset.at)));
  });
}
for (const kind of ["pointerleave", "focusout"]) byId("swaps-panel").addEventListener(kind, () => to(null));

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) load();
});
readSwaps();
load();
