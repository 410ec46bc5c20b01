import { byId } from "./dom.js";

const listeners = [];
let source = null;
let last = null;

/** Calls {@code listener} with every moment, the last one first; one connection serves the tab. */
export function onMoment(listener) {
  listeners.push(listener);
  if (last) listener(last);
}

function connect() {
  source = new EventSource("/console/events");
  source.addEventListener("moment", (event) => {
    byId("offline").hidden = true;
    last = JSON.parse(event.data);
    listeners.forEach((listener) => listener(last));
  });
  source.onerror = () => {
    byId("offline").hidden = false;
    // The browser tries again by itself unless the server refused.
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 2000);
  };
}

// A hidden tab draws nothing and costs the server nothing.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) source.close();
  else if (source.readyState === EventSource.CLOSED) connect();
});
window.addEventListener("pagehide", () => source.close());
connect();
