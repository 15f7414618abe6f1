/** A number with a slider beside it: one stop for the keyboard, the slider for the hand. */
import { h, nextId } from "./dom.js";

/**
 * @param label what it is; `long` says it fully to screen readers
 * @param range `min`, `max`, `step`; the slider may end earlier (`sliderMax`)
 * @param change called with each valid number
 * @returns `element` and `show(value)`
 */
export function numberField({ label, long = label, min, max, step, sliderMax = max, change }) {
  const id = nextId("number");
  const field = h("input", { type: "number", id, min, max, step: step === 1 ? 1 : "any", "aria-label": long, inputmode: step === 1 ? "numeric" : "decimal" });
  const slider = h("input", { type: "range", min, max: sliderMax, step, tabindex: -1, "aria-hidden": "true" });
  const take = text => {
    const value = Number(text);
    const good = text !== "" && Number.isFinite(value) && value >= min && value <= max && (step !== 1 || Number.isInteger(value));
    field.setAttribute("aria-invalid", String(!good));
    field.title = good ? "" : `${label}: ${min} to ${max}${step === 1 ? ", a whole number" : ""}.`;
    if (good) change(value);
  };
  field.addEventListener("input", () => take(field.value));
  field.addEventListener("keydown", event => {
    // A field of any step counts by ones; guidance wants finer steps.
    if (step === 1 || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    const next = Number(field.value) + (event.key === "ArrowUp" ? step : -step);
    field.value = String(Math.round(Math.min(max, Math.max(min, next)) * 1000) / 1000);
    take(field.value);
  });
  slider.addEventListener("input", () => { field.value = slider.value; take(slider.value); });
  return {
    element: h("div", { class: "slider" }, h("span", { class: "label", "aria-hidden": "true" }, label), slider, field),
    show(value) {
      if (document.activeElement !== field || Number(field.value) !== value) field.value = value;
      field.setAttribute("aria-invalid", "false");
      slider.value = value;
    },
  };
}
