import "./profile.js";
import { refreshOn } from "./in-place.js";

refreshOn("version", "alias", "instance", "operation", "load-profile", "decoding-profile");
