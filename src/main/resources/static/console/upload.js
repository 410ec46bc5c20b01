import { csrf } from "./dom.js";

const PART_BYTES = 32 << 20;
const PAUSES_SECONDS = [1, 2, 4, 8, 15, 30];
const PACE_MILLIS = 10_000;

/** What the server says no to; trying again would not help. */
export class Refused extends Error {}

/** Calls the management; gives what it answers as JSON. */
export async function call(method, path, body) {
  const headers = { Accept: "application/json", ...csrf() };
  if (typeof body === "string") headers["Content-Type"] = "application/json";
  const response = await fetch(path, { method, headers, body });
  const answer = await response.json();
  if (response.ok) return answer;
  const failure = response.status >= 500 && response.status !== 507 ? Error : Refused;
  throw new failure(answer.detail ?? answer.title ?? String(response.status));
}

/**
 * Sends files to an upload that was announced, part by part. What a broken connection lost is sent again from
 * where the server says; files that it has already are not sent.
 */
export class Sender {
  /**
   * @param files by their names
   * @param show called with {state, sent, total, perSecond, secondsLeft, pause, message}; the state is
   *     "sending", "waiting", "verifying", "failed" or "cancelled"
   */
  constructor(id, files, show) {
    this.path = `/api/v1/uploads/${id}`;
    this.files = files;
    this.show = show;
    this.sent = new Map();
    this.samples = [];
    this.request = null;
    this.cancelled = false;
  }

  /** @returns the operation that verifies and registers what was sent; null if it came to nothing */
  async run() {
    try {
      for (let tries = 0; ; ) {
        try {
          await this.pass(() => (tries = 0));
          this.tell("verifying");
          return await call("POST", `${this.path}/complete`);
        } catch (failure) {
          if (this.cancelled || failure instanceof Refused) throw failure;
          await this.wait(PAUSES_SECONDS[Math.min(tries++, PAUSES_SECONDS.length - 1)]);
        }
      }
    } catch (failure) {
      this.tell(this.cancelled ? "cancelled" : "failed", { message: failure.message });
      return null;
    }
  }

  cancel() {
    this.cancelled = true;
    this.request?.abort();
  }

  /** Sends what the server does not have yet. */
  async pass(progressed) {
    const { files } = await call("GET", this.path);
    for (const { name, receivedBytes } of files) this.sent.set(name, receivedBytes);
    for (const { name, sizeBytes } of files) {
      while (this.sent.get(name) < sizeBytes) {
        const file = this.files.get(name);
        if (!file) throw new Refused(name);
        this.sent.set(name, await this.part(file, name, this.sent.get(name)));
        progressed();
      }
    }
  }

  /** @returns how many bytes of the file the server has then */
  part(file, name, from) {
    const to = Math.min(from + PART_BYTES, file.size);
    return new Promise((resolve, reject) => {
      if (this.cancelled) reject(new Error("cancelled"));
      const request = new XMLHttpRequest();
      this.request = request;
      request.open("PUT", `${this.path}/files/${encodeURIComponent(name)}`);
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.setRequestHeader("Content-Range", `bytes ${from}-${to - 1}/${file.size}`);
      for (const [header, value] of Object.entries(csrf())) request.setRequestHeader(header, value);
      request.upload.onprogress = ({ loaded }) => {
        this.sent.set(name, from + loaded);
        this.tell("sending");
      };
      request.onload = () => {
        const answer = JSON.parse(request.responseText || "{}");
        // 416 says where to go on.
        if (request.status < 300 || request.status === 416) resolve(answer.receivedBytes);
        // 409: what was cut off is not given up yet.
        else reject(new (request.status < 500 && request.status !== 409 ? Refused : Error)(answer.detail ?? ""));
      };
      request.onerror = () => reject(new Error("lost"));
      request.onabort = request.onerror;
      request.send(file.slice(from, to));
    });
  }

  async wait(seconds) {
    for (let left = seconds; left > 0 && !this.cancelled; left--) {
      this.tell("waiting", { pause: left });
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    if (this.cancelled) throw new Error("cancelled");
  }

  tell(state, more = {}) {
    const total = [...this.files.values()].reduce((sum, file) => sum + file.size, 0);
    const sent = [...this.sent.values()].reduce((sum, bytes) => sum + bytes, 0);
    const now = performance.now();
    if (state === "sending") this.samples.push([now, sent]);
    while (this.samples.length > 1 && now - this.samples[0][0] > PACE_MILLIS) this.samples.shift();
    const [then, before] = this.samples[0] ?? [now, sent];
    const perSecond = now > then ? Math.max(0, ((sent - before) * 1000) / (now - then)) : 0;
    const secondsLeft = perSecond > 0 ? (total - sent) / perSecond : null;
    this.show({ state, sent, total, perSecond, secondsLeft, ...more });
  }
}
