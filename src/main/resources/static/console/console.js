const byId = (id) => document.getElementById(id);
const log = byId("log");
const message = byId("message");
const history = [];
let running = null;
let lastCounts = null;

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function row(model, rate) {
  const made = element("tr");
  const state = element("td");
  state.append(element("span", `chip ${model.state}`, model.state));
  made.append(
    element("td", "mono", model.name),
    state,
    element("td", "", model.detail),
    element("td", "num", String(model.running)),
    element("td", "num", String(model.waiting)),
    element("td", "num", `${model.usedBlocks} / ${model.totalBlocks}`),
    element("td", "num", rate),
  );
  return made;
}

function show(models) {
  const now = performance.now();
  const counts = new Map(models.map((model) => [model.name, model.generatedTokens]));
  const rate = (model) => {
    if (!lastCounts || !lastCounts.counts.has(model.name)) return "–";
    const tokens = model.generatedTokens - lastCounts.counts.get(model.name);
    return ((tokens * 1000) / (now - lastCounts.at)).toFixed(1);
  };
  if (models.length > 0) {
    byId("models").replaceChildren(...models.map((model) => row(model, rate(model))));
  }
  lastCounts = { at: now, counts };

  const warnings = models.flatMap((model) => model.warnings);
  byId("warnings").hidden = warnings.length === 0;
  byId("warnings").replaceChildren(...warnings.map((text) => element("li", "", text)));

  const select = byId("model");
  const ready = models.filter((model) => model.state === "ready").map((model) => model.name);
  const offered = [...select.options].map((option) => option.value);
  if (ready.join("\n") !== offered.join("\n")) {
    const chosen = select.value;
    select.replaceChildren(...ready.map((name) => new Option(name, name)));
    if (ready.includes(chosen)) select.value = chosen;
  }
  byId("send").disabled = ready.length === 0;
}

async function poll() {
  try {
    const response = await fetch("/console/live", { cache: "no-store" });
    show(await response.json());
    byId("offline").hidden = true;
  } catch {
    byId("offline").hidden = false;
  }
  setTimeout(poll, 1000);
}

function say(who, text) {
  byId("empty")?.remove();
  const made = element("div", "msg");
  const body = element("div", "", text);
  made.append(element("span", "", who), body);
  log.append(made);
  log.scrollTop = log.scrollHeight;
  return { made, body };
}

async function* events(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
      const event = rest.slice(0, end);
      rest = rest.slice(end + 2);
      if (event.startsWith("data: ")) yield event.slice("data: ".length);
    }
  }
}

function figures(started, first, usage) {
  const parts = [];
  if (first) parts.push(`TTFT ${Math.round(first - started)} ms`);
  if (usage && first) {
    const seconds = (performance.now() - first) / 1000;
    if (usage.completion_tokens > 1 && seconds > 0) {
      parts.push(`${((usage.completion_tokens - 1) / seconds).toFixed(1)} tok/s`);
    }
    parts.push(`${usage.completion_tokens} tokens`);
    parts.push(`cached ${usage.prompt_tokens_details.cached_tokens}`);
  }
  byId("figures").textContent = parts.join(" · ");
}

/** With a session the server wants its cookie's token back; without one there is none. */
function csrf() {
  const token = document.cookie.match(/(?:^|; )XSRF-TOKEN=([^;]+)/);
  return token ? { "X-XSRF-TOKEN": token[1] } : {};
}

async function answer(model, out) {
  const started = performance.now();
  let first = null;
  let text = "";
  let usage = null;
  running = new AbortController();
  try {
    const response = await fetch("/v1/chat/completions", {
      method: "POST",
      headers: { "Content-Type": "application/json", ...csrf() },
      body: JSON.stringify({
        model,
        messages: history,
        stream: true,
        stream_options: { include_usage: true },
      }),
      signal: running.signal,
    });
    if (!response.ok) throw new Error((await response.json()).error.message);
    for await (const data of events(response.body)) {
      if (data === "[DONE]") break;
      const chunk = JSON.parse(data);
      if (chunk.error) throw new Error(chunk.error.message);
      const piece = chunk.choices[0]?.delta?.content;
      if (piece) {
        first ??= performance.now();
        text += piece;
        out.body.append(piece);
        log.scrollTop = log.scrollHeight;
      }
      usage = chunk.usage ?? usage;
    }
  } catch (error) {
    if (error.name === "AbortError") {
      out.made.append(element("span", "", "stopped"));
    } else {
      out.made.classList.add("error");
      out.body.append(text ? `\n${error.message}` : error.message);
    }
  } finally {
    running = null;
    figures(started, first, usage);
  }
  return text;
}

async function send() {
  const text = message.value.trim();
  const model = byId("model").value;
  if (!text || running || !model) return;
  message.value = "";
  say("You", text);
  history.push({ role: "user", content: text });
  const out = say(model, "");
  out.made.classList.add("busy");
  byId("send").hidden = true;
  byId("stop").hidden = false;
  const said = await answer(model, out);
  if (said) {
    history.push({ role: "assistant", content: said });
  } else {
    history.pop();
  }
  out.made.classList.remove("busy");
  byId("send").hidden = false;
  byId("stop").hidden = true;
  message.focus();
}

byId("form").addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
message.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    send();
  }
});
byId("stop").addEventListener("click", () => running?.abort());
byId("clear").addEventListener("click", () => {
  running?.abort();
  history.length = 0;
  log.replaceChildren();
  byId("figures").textContent = "";
});
poll();
