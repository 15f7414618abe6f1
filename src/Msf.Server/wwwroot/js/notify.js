/** What the page says: to screen readers, and in a line at the foot of the window. */
import { $, h } from "./dom.js";

let clearing = 0;

/** Says a sentence to screen readers, politely. */
export function announce(text) {
  const line = $("#announcer");
  line.textContent = "";
  // The same text twice is said twice only if the region was empty in between.
  requestAnimationFrame(() => { line.textContent = text; });
  clearTimeout(clearing);
  clearing = setTimeout(() => { line.textContent = ""; }, 8000);
}

/** Shows a line for a while; an error stays until it is dismissed. */
export function toast(text, { bad = false, action = null } = {}) {
  const line = h("div", { class: bad ? "toast bad" : "toast", role: bad ? "alert" : null }, h("span", {}, text),
    action && h("button", { type: "button", on: { click: () => { action.run(); remove(); } } }, action.label),
    bad && h("button", { type: "button", on: { click: () => remove() } }, "Dismiss"));
  const remove = () => line.remove();
  while ($("#toasts").childElementCount > 2) $("#toasts").firstElementChild.remove();
  $("#toasts").append(line);
  if (!bad) {
    announce(text);
    setTimeout(remove, action ? 9000 : 4500);
  }
}

/** Shows what went wrong. */
export function report(error) {
  if (error?.name === "AbortError") return;
  toast(error?.message ?? String(error), { bad: true });
}
