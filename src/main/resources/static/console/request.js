import { byId } from "./dom.js";
import { refresh } from "./in-place.js";
import { onMoment } from "./live.js";

// The page of one that is still being answered follows it to its end.
onMoment(() => {
  if (byId("content").dataset.live === "true") refresh();
});
