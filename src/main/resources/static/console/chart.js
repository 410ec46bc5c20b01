import uPlot from "./uPlot.esm.js";
import { axisTime, byId, fill, format, time, timeWithin } from "./dom.js";

/** The first series is what a chart is about. */
const LINES = ["accent", "mem-kv", "mem-work"];

/** How near to a swap, as a share of the time that is shown, its label shows. */
const NEAR = 0.012;

/** Points that are the newest: one that is older says nothing of now. */
const FRESH = 4;

/** Up to here a scale of things that are counted has whole numbers. */
const COUNTED = 40;

const probe = document.body.appendChild(document.createElement("i"));
probe.hidden = true;

/** A design token as a canvas takes it: in the theme that is shown. */
function colour(token) {
  probe.style.color = `var(--${token})`;
  return getComputedStyle(probe).color;
}

/** The least round number that is not below: 1, 2, 2.5 or 5 times a power of ten, or a power of two. */
function roundUp(most, unit) {
  if (unit === "bytes") return 2 ** Math.ceil(Math.log2(most) - 1e-9);
  const power = 10 ** Math.floor(Math.log10(most) + 1e-9);
  return [1, 2, 2.5, 5, 10].find((step) => step * power >= most * (1 - 1e-9)) * power;
}

/** Values between two gaps: no line leads to them. */
function lonely(run) {
  const found = [];
  run.forEach((value, at) => {
    if (value !== null && (run[at - 1] ?? null) === null && (run[at + 1] ?? null) === null) found.push(at);
  });
  return found;
}

/** From which to which index nothing is known, with the known ones beside it. */
function gaps(run) {
  const found = [];
  for (let from = 0; from < run.length; from++) {
    if (run[from] !== null) continue;
    let to = from;
    while (to + 1 < run.length && run[to + 1] === null) to++;
    found.push([Math.max(0, from - 1), Math.min(run.length - 1, to + 1)]);
    from = to;
  }
  return found;
}

function newest(run) {
  return run.slice(-FRESH).findLast((value) => value !== null) ?? null;
}

/**
 * One chart: a panel with its legend, and the lines that it draws of a view that all charts share:
 *
 * {times: [n] milliseconds, step, runs: {series: [n] null is a gap}, alive: [n] null where the server did not
 * run, swaps: [{at, label}], zoom: [from, to] or null, held: the crosshair's time if it keeps one, else null}
 */
export class Chart {
  #panel;
  #host;
  #tip;
  #none;
  #unit;
  #legends;
  #view;
  #zoom;
  #colours = {};
  #uplot = null;
  #empty = true;

