import "./fragments.js";
import "./look.js";
import { byId, element } from "./dom.js";
import { onMoment } from "./live.js";

// The palette: pages and models by a few letters.
const palette = byId("palette");
const query = palette.querySelector("input");
const list = palette.querySelector("ul");
let models = [];
let chosen = 0;

onMoment((moment) => {
  models = moment.models.map((model) => model.name);
});

function targets() {
  const pages = [...document.querySelectorAll(".rail a[href]")].map((link) => ({
    name: link.textContent.trim(),
    path: link.getAttribute("href"),
  }));
  const chats = models.map((name) => ({ name, path: `/?model=${encodeURIComponent(name)}` }));
  const wanted = query.value.trim().toLowerCase();
  const found = [...pages, ...chats].filter((target) => target.name.toLowerCase().includes(wanted));
  return wanted
    ? [...found, { name: wanted, path: `/console/requests/${encodeURIComponent(query.value.trim())}` }]
    : found;
}

function draw() {
  const found = targets();
  chosen = Math.max(0, Math.min(chosen, found.length - 1));
  list.replaceChildren(
    ...found.map((target, index) => {
      const item = element("li", "", target.name);
      item.id = `palette-${index}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(index === chosen));
      item.append(element("span", "muted small end mono", target.path));
      item.addEventListener("click", () => location.assign(target.path));
      return item;
    }),
  );
  // What the arrows chose is what a screen reader says, though the focus stays in the field.
  query.setAttribute("aria-activedescendant", `palette-${chosen}`);
  list.children[chosen]?.scrollIntoView({ block: "nearest" });
}

function open() {
  query.value = "";
  chosen = 0;
  draw();
  palette.showModal();
  query.focus();
}

// In a narrow window the rail is a row: the page that is open is in sight.
document.querySelector(".rail [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

byId("palette-open").hidden = false;
byId("palette-open").addEventListener("click", open);
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    open();
  }
});
query.addEventListener("input", () => {
  chosen = 0;
  draw();
});
query.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown") chosen++;
  else if (event.key === "ArrowUp") chosen--;
  else if (event.key === "Enter") list.children[chosen]?.click();
  else return;
  event.preventDefault();
  draw();
});
// Nothing of whoever leaves stays for the next one.
document.querySelector('form[action="/logout"]')?.addEventListener("submit", () => sessionStorage.clear());
palette.addEventListener("click", (event) => {
  if (event.target === palette) palette.close();
});
