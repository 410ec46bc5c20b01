import { byId, element } from "./dom.js";

// The tokens of answers, each with its id and how likely it was; what else was likely shows on hover and on focus.

const panel = byId("alternatives");

/** Less likely tokens are shaded more. */
function shade(logprob) {
  const p = Math.exp(logprob);
  return p > 0.9 ? "" : p > 0.6 ? "p1" : p > 0.3 ? "p2" : "p3";
}

const percent = (logprob) => `${(100 * Math.exp(logprob)).toFixed(1)} %`;

/** vLLM's name of a token by its id. */
const idOf = (token) => token.token.replace("token_id:", "");

const textOf = (token) => new TextDecoder().decode(Uint8Array.from(token.bytes ?? []));

function show(made) {
  const { token } = made;
  const others = (token.top_logprobs ?? []).filter((other) => other.token !== token.token);
  const rows = [token, ...others].map((one) => {
    const row = element("tr", one === token ? "chosen" : "");
    row.append(
      element("td", "mono num", idOf(one)),
      element("td", "mono", JSON.stringify(textOf(one))),
      element("td", "num", percent(one.logprob)),
    );
    return row;
  });
  panel.querySelector("tbody").replaceChildren(...rows);
  panel.hidden = false;
  const box = made.getBoundingClientRect();
  const left = Math.min(box.left, innerWidth - panel.offsetWidth - 8);
  const above = box.bottom + panel.offsetHeight + 8 > innerHeight;
  panel.style.left = `${Math.max(8, left)}px`;
  panel.style.top = `${above ? box.top - panel.offsetHeight - 4 : box.bottom + 4}px`;
}

function hide() {
  panel.hidden = true;
}

/** Makes tokens of what the server tells; bytes that are only part of a character wait for the rest. */
export class TokenView {
  constructor() {
    this.decoder = new TextDecoder();
  }

  make(token) {
    const text = this.decoder.decode(Uint8Array.from(token.bytes ?? []), { stream: true });
    const made = element("span", `tok ${shade(token.logprob)}`, text);
    made.token = token;
    made.tabIndex = -1;
    return made;
  }
}

/** Tells of the tokens in {@code body}: with the mouse, and with the arrow keys. */
export function explain(body) {
  body.tabIndex = 0;
  body.addEventListener("mouseover", (event) => {
    if (event.target.token) show(event.target);
  });
  body.addEventListener("mouseleave", hide);
  body.addEventListener("focusin", (event) => {
    if (event.target.token) show(event.target);
  });
  body.addEventListener("focusout", hide);
  body.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "Escape") hide();
    if (!step) return;
    event.preventDefault();
    const all = [...body.querySelectorAll(".tok")];
    const at = all.indexOf(document.activeElement);
    all[Math.max(0, Math.min(all.length - 1, at + step))]?.focus();
  });
}
