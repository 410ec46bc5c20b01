import { complete } from "./completions.js";
import { byId, element, fill, texts } from "./dom.js";

/** One conversation with one model. */
export class Pane {
  /** @param changed called when a conversation changes or its end is reached */
  constructor(changed) {
    this.root = byId("pane").content.firstElementChild.cloneNode(true);
    this.log = this.root.querySelector(".log");
    this.select = this.root.querySelector(".model");
    this.figures = this.root.querySelector(".figures");
    this.empty = this.root.querySelector(".empty");
    this.history = [];
    this.running = null;
    this.changed = changed;
    this.pieces = [];
  }

  get model() {
    return this.select.value;
  }

  offer(models) {
    const offered = [...this.select.options].map((option) => option.value);
    if (models.join("\n") === offered.join("\n")) return;
    const kept = this.select.value;
    this.select.replaceChildren(...models.map((name) => new Option(name, name)));
    if (models.includes(kept)) this.select.value = kept;
  }

  say(who, text, ...actions) {
    this.empty.remove();
    const made = element("div", "msg");
    const line = element("span", "who", who);
    line.append(...actions);
    const body = element("div", "text", text);
    made.append(line, body);
    this.log.append(made);
    this.log.scrollTop = this.log.scrollHeight;
    return { made, line, body };
  }

  clear() {
    this.stop();
    this.history = [];
    this.pieces = [];
    this.log.replaceChildren(this.empty);
    this.figures.textContent = "";
  }

  stop() {
    this.running?.abort();
  }

  /** Takes back the last question with its answer; gives its text. */
  takeBack() {
    const asked = this.history.findLastIndex((message) => message.role === "user");
    if (asked < 0 || this.running) return null;
    const text = this.history[asked].content;
    this.history.length = asked;
    const shown = [...this.log.querySelectorAll(".msg")];
    shown.slice(asked).forEach((message) => message.remove());
    return text;
  }

  /**
   * Asks and streams the answer into the log.
   *
   * @param settings fields of the request that a person set
   */
  async ask(text, settings, onEdit) {
    const edit = element("button", "", texts.edit);
    edit.type = "button";
    edit.addEventListener("click", onEdit);
    this.say(texts.you, text, edit);
    this.history.push({ role: "user", content: text });
    const out = this.say(this.model, "");
    out.made.classList.add("busy");
    this.running = new AbortController();
    this.pieces = [];
    const started = performance.now();
    let first = null;
    let said = "";
    try {
      const { system, ...fields } = settings;
      const messages = system
        ? [{ role: "system", content: system }, ...this.history]
        : [...this.history];
      const done = await complete(
        { model: this.model, messages, ...fields },
        this.running.signal,
        (piece, logprobs) => {
          first ??= performance.now();
          said += piece;
          this.append(out.body, piece, logprobs);
        },
      );
      this.report(started, first, done);
    } catch (error) {
      if (error.name === "AbortError") {
        out.line.append(element("span", "", texts.stopped));
      } else {
        out.made.classList.add("error");
        out.body.append(said ? `\n${error.message}` : error.message);
      }
    } finally {
      this.running = null;
      out.made.classList.remove("busy");
    }
    if (said) this.history.push({ role: "assistant", content: said });
    else this.history.pop();
    this.changed();
  }

  append(body, piece, logprobs) {
    if (logprobs) {
      for (const token of logprobs) {
        const made = element("span", `tok ${shade(token.logprob)}`, token.token);
        made.title = alternatives(token);
        body.append(made);
        this.pieces.push(made);
      }
    } else {
      const made = element("span", "", piece);
      body.append(made);
      this.pieces.push(made);
    }
    this.log.scrollTop = this.log.scrollHeight;
  }

  report(started, first, { usage, finish, id }) {
    const parts = [];
    if (first) parts.push(`TTFT ${Math.round(first - started)} ms`);
    if (usage && first) {
      const seconds = (performance.now() - first) / 1000;
      if (usage.completion_tokens > 1 && seconds > 0) {
        parts.push(`${((usage.completion_tokens - 1) / seconds).toFixed(1)} tok/s`);
      }
      parts.push(fill("tokens", usage.completion_tokens));
      parts.push(fill("cached", usage.prompt_tokens_details.cached_tokens));
    }
    if (finish) parts.push(finish);
    if (id) parts.push(id);
    this.figures.textContent = parts.join(" · ");
  }
}

/** Less likely tokens are shaded more. */
function shade(logprob) {
  const p = Math.exp(logprob);
  return p > 0.9 ? "" : p > 0.6 ? "p1" : p > 0.3 ? "p2" : "p3";
}

function alternatives(token) {
  const percent = (logprob) => `${(100 * Math.exp(logprob)).toFixed(1)} %`;
  return [token, ...(token.top_logprobs ?? []).filter((other) => other.token !== token.token)]
    .map((one) => `${JSON.stringify(one.token)} ${percent(one.logprob)}`)
    .join("\n");
}

/** Marks where the answers of several panes first differ. */
export function markDivergence(panes) {
  const answers = panes.map((pane) => pane.pieces);
  answers.flat().forEach((piece) => piece.classList.remove("diverge"));
  if (answers.length < 2 || answers.some((pieces) => pieces.length === 0)) return;
  const whole = answers.map((pieces) => pieces.map((piece) => piece.textContent).join(""));
  let same = 0;
  const shortest = Math.min(...whole.map((text) => text.length));
  while (same < shortest && whole.every((text) => text[same] === whole[0][same])) same++;
  if (whole.every((text) => text === whole[0])) return;
  for (const pieces of answers) {
    let at = 0;
    for (const piece of pieces) {
      at += piece.textContent.length;
      if (at > same) {
        piece.classList.add("diverge");
        break;
      }
    }
  }
}
