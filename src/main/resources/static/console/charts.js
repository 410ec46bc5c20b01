import { shape } from "./dom.js";

/** Nulls and NaN are gaps. Joins runs of values into one path in a box of width by height. */
function path(values, most, width, height) {
  const step = width / Math.max(1, values.length - 1);
  let drawn = "";
  let pen = "M";
  values.forEach((value, index) => {
    if (value === null || Number.isNaN(Number(value))) {
      pen = "M";
      return;
    }
    const y = height - (most > 0 ? value / most : 0) * (height - 2) - 1;
    drawn += `${pen}${(index * step).toFixed(1)} ${y.toFixed(1)}`;
    pen = "L";
  });
  return drawn;
}

/** The largest number, at least a little above nothing. */
export function largest(runs) {
  let most = 0;
  for (const values of runs) for (const value of values) if (Number(value) > most) most = Number(value);
  return most;
}

/** A line without axes, for a tile. Every fifth moment is enough for its width. */
export function spark(svg, values) {
  const thin = values.filter((_, index) => index % 5 === 0);
  const line = path(thin, largest([thin]), 100, 30);
  svg.replaceChildren(shape("path", { class: "line", d: line }));
}

/** Lines over a common scale with four grid lines. */
export function plot(svg, runs) {
  const most = largest(runs);
  const parts = [];
  for (let i = 1; i < 4; i++) {
    parts.push(shape("line", { class: "grid", x1: 0, x2: 600, y1: i * 40, y2: i * 40 }));
  }
  runs.forEach((values, index) => {
    parts.push(shape("path", { class: `c${index}`, d: path(values, most, 600, 160) }));
  });
  svg.replaceChildren(...parts);
  return most;
}

/** Moves a plot's crosshair to a share of its width; null removes it. */
export function cross(svg, share) {
  svg.querySelector(".cross")?.remove();
  if (share !== null) {
    const x = share * 600;
    svg.append(shape("line", { class: "cross", x1: x, x2: x, y1: 0, y2: 160 }));
  }
}
