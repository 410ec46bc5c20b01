// Theme and language, for every page.
const root = document.documentElement;
const theme = document.getElementById("theme");
const language = document.getElementById("language");

theme.hidden = false;
theme.addEventListener("click", () => {
  const dark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("javelin-theme", root.dataset.theme);
});

language.hidden = false;
language.addEventListener("click", () => {
  const next = root.lang === "zh" ? "en" : "zh";
  document.cookie = `javelin-language=${next};path=/;max-age=31536000;samesite=lax`;
  location.reload();
});
