import { byId, date, time } from "./dom.js";

/** Times in the reader's own zone; without scripts they stay as the server wrote them. */
export function times(root) {
  for (const cell of root.querySelectorAll("[data-millis]")) {
    const show = cell.classList.contains("date") ? date : time;
    cell.textContent = show(Number(cell.dataset.millis));
  }
}

function ready(root) {
  times(root);
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
}
ready(document);

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (button) navigator.clipboard.writeText(byId(button.dataset.copy).textContent);
});

/**
 * Reads the page again every so many milliseconds and puts its cells marked data-live in place.
 * What a person is writing or has opened stays as it is.
 */
export function keepFresh(millis) {
  setTimeout(async () => {
    const cells = [...document.querySelectorAll("[data-live]")];
    if (!document.hidden && cells.length > 0) {
      const response = await fetch(location.pathname + location.search);
      if (response.ok && !response.redirected) {
        const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
        for (const cell of cells) {
          const next = fresh.getElementById(cell.id);
          if (next && next.innerHTML !== cell.innerHTML) cell.replaceChildren(...next.childNodes);
        }
      }
    }
    keepFresh(millis);
  }, millis);
}

// A form answered by a page puts that page's content in place; a session that ended leads to the login.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.responseURL && new URL(xhr.responseURL).pathname === "/login") {
    event.preventDefault();
    location.assign("/login");
  }
});
document.addEventListener("htmx:afterSwap", () => ready(byId("main")));
for (const lost of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(lost, () => {
    byId("offline").hidden = false;
  });
}
