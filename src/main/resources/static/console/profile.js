import { byId } from "./dom.js";

// A profile's form: the slider and the largest context that fits write into its field.

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

// What a person began to change is not read anew.
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("#profile-form");
  if (form) form.dataset.touched = "yes";
});
