import { refreshOn } from "./in-place.js";

refreshOn("model", "version", "alias", "instance");
