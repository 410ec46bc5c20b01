import { shape } from "./dom.js";

const WIDTH = 100;
const HEIGHT = 30;

/** Every fifth moment is enough for a tile's width. */
const EVERY = 5;

/** NaN, written as "NaN", is a gap. */
const known = (value) => value !== undefined && value !== null && !Number.isNaN(Number(value));

/** Joins runs of values into one path; a value between gaps is a dot. */
function path(values) {
  const most = Math.max(0, ...values.filter(known).map(Number));
  const step = WIDTH / Math.max(1, values.length - 1);
  let drawn = "";
  let pen = "M";
  values.forEach((value, index) => {
    if (!known(value)) {
      pen = "M";
      return;
    }
    const y = HEIGHT - (most > 0 ? value / most : 0) * (HEIGHT - 2) - 1;
    drawn += `${pen}${(index * step).toFixed(1)} ${y.toFixed(1)}`;
    if (pen === "M" && !known(values[index + 1])) drawn += "h.1";
    pen = "L";
  });
  return drawn;
}

/** A line without axes, for a tile. */
export function spark(svg, values) {
  const thin = values.filter((_, index) => index % EVERY === 0);
  svg.replaceChildren(shape("path", { class: "line", d: path(thin) }));
}
