import { csrf } from "./dom.js";

/** The data of server-sent events in {@code stream}. */
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

/**
 * Streams one answer.
 *
 * @param request the body for /v1/chat/completions, without its stream fields
 * @param onPiece called with each piece of text and the logprobs of its tokens, if asked for
 * @returns { usage, finish, id }
 * @throws Error with the server's message; AbortError when stopped
 */
export async function complete(request, signal, onPiece) {
  const response = await fetch("/v1/chat/completions", {
    method: "POST",
    headers: { "Content-Type": "application/json", ...csrf() },
    body: JSON.stringify({ ...request, stream: true, stream_options: { include_usage: true } }),
    signal,
  });
  const id = response.headers.get("X-Request-Id");
  if (!response.ok) throw new Error((await response.json()).error.message);
  let usage = null;
  let finish = null;
  for await (const data of events(response.body)) {
    if (data === "[DONE]") break;
    const chunk = JSON.parse(data);
    if (chunk.error) throw new Error(chunk.error.message);
    const choice = chunk.choices[0];
    const piece = choice?.delta?.content;
    if (piece) onPiece(piece, choice.logprobs?.content ?? null);
    finish = choice?.finish_reason ?? finish;
    usage = chunk.usage ?? usage;
  }
  return { usage, finish, id };
}
