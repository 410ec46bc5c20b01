import { byId } from "./dom.js";

// A chosen file fills the text, which is what is sent.
document.addEventListener("change", async (event) => {
  if (event.target.id === "file" && event.target.files.length > 0) {
    byId("document").value = await event.target.files[0].text();
  }
});
