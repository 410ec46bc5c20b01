import { refreshOn } from "./in-place.js";
import { byId } from "./dom.js";

refreshOn("version", "alias", "instance", "operation");

const field = () => document.querySelector("[name=contextLength]");

function use(tokens) {
  field().value = tokens;
  field().dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener("input", (event) => {
  if (event.target.id === "context") field().value = event.target.value;
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("#use-most");
  if (button) use(button.dataset.tokens);
});

// A part of a page that only scripts can use shows itself.
function reveal() {
  if (byId("use-most")) byId("use-most").hidden = false;
}
document.addEventListener("htmx:afterSettle", reveal);
reveal();
