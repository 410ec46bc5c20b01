import "./serving.js";
import { spark } from "./charts.js";
import { byId, bytes, format, fill } from "./dom.js";
import { onMoment } from "./live.js";

const tiles = [...document.querySelectorAll(".kpi")];
const figures = [...document.querySelectorAll("[data-bytes]")];

function show(cell) {
  cell.textContent = bytes(Number(cell.dataset.bytes));
}
figures.forEach(show);

onMoment((moment) => {
  for (const tile of tiles) {
    const value = moment.now[tile.dataset.series.toUpperCase()];
    tile.querySelector(".value").textContent = format(value, tile.dataset.unit);
  }
  for (const cell of figures) {
    const value = moment.memory[cell.dataset.bytesOf ?? "total"];
    cell.dataset.bytes = value;
    show(cell);
  }
  const failed = moment.models.filter((model) => model.state === "failed");
  byId("attention").hidden = failed.length === 0;
  if (failed.length > 0) {
    byId("attention-text").textContent = fill("attention.failed", failed[0].name, failed[0].detail);
  }
});

async function refresh() {
  if (!document.hidden) {
    const names = tiles.map((tile) => tile.dataset.series).join(",");
    const response = await fetch(`/console/series?series=${names}`);
    if (response.ok) {
      const ranges = await response.json();
      for (const tile of tiles) {
        spark(tile.querySelector("svg"), ranges[tile.dataset.series].values);
      }
    }
  }
  setTimeout(refresh, 5000);
}
refresh();
