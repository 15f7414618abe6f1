/** The bar of progress: a part per stage, as long as the stage takes, in the stage's hue. */
import { h, hueOf } from "./dom.js";

/** A bar of parts; without progress it only shows the shares. */
export class Track {
  /** @param stages number of stages; `label` what progresses, null for a mere picture of shares */
  constructor(stages, label = null) {
    this.fills = Array.from({ length: stages }, () => h("i"));
    this.parts = this.fills.map((fill, index) => h("span", { class: hueOf(index, stages) }, fill));
    this.element = label === null
      ? h("div", { class: "track filled", "aria-hidden": "true" }, this.parts)
      : h("div", { class: "track", role: "progressbar", "aria-label": label, "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": 0 }, this.parts);
  }

  /** @param weights what each stage takes, in any unit */
  share(weights) {
    const sum = weights.reduce((total, weight) => total + weight, 0);
    this.parts.forEach((part, index) => { part.style.flexGrow = String(sum > 0 ? weights[index] / sum : 1); });
  }

  /** Stages before this one are full, this one in part. */
  show(stage, part, percent, words) {
    this.fills.forEach((fill, index) => { fill.style.transform = `scaleX(${index < stage ? 1 : index === stage ? part : 0})`; });
    this.element.setAttribute("aria-valuenow", String(Math.round(percent)));
    this.element.setAttribute("aria-valuetext", words);
  }
}
