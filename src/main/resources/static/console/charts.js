import { shape } from "./dom.js";

const WIDTH = 600;
const HEIGHT = 160;

/** NaN, written as null or "NaN", is a gap. */
const known = (value) => value !== null && !Number.isNaN(Number(value));

/** Joins runs of values into one path in a box of width by height; a value between gaps is a dot. */
function path(values, most, width, height) {
  const step = width / Math.max(1, values.length - 1);
  let drawn = "";
  let pen = "M";
  values.forEach((value, index) => {
    if (!known(value)) {
      pen = "M";
      return;
    }
    const y = height - (most > 0 ? value / most : 0) * (height - 2) - 1;
    drawn += `${pen}${(index * step).toFixed(1)} ${y.toFixed(1)}`;
    if (pen === "M" && !known(values[index + 1] ?? null)) drawn += "h.1";
    pen = "L";
  });
  return drawn;
}

/** The largest number, 0 if there is none. */
export function largest(runs) {
  let most = 0;
  for (const values of runs) for (const value of values) if (Number(value) > most) most = Number(value);
  return most;
}

/** The least round number that is not below: 1, 2, 2.5 or 5 times a power of the base. */
export function roundUp(most, base = 10) {
  if (most <= 0) return 0;
  const power = base ** Math.floor(Math.log(most) / Math.log(base) + 1e-9);
  const steps = base === 10 ? [1, 2, 2.5, 5, 10] : [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
  return steps.find((step) => step * power >= most * (1 - 1e-9)) * power;
}

/** A line without axes, for a tile. Every fifth moment is enough for its width. */
export function spark(svg, values) {
  const thin = values.filter((_, index) => index % 5 === 0);
  const line = path(thin, largest([thin]), 100, 30);
  svg.replaceChildren(shape("path", { class: "line", d: line }));
}

/** From where to where, as shares of the width, nothing is known. */
function gaps(values) {
  const found = [];
  const last = Math.max(1, values.length - 1);
  for (let from = 0; from < values.length; from++) {
    if (known(values[from])) continue;
    let to = from;
    while (to + 1 < values.length && !known(values[to + 1])) to++;
    found.push([Math.max(0, from - 1) / last, Math.min(last, to + 1) / last]);
    from = to;
  }
  return found;
}

/**
 * Lines over a common scale from 0 to {@code top}, with four grid lines.
 *
 * @param alive a run that is known whenever the server recorded; where it is not, the ground says so
 * @param marks shares of the width where something happened
 */
export function plot(svg, runs, top, alive, marks) {
  const parts = gaps(alive).map(([from, to]) =>
    shape("rect", { class: "gap", x: from * WIDTH, y: 0, width: (to - from) * WIDTH, height: HEIGHT }),
  );
  for (let i = 0; i <= 4; i++) {
    const y = Math.min(HEIGHT - 0.5, Math.max(0.5, (i * HEIGHT) / 4));
    parts.push(shape("line", { class: "grid", x1: 0, x2: WIDTH, y1: y, y2: y }));
  }
  const swaps = marks.map((at) => vertical("mark", at));
  parts.push(...swaps);
  // The first series is what the chart is about: it lies on top.
  runs.map((values, index) => [values, index]).reverse().forEach(([values, index]) => {
    parts.push(shape("path", { class: `c${index}`, d: path(values, top, WIDTH, HEIGHT) }));
  });
  svg.replaceChildren(...parts);
}

function vertical(kind, share) {
  return shape("line", { class: kind, x1: share * WIDTH, x2: share * WIDTH, y1: 0, y2: HEIGHT });
}

/** Moves a plot's crosshair to a share of its width; null removes it. */
export function cross(svg, share) {
  svg.querySelector(".cross")?.remove();
  const line = share === null ? null : vertical("cross", share);
  if (line) svg.append(line);
}