  /** @param zoom takes [from, to], or null for all of the time */
  constructor(panel, view, zoom) {
    this.#panel = panel;
    this.#view = view;
    this.#zoom = zoom;
    this.#host = panel.querySelector(".plot");
    this.#tip = panel.querySelector(".tip");
    this.#none = panel.querySelector(".none");
    this.#unit = panel.dataset.unit;
    this.#legends = [...panel.querySelectorAll("[data-series]")].map((legend) => ({
      series: legend.dataset.series,
      name: legend.dataset.name,
      figure: legend.querySelector("b"),
    }));
    this.#host.addEventListener("keydown", (event) => this.#key(event));
    this.#host.addEventListener("blur", () => this.pointAt(null));
    this.#host.addEventListener("pointermove", () => (this.#view.held = null));
    new ResizeObserver(() => this.#resize()).observe(this.#host);
  }

  get series() {
    return this.#legends.map((legend) => legend.series);
  }

  /** Draws the view as it is now. */
  show() {
    // What is drawn last lies on top.
    const data = [this.#view.times, ...this.series.reverse().map((name) => this.#view.runs[name])];
    if (this.#uplot) {
      this.#uplot.setData(data);
      this.#hold();
    } else {
      this.#readColours();
      this.#uplot = new uPlot(this.#options(), data, this.#host);
      this.#uplot.over.append(this.#tip, this.#none);
    }
  }

  /** Draws again, in the colours that the theme has now and with the swaps that are known now. */
  repaint() {
    this.#readColours();
    this.#uplot?.redraw(false);
  }

  /** Moves the crosshair of all charts to a time, which it keeps; null removes it. */
  pointAt(millis) {
    this.#view.held = millis;
    this.#place(millis, true);
  }

  /** @param all the others too */
  #place(millis, all) {
    if (!this.#uplot) return;
    const left = millis === null ? -1 : this.#uplot.valToPos(millis, "x");
    const inside = left >= 0 && left <= this.#uplot.over.clientWidth;
    this.#uplot.setCursor({ left: inside ? left : -10, top: inside ? 1 : -10 }, true, all);
  }

  /** Once what changed is drawn: uPlot does so when all changes of a turn are known. */
  #hold() {
    const { held, times } = this.#view;
    if (held !== null) queueMicrotask(() => this.#place(Math.max(held, times[0]), false));
  }

  #resize() {
    this.#uplot?.setSize(this.#size());
    this.#hold();
  }

  #readColours() {
    for (const token of [...LINES, "muted", "line", "base", "surface", "warn"]) this.#colours[token] = colour(token);
  }

  #size() {
    return { width: this.#host.clientWidth, height: this.#host.clientHeight };
  }

  #options() {
    const font = `11px ${getComputedStyle(this.#host).fontFamily}`;
    const text = () => this.#colours.muted;
    return {
      ...this.#size(),
      ms: 1,
      padding: [10, 16, 0, 0],
      legend: { show: false },
      series: [{}, ...this.#legends.map((_, index) => this.#line(LINES[index])).reverse()],
      scales: {
        x: { range: (_, first, last) => this.#view.zoom ?? [first, last] },
        y: { range: (_, __, most) => this.#scale(most) },
      },
      axes: [
        {
          font,
          stroke: text,
          size: 26,
          gap: 6,
          space: 84,
          grid: { show: false },
          ticks: { show: false },
          values: (_, splits, __, ___, step) => splits.map((at) => axisTime(at, step)),
        },
        {
          font,
          stroke: text,
          size: 60,
          gap: 8,
          grid: { stroke: () => this.#colours.line, width: 1 },
          ticks: { show: false },
          splits: (_, __, ___, top) => [0, 1, 2, 3, 4].map((part) => (top * part) / 4),
          values: (_, splits) =>
            splits.map((value, part) => (part % 2 === 0 && !this.#empty ? format(value, this.#unit) : "")),
        },
      ],
      cursor: {
        y: false,
        points: { size: 6 },
        // Each chart is told of the time that was dragged over: it is one for all.
        drag: { x: true, y: false, setScale: false, dist: 5 },
        bind: { dblclick: () => () => this.#zoom(null) },
        sync: { key: "charts", scales: ["x", null], filters: { pub: (type) => type === "mousemove" } },
      },
      hooks: {
        setCursor: [() => this.#say()],
        setSelect: [(uplot) => this.#select(uplot)],
        drawClear: [(uplot) => this.#drawGaps(uplot)],
        draw: [(uplot) => this.#drawSwaps(uplot), () => this.#say(), () => this.#describe()],
      },
    };
  }

  #line(token) {
    const stroke = () => this.#colours[token];
    return {
      stroke,
      width: 1.5,
      points: {
        stroke,
        fill: stroke,
        size: 4,
        filter: (uplot, index, all) => (all ? null : lonely(uplot.data[index])),
      },
    };
  }

  /** From 0; without a value there is no scale to tell of. */
  #scale(most) {
    this.#empty = most === null;
    return [0, this.#top(most)];
  }

  #top(most) {
    if (this.#unit === "share") return 1;
    if (this.#unit === "count" && most < COUNTED) return 4 * Math.max(1, Math.ceil(most / 4));
    return most > 0 ? roundUp(most, this.#unit) : 1;
  }

  /** The ground under a time in which the server did not run says so. */
  #drawGaps(uplot) {
    const { ctx, bbox } = uplot;
    ctx.save();
    ctx.fillStyle = this.#colours.base;
    for (const [from, to] of gaps(this.#view.alive)) {
      const left = Math.max(bbox.left, uplot.valToPos(this.#view.times[from], "x", true));
      const right = Math.min(bbox.left + bbox.width, uplot.valToPos(this.#view.times[to], "x", true));
      if (right > left) ctx.fillRect(left, bbox.top, right - left, bbox.height);
    }
    ctx.restore();
  }

  /** A line at every swap, and in a wide chart its label where there is room. */
  #drawSwaps(uplot) {
    const { ctx, bbox } = uplot;
    const ratio = devicePixelRatio;
    const end = bbox.left + bbox.width;
    let free = bbox.left;
    ctx.save();
    ctx.strokeStyle = this.#colours.warn;
    ctx.lineWidth = Math.round(1.5 * ratio);
    ctx.setLineDash([4 * ratio, 3 * ratio]);
    ctx.font = `${11 * ratio}px ${getComputedStyle(this.#tip).fontFamily}`;
    ctx.textAlign = "left";
    ctx.textBaseline = "top";
    for (const swap of this.#view.swaps) {
      const x = Math.round(uplot.valToPos(swap.at, "x", true));
      if (x < bbox.left || x > end) continue;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      const width = ctx.measureText(swap.label).width;
      const right = x + 6 * ratio;
      const left = right + width <= end ? right : x - 6 * ratio - width;
      if (this.#panel.classList.contains("w6") && left >= free) {
        ctx.fillStyle = this.#colours.surface;
        ctx.fillRect(left - 2 * ratio, bbox.top + 2 * ratio, width + 4 * ratio, 15 * ratio);
        ctx.fillStyle = this.#colours.warn;
        ctx.fillText(swap.label, left, bbox.top + 4 * ratio);
        free = Math.max(x, left + width) + 8 * ratio;
      }
    }
    ctx.restore();
  }

  #select(uplot) {
    const { left, width } = uplot.select;
    if (width <= 0) return;
    uplot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.#zoom([uplot.posToVal(left, "x"), uplot.posToVal(left + width, "x")]);
  }

  /** The first and the last index that is shown. */
  #shown() {
    const { min, max } = this.#uplot.scales.x;
    return [this.#uplot.valToIdx(min), this.#uplot.valToIdx(max)];
  }

  #pointed() {
    const { left, idx } = this.#uplot.cursor;
    return left >= 0 ? idx : null;
  }

  #key(event) {
    if (!this.#uplot || event.ctrlKey || event.metaKey || event.altKey) return;
    const [first, last] = this.#shown();
    const now = this.#pointed();
    const by = event.shiftKey ? 10 : 1;
    const to = {
      ArrowLeft: (now ?? last + 1) - by,
      ArrowRight: (now ?? last) + by,
      Home: first,
      End: last,
    }[event.key];
    if (to !== undefined) {
      this.pointAt(this.#view.times[Math.max(first, Math.min(last, to))]);
    } else if (event.key === "+" || event.key === "-") {
      this.#scaleBy(event.key === "+" ? 0.5 : 2, this.#view.times[now ?? last]);
    } else if (event.key === "Escape") {
      this.#zoom(null);
    } else {
      return;
    }
    event.preventDefault();
  }

  /** The time that is shown becomes so much of itself around a time in it, which keeps its place. */
  #scaleBy(part, millis) {
    const { min, max } = this.#uplot.scales.x;
    this.#zoom([millis - (millis - min) * part, millis + (max - millis) * part]);
    queueMicrotask(() => this.pointAt(millis));
  }

  #timeAt(index) {
    const at = this.#view.times[index];
    return this.#view.step < 60_000 ? time(at) : timeWithin(at, this.#view.step);
  }

  /** The figures at the crosshair, else the newest ones. */
  #say() {
    if (!this.#uplot) return;
    const pointed = this.#pointed();
    for (const { series, figure } of this.#legends) {
      const run = this.#view.runs[series];
      figure.textContent = format(pointed === null ? newest(run) : run[pointed], this.#unit);
    }
    this.#sayTip(pointed);
    const at = pointed ?? this.#view.times.length - 1;
    const figures = this.#legends.map(({ name, figure }) => `${name} ${figure.textContent}`);
    if (pointed !== null) figures.push(...this.#swapsNear(pointed));
    this.#host.setAttribute("aria-valuemax", String(this.#view.times.length - 1));
    this.#host.setAttribute("aria-valuenow", String(at));
    this.#host.setAttribute("aria-valuetext", `${this.#timeAt(at)}: ${figures.join(", ")}`);
  }

  /** Labels of the swaps near to the crosshair. */
  #swapsNear(index) {
    const { min, max } = this.#uplot.scales.x;
    return this.#view.swaps
      .filter((swap) => Math.abs(swap.at - this.#view.times[index]) < (max - min) * NEAR)
      .slice(0, 3)
      .map((swap) => swap.label);
  }

  #sayTip(pointed) {
    this.#tip.hidden = pointed === null;
    if (pointed === null) return;
    const { left } = this.#uplot.cursor;
    const lines = [this.#timeAt(pointed), ...this.#swapsNear(pointed)];
    this.#tip.replaceChildren(
      ...lines.map((line) => {
        const made = document.createElement("span");
        made.textContent = line;
        return made;
      }),
    );
    this.#tip.classList.toggle("left", left > this.#uplot.over.clientWidth / 2);
    this.#tip.style.setProperty("--at", `${left}px`);
  }

  /** In words, for whoever does not see the lines: what is newest, lowest and highest. */
  #describe() {
    const [first, last] = this.#shown();
    const words = this.#legends.map(({ series, name }) => {
      const run = this.#view.runs[series].slice(first, last + 1);
      const known = run.filter((value) => value !== null);
      if (known.length === 0) return fill("metrics.nothing", name);
      const [low, high] = known.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity]);
      return fill("metrics.about", name, ...[newest(run), low, high].map((value) => format(value, this.#unit)));
    });
    byId(this.#host.getAttribute("aria-describedby")).textContent = words.join(" ");
    this.#none.hidden = !this.#empty;
  }
}
