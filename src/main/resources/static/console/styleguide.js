import { byId } from "./dom.js";

// What is shown here is nowhere: its forms go nowhere either.
byId("content").addEventListener("submit", (event) => event.preventDefault());
