import "./serving.js";
import { spark } from "./sparkline.js";
import { format } from "./dom.js";
import { refresh } from "./in-place.js";
import { onChange, onMoment } from "./live.js";

const SPARK_MILLIS = 5000;
const DEVICES_MILLIS = 10_000;
const TYPES = ["reset", "operation", "alias", "instance", "model", "version", "load-profile"];

const tiles = [...document.querySelectorAll(".kpi")];
let before = "";

onMoment((moment) => {
  for (const tile of tiles) {
    const value = moment.now[tile.dataset.series.toUpperCase()];
    tile.querySelector(".value").textContent = format(value, tile.dataset.unit);
  }
  // Who is not logged in hears of no changes, but sees states all the same.
  const now = JSON.stringify(moment.models.map((model) => [model.name, model.state]));
  if (before && before !== now) refresh();
  before = now;
});
onChange((change) => {
  if (TYPES.includes(change.type)) refresh();
});

async function sparklines() {
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
  setTimeout(sparklines, SPARK_MILLIS);
}
sparklines();
setInterval(refresh, DEVICES_MILLIS);
