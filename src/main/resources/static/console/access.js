import { keepFresh } from "./fragments.js";

keepFresh(2000);
