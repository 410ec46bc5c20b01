import "./profile.js";
import { refreshOn } from "./in-place.js";

refreshOn("version", "load-profile", "instance");
