// Before the first paint: a chosen theme must not flash the other one.
const chosenTheme = localStorage.getItem("javelin-theme");
if (chosenTheme) document.documentElement.dataset.theme = chosenTheme;
