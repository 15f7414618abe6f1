/** What to make: images, a sweep, an inpainted or an enlarged picture, as far as the model offers it. */
import { h } from "./dom.js";

const MODES = [
  { kind: "generate", label: "Images", offered: () => true },
  { kind: "sweep", label: "Sweep", offered: () => true },
  { kind: "inpainting", label: "Inpaint", offered: can => can.inpainting },
  { kind: "superResolution", label: "Enlarge", offered: can => can.superResolution },
];

/**
 * Builds the choice.
 * @param change called with the kind when another is chosen
 * @returns `element`, and `choose(kind)`
 */
export function modes(model, change) {
  const offered = MODES.filter(mode => mode.offered(model.capabilities));
  const inputs = offered.map(({ kind }) => h("input", { type: "radio", name: "kind", value: kind, checked: kind === "generate", on: { change: () => change(kind) } }));
  return {
    element: h("fieldset", {}, h("legend", { class: "visually-hidden" }, "What to make"),
      h("div", { class: "segmented" }, offered.map(({ label }, index) => h("label", {}, inputs[index], h("span", {}, label))))),
    choose(kind) {
      const input = inputs.find(one => one.value === kind);
      if (!input) return false;
      input.checked = true;
      change(kind);
      return true;
    },
  };
}
