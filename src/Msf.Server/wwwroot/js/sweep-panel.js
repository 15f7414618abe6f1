/** A sweep: one class and one seed at several steps and guidances of the base. */
import { h } from "./dom.js";
import { counted } from "./format.js";

/**
 * Builds the two lists.
 * @param change called when they change
 * @returns `element`, and `value()`: `{steps, guidance}`, or null with what is wrong beside the fields
 */
export function sweepPanel(store, change) {
  const { steps, guidance } = store.model.stages[0].defaults;
  const around = [steps / 4, steps / 2, steps, steps * 2].map(value => Math.max(1, Math.round(value)));
  const limit = store.model.limits.count;
  const stepList = list("Steps of the base", [...new Set(around)].join(", "));
  const guidanceList = list("Guidance of the base", [...new Set([1, guidance / 2, guidance, guidance * 2])].filter(value => value >= 1).sort((a, b) => a - b).join(", "));
  const state = h("p", { class: "hint", "aria-live": "polite" });
  const fields = [stepList.field, guidanceList.field];

  const value = () => {
    const found = { steps: numbers(stepList.field.value, 1, store.model.limits.steps, true), guidance: numbers(guidanceList.field.value, 0, 100, false) };
    stepList.field.setAttribute("aria-invalid", String(found.steps === null));
    guidanceList.field.setAttribute("aria-invalid", String(found.guidance === null));
    const count = (found.steps?.length ?? 0) * (found.guidance?.length ?? 0);
    state.textContent = found.steps === null ? `Steps: whole numbers from 1 to ${store.model.limits.steps}, with commas between.`
      : found.guidance === null ? "Guidance: numbers from 0 to 100, with commas between."
      : count > limit ? `${counted(count, "image")}; at most ${limit} at once. Leave some out.`
      : `${counted(count, "image")} of one class from one seed, a row per number of steps.`;
    return count > 0 && count <= limit ? found : null;
  };
  for (const field of fields) field.addEventListener("input", () => { value(); change(); });
  value();
  return { element: h("div", { class: "source" }, stepList.element, guidanceList.element, state), value };
}

function list(label, text) {
  const field = h("input", { type: "text", value: text, autocomplete: "off", spellcheck: "false" });
  return { field, element: h("label", {}, h("span", {}, label), field) };
}

function numbers(text, min, max, whole) {
  const parts = text.split(/[,;\s]+/).filter(part => part !== "").map(Number);
  const good = parts.length > 0 && parts.every(value => Number.isFinite(value) && value >= min && value <= max && (!whole || Number.isInteger(value)));
  return good ? [...new Set(parts)] : null;
}
