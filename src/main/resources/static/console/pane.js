import { complete } from "./completions.js";
import { Decoding } from "./decoding.js";
import { byId, element, fill, texts } from "./dom.js";
import { check } from "./schema.js";
import { explain, TokenView } from "./tokens.js";

/** One conversation with one model, with settings of its own. */
export class Pane {
  /**
   * @param on {changed, edit, regenerate}: called when a conversation changes or an answer ends, with the index of a
   *     question that is to be asked anew, and for another answer to the last one
   */
  constructor(on, decoding = new Decoding()) {
    this.root = byId("pane").content.firstElementChild.cloneNode(true);
    this.log = this.root.querySelector(".log");
    this.select = this.root.querySelector(".model");
    this.figures = this.root.querySelector(".figures");
    this.empty = this.root.querySelector("p.empty");
    this.unanswered = this.root.querySelector(".unanswered");
    this.history = [];
    this.shown = [];
    this.running = null;
    this.on = on;
    this.decoding = decoding;
    this.pieces = [];
    this.wanted = "";
  }

  get model() {
    return this.select.value;
  }

  /** @param wanted chosen as soon as it is offered */
  offer(models, wanted = this.wanted) {
    const offered = [...this.select.options].map((option) => option.value);
    this.wanted = wanted;
    if (models.join("\n") !== offered.join("\n")) {
      const kept = this.select.value;
      this.select.replaceChildren(...models.map((name) => new Option(name, name)));
      if (models.includes(kept)) this.select.value = kept;
    }
    if (wanted && models.includes(wanted)) {
      this.select.value = wanted;
      this.wanted = "";
    }
  }

  /** Says what to do where no model answers, once that is known. */
  answers(any) {
    this.empty.hidden = !any;
    this.unanswered.hidden = any;
  }

  summarize() {
    this.root.querySelector(".summary").textContent = this.decoding.summary;
  }

  action(text, listener) {
    const button = element("button", "", text);
    button.type = "button";
    button.addEventListener("click", listener);
    return button;
  }

  say(role, text) {
    this.empty.remove();
    this.unanswered.remove();
    const made = element("div", `msg ${role}`);
    const line = element("span", "who", role === "user" ? texts.you : this.model || this.wanted);
    const body = element("div", "text", text);
    made.append(line, body);
    this.log.append(made);
    this.log.scrollTop = this.log.scrollHeight;
    this.shown.push(made);
    return { made, line, body };
  }

  question(text) {
    const index = this.history.length;
    const asked = this.say("user", text);
    asked.line.append(this.action(texts.edit, () => this.on.edit(index)));
    this.history.push({ role: "user", content: text });
  }

  /** Shows a conversation from before. */
  restore(history) {
    for (const message of history) {
      if (message.role === "user") this.question(message.content);
      else this.answered(this.say("assistant", message.content), message.content);
    }
  }

  answered(out, text) {
    this.history.push({ role: "assistant", content: text });
    for (const old of this.log.querySelectorAll(".regenerate")) old.remove();
    const again = this.action(texts.regenerate, () => this.on.regenerate());
    again.classList.add("regenerate");
    out.line.append(again);
  }

  clear() {
    this.stop();
    this.history = [];
    this.shown = [];
    this.pieces = [];
    this.log.replaceChildren(this.empty, this.unanswered);
    this.figures.replaceChildren();
  }

  stop() {
    this.running?.abort();
  }

  /** Takes back the message {@code index} and all after it; gives its text, or null. */
  takeBack(index) {
    if (this.running || index < 0 || index >= this.history.length) return null;
    const { content } = this.history[index];
    this.history.length = index;
    this.shown.splice(index).forEach((message) => message.remove());
    this.pieces = [];
    return content;
  }

  /** Takes back the last question with its answer; gives its text. */
  takeBackLast() {
    return this.takeBack(this.history.findLastIndex((message) => message.role === "user"));
  }

  /** The request's body, without the messages. */
  request(tokenView) {
    const fields = this.decoding.fields();
    if (tokenView) {
      Object.assign(fields, { logprobs: true, top_logprobs: 5, return_tokens_as_token_ids: true });
    }
    return fields;
  }

  messages(question) {
    const { system } = this.decoding;
    return [
      ...(system.trim() ? [{ role: "system", content: system }] : []),
      ...this.history,
      ...(question === undefined ? [] : [{ role: "user", content: question }]),
    ];
  }

  /** Asks and streams the answer into the log. */
  async ask(text, tokenView) {
    const fields = this.request(tokenView);
    this.question(text);
    const out = this.say("assistant", "");
    out.made.classList.add("busy");
    if (tokenView) explain(out.body);
    const tokens = new TokenView();
    this.running = new AbortController();
    this.pieces = [];
    this.figures.replaceChildren();
    const started = performance.now();
    let first = null;
    let said = "";
    try {
      const done = await complete(
        { model: this.model, messages: this.messages(), ...fields },
        this.running.signal,
        (piece, logprobs) => {
          first ??= performance.now();
          said += piece;
          this.append(out.body, logprobs ? logprobs.map((token) => tokens.make(token)) : [element("span", "", piece)]);
        },
      );
      this.report(started, first, done);
      this.validate(said, fields.response_format, done.finish);
    } catch (error) {
      if (error.name === "AbortError") {
        out.line.append(element("span", "", texts.stopped));
      } else {
        out.made.classList.add("error");
        const why = element("span", "", said ? `\n${error.message}` : error.message);
        why.lang = "en"; // as the API says it
        out.body.append(why);
      }
    } finally {
      this.running = null;
      out.made.classList.remove("busy");
    }
    if (said) this.answered(out, said);
    else this.forgetQuestion();
    this.on.changed();
  }

  /** A question without an answer is shown, but not asked again with the next one. */
  forgetQuestion() {
    this.history.pop();
    const [asked, out] = this.shown.splice(-2);
    asked.querySelector("button")?.remove();
    asked.classList.add("dropped");
    out.classList.add("dropped");
  }

  append(body, made) {
    body.append(...made);
    this.pieces.push(...made);
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
    this.figures.append(parts.join(" · "));
    if (id) {
      const link = element("a", "mono", id);
      link.href = `/console/requests/${encodeURIComponent(id)}`;
      this.figures.append(" · ", link);
    }
  }

  /** Says whether an answer is what its format asks for. */
  validate(text, format, finish) {
    if (!format || !text) return;
    const { problems, unchecked } = verdict(text, format);
    const good = problems.length === 0;
    const chip = element("span", `chip ${good ? "good" : "bad"} verdict`, good ? fill("valid") : fill("notValid"));
    this.figures.append(" ", chip);
    if (!good) this.figures.append(" ", problems[0], finish === "length" ? ` (${fill("cutOff")})` : "");
    if (unchecked.length > 0) this.figures.append(" ", fill("unchecked", unchecked.join(", ")));
  }
}

function verdict(text, format) {
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problems: [error.message], unchecked: [] };
  }
  return check(value, format.type === "json_schema" ? format.json_schema.schema : { type: "object" });
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
