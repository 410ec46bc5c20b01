import { refreshOn } from "./in-place.js";

refreshOn("operation");
