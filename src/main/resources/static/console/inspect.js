import { refreshOn } from "./in-place.js";

refreshOn("version");
