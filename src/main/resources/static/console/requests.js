import { byId, element, format, shape, time } from "./dom.js";

const body = byId("requests");

function timing(request) {
  const total = request.queuedMillis + request.prefillMillis + request.decodeMillis;
  const svg = shape("svg", { class: "timing", viewBox: "0 0 100 14", preserveAspectRatio: "none" });
  let x = 0;
  for (const part of ["queued", "prefill", "decode"]) {
    const width = total > 0 ? (100 * request[`${part}Millis`]) / total : 0;
    const kind = part === "queued" ? "queue" : part;
    svg.append(shape("rect", { class: `t-${kind}`, x, y: 0, width, height: 14 }));
    x += width;
  }
  return svg;
}

function cell(className, ...content) {
  const made = element("td", className);
  made.append(...content);
  return made;
}

function row(request) {
  const made = element("tr");
  made.dataset.id = request.id;
  const link = element("a", "", request.id);
  link.href = `/console/requests/${encodeURIComponent(request.id)}`;
  made.append(
    cell("mono", link),
    cell("", request.model),
    cell("time", time(request.submittedMillis)),
    cell("wide", timing(request)),
    cell("num", `${Math.round(request.ttftMillis)} ms`),
    cell("num", format(request.tokensPerSecond, "tokensPerSecond")),
    cell("num", `${request.promptTokens} → ${request.generatedTokens}`),
    cell("num", String(request.cachedTokens)),
    cell("", element("span", request.failed ? "chip bad" : "chip", request.outcome)),
  );
  return made;
}

/** Ended requests never change: new rows go on top, nothing else moves. */
async function refresh() {
  if (!document.hidden) {
    const response = await fetch("/console/requests.json");
    if (response.ok) {
      const requests = await response.json();
      const known = new Set([...body.querySelectorAll("tr[data-id]")].map((made) => made.dataset.id));
      const fresh = requests.filter((request) => !known.has(request.id));
      if (fresh.length > 0) {
        body.querySelector("tr:not([data-id])")?.remove();
        body.prepend(...fresh.map(row));
      }
    }
  }
  setTimeout(refresh, 1500);
}
refresh();
