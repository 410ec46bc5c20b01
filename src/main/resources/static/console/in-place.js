import { byId, seconds } from "./dom.js";
import { times } from "./fragments.js";
import { onChange, onMoment } from "./live.js";
import { morph } from "./morph.js";

// Pages that stay where they are: forms and links change their content in place, and what the server does shows
// by itself. hx-swap="morph" is how htmx gets there.

function show(content) {
  const plan = byId("plan")?.getAttribute("aria-labelledby");
  const focused = document.activeElement !== document.body;
  times(content);
  morph(byId("content"), content);
  countDown();
  // What was asked for comes into view, once.
  if (byId("plan") && !plan) {
    byId("plan").focus({ preventScroll: true });
    byId("plan").scrollIntoView({ block: "nearest" });
  }
  // What had the focus may be gone with its plan: the keyboard goes on at the content's begin.
  if (focused && document.activeElement === document.body) byId("main").focus({ preventScroll: true });
}

window.htmx.defineExtension("morph", {
  isInlineSwap: (style) => style === "morph",
  handleSwap: (style, target, fragment) => {
    if (style !== "morph") return false;
    const content = fragment.id === "content" ? fragment : fragment.querySelector?.("#content");
    // A page of another kind, such as that of a failure, has a place of its own.
    if (!content) location.reload();
    else show(content);
    return [byId("content")];
  },
});

let reading = false;
let again = false;
let asking = 0;

// What a form or a link brings is newer than any reading, and may be at another address.
document.addEventListener("htmx:beforeRequest", () => asking++);
document.addEventListener("htmx:afterRequest", () => {
  asking--;
  if (again) {
    again = false;
    refresh();
  }
});

/** Reads the page anew; while that goes on, whatever else happens leads to one further reading. */
export async function refresh() {
  // A form that is being filled in is for a certain state of what it changes.
  if (document.hidden || byId("profile-form")?.dataset.touched) return;
  if (reading || asking > 0) {
    again = true;
    return;
  }
  reading = true;
  const address = location.href;
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const content = page.getElementById("content");
    // A person may have gone on meanwhile.
    if (content && !response.redirected && asking === 0 && address === location.href) {
      for (const seen of document.querySelectorAll("form:not(#profile-form) [name=revision]")) {
        const same = `form[action="${CSS.escape(seen.form.getAttribute("action"))}"] [name=revision]`;
        content.querySelector(same)?.setAttribute("value", seen.value);
      }
      show(content);
      window.htmx.process(byId("content"));
    }
  } catch {
    // The live connection says that the server is away.
  } finally {
    reading = false;
    if (again) {
      again = false;
      setTimeout(refresh, 250);
    }
  }
}

/** Reads the page anew when something of these types changes, and when a model gets or loses work. */
export function refreshOn(...types) {
  onChange((change) => {
    if (change.type === "reset" || types.includes(change.type)) refresh();
  });
  let before = "";
  onMoment((moment) => {
    const now = JSON.stringify(moment.models.map((model) => [model.name, model.state, model.running, model.usedBlocks]));
    if (before && before !== now) refresh();
    before = now;
  });
}

function countDown() {
  for (const cell of document.querySelectorAll(".countdown[data-until]")) {
    cell.textContent = seconds(Math.max(0, Math.ceil((Number(cell.dataset.until) - Date.now()) / 1000)));
  }
}
countDown();
setInterval(countDown, 500);
