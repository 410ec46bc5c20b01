import { byId, time } from "./dom.js";

/** Times in the reader's own zone; without scripts they stay as the server wrote them. */
export function times(root) {
  for (const cell of root.querySelectorAll(".time[data-millis]")) {
    cell.textContent = time(Number(cell.dataset.millis));
  }
}
times(document);

// A form answered by a page puts that page's content in place; a session that ended leads to the login.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.responseURL && new URL(xhr.responseURL).pathname === "/login") {
    event.preventDefault();
    location.assign("/login");
  }
});
document.addEventListener("htmx:afterSwap", () => times(byId("main")));
for (const lost of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(lost, () => {
    byId("offline").hidden = false;
  });
}
