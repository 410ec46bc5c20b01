import "./serving.js";
