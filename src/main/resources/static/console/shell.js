import { byId, element, time } from "./dom.js";
import { onMoment } from "./live.js";

const root = document.documentElement;

byId("theme").hidden = false;
byId("theme").addEventListener("click", () => {
  const dark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("javelin-theme", root.dataset.theme);
});

byId("language").hidden = false;
byId("language").addEventListener("click", () => {
  const next = root.lang === "zh" ? "en" : "zh";
  document.cookie = `javelin-language=${next};path=/;max-age=31536000;samesite=lax`;
  location.reload();
});

for (const cell of document.querySelectorAll(".time[data-millis]")) {
  cell.textContent = time(Number(cell.dataset.millis));
}

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
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(index === chosen));
      item.append(element("span", "muted small end mono", target.path));
      item.addEventListener("click", () => location.assign(target.path));
      return item;
    }),
  );
}

function open() {
  query.value = "";
  chosen = 0;
  draw();
  palette.showModal();
  query.focus();
}

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
palette.addEventListener("click", (event) => {
  if (event.target === palette) palette.close();
});
