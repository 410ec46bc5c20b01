import { refreshOn } from "./in-place.js";

refreshOn("operation", "instance", "alias", "version", "load-profile", "decoding-profile");
