import { cross, plot } from "./charts.js";
import { format, time } from "./dom.js";

const charts = [...document.querySelectorAll(".chart")].map((panel) => ({
  panel,
  svg: panel.querySelector(".plot"),
  unit: panel.dataset.unit,
  legends: [...panel.querySelectorAll("[data-series]")],
  names: [...panel.querySelectorAll("[data-series]")].map((legend) => legend.dataset.series),
}));
let hours = 0;
let ranges = {};
let pointed = null;

function values(chart) {
  return chart.names.map((name) => ranges[name].values);
}

function lastKnown(run) {
  for (let i = run.length - 1; i >= 0; i--) if (run[i] !== null && run[i] !== "NaN") return run[i];
  return null;
}

function figures() {
  for (const chart of charts) {
    chart.legends.forEach((legend, index) => {
      const run = values(chart)[index];
      const at = pointed === null ? null : Math.round(pointed * (run.length - 1));
      const value = at === null ? lastKnown(run) : run[at];
      const number = value === null ? Number.NaN : Number(value);
      legend.querySelector("b").textContent = format(number, chart.unit);
    });
    cross(chart.svg, pointed);
    const { fromMillis, stepMillis, values: run } = ranges[chart.names[0]];
    chart.panel.querySelector(".from").textContent = time(fromMillis);
    const end = fromMillis + stepMillis * (run.length - 1);
    const at = pointed === null ? end : fromMillis + stepMillis * Math.round(pointed * (run.length - 1));
    chart.panel.querySelector(".to").textContent = time(at);
  }
}

async function refresh() {
  const names = [...new Set(charts.flatMap((chart) => chart.names))].join(",");
  const response = await fetch(`/console/series?series=${names}&hours=${hours}`);
  if (!response.ok) return;
  ranges = await response.json();
  for (const chart of charts) {
    const most = plot(chart.svg, values(chart));
    chart.panel.querySelector(".most").textContent = `↑ ${format(most, chart.unit)}`;
  }
  figures();
}

async function again() {
  if (!document.hidden) await refresh();
  setTimeout(again, hours === 0 ? 2000 : 10_000);
}

for (const button of document.querySelectorAll("[data-hours]")) {
  button.addEventListener("click", () => {
    hours = Number(button.dataset.hours);
    for (const other of document.querySelectorAll("[data-hours]")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
    refresh();
  });
}
// One crosshair over all charts: what happened at one time is read in one line.
for (const chart of charts) {
  chart.svg.addEventListener("pointermove", (event) => {
    const box = chart.svg.getBoundingClientRect();
    pointed = Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
    figures();
  });
  chart.svg.addEventListener("pointerleave", () => {
    pointed = null;
    figures();
  });
}
again();
