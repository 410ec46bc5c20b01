/** The page's texts in its language, by key. */
export const texts = JSON.parse(document.documentElement.dataset.texts);

export const byId = (id) => document.getElementById(id);

/** An element with a class and, where given, text. */
export function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** An SVG element with attributes. */
export function shape(tag, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** A text with {0}, {1} … filled in. */
export function fill(key, ...values) {
  return texts[key].replace(/\{(\d)\}/g, (_, index) => values[index]);
}

const language = document.documentElement.lang;
const short = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 });
const calendar = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
const moments = new Intl.DateTimeFormat(language, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
const days = new Intl.DateTimeFormat(language, { month: "short", day: "numeric" });
const minutes = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
const clock = new Intl.DateTimeFormat(language, { timeStyle: "medium" });

/** A value as people read it, in the unit of a chart or tile. */
export function format(value, unit) {
  if (value === undefined || value === null || Number.isNaN(value)) return "–";
  if (unit === "bytes") return bytes(value);
  if (unit === "share") return `${short.format(value * 100)} %`;
  // What is smaller than a thousandth of its unit is nothing to a reader.
  const shown = Math.round(value * 1000) / 1000;
  return Math.abs(value) >= 100 ? short.format(Math.round(value)) : fine.format(shown);
}

export function bytes(value) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${short.format(value)} ${units[unit]}`;
}

export const count = (value) => short.format(value);

/** Milliseconds as people read them: 8.4 ms, 840 ms, 2.4 s, 1 min 5 s. */
export function duration(millis) {
  if (millis < 1000) return `${(millis < 10 ? short : whole).format(millis)} ms`;
  return millis < 10_000 ? `${short.format(millis / 1000)} s` : span(millis / 1000);
}

/** Seconds as people read them. */
export const seconds = (value) =>
  new Intl.NumberFormat(language, { style: "unit", unit: "second", unitDisplay: "narrow" }).format(value);

/** A time as people read it, in its two largest parts. */
export function span(value) {
  const whole = Math.max(0, Math.round(value));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

export const time = (millis) => clock.format(new Date(millis));

/** A time to the precision of a chart with so many milliseconds between its points. */
export function timeWithin(millis, step) {
  return (step < 600_000 ? minutes : moments).format(new Date(millis));
}

/** A time at a chart's axis, whose labels are so many milliseconds apart. */
export function axisTime(millis, apart) {
  const at = new Date(millis);
  if (apart < 60_000) return clock.format(at);
  const midnight = at.getHours() === 0 && at.getMinutes() === 0;
  return (apart >= 86_400_000 || midnight ? days : minutes).format(at);
}

export const date = (millis) => calendar.format(new Date(millis));

/** With a session the server wants its cookie's token back; without one there is none. */
export function csrf() {
  const token = document.cookie.match(/(?:^|; )XSRF-TOKEN=([^;]+)/);
  return token ? { "X-XSRF-TOKEN": token[1] } : {};
}
