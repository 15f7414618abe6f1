/** Line icons, drawn with the text's colour. */
import { svg } from "./dom.js";

const PATHS = {
  dice: "M4 4h16v16H4zM8.5 8.5h.01M15.5 8.5h.01M12 12h.01M8.5 15.5h.01M15.5 15.5h.01",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  unlock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 6.8-1.2",
  left: "M15 5l-7 7 7 7",
  right: "M9 5l7 7-7 7",
};

/** An icon of 18 px; it says nothing to screen readers: its button has the name. */
export const icon = name => svg("svg", {
  viewBox: "0 0 24 24", width: 18, height: 18, fill: "none", stroke: "currentColor", "stroke-width": 1.8, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true",
}, svg("path", { d: PATHS[name] }));
