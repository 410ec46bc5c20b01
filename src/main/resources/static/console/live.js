import { byId } from "./dom.js";

const listeners = [];
const changeListeners = [];
let source = null;
let last = null;
/** What happened after the server began to write the page is not lost. */
let lastId = document.documentElement.dataset.seen ?? "";

/** Calls {@code listener} with every moment, the last one first; one connection serves the tab. */
export function onMoment(listener) {
  listeners.push(listener);
  if (last) listener(last);
}

/**
 * Calls {@code listener} with what changes in the catalog: {id, type, key, data}. The type "reset"
 * says that changes were missed: read everything anew.
 */
export function onChange(listener) {
  changeListeners.push(listener);
}

function connect() {
  source = new EventSource(`/console/events?after=${encodeURIComponent(lastId)}`);
  source.addEventListener("moment", (event) => {
    byId("offline").hidden = true;
    lastId = event.lastEventId;
    last = JSON.parse(event.data);
    listeners.forEach((listener) => listener(last));
  });
  source.addEventListener("change", (event) => {
    lastId = event.lastEventId;
    const change = JSON.parse(event.data);
    changeListeners.forEach((listener) => listener(change));
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
