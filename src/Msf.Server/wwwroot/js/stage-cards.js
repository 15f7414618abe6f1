/** A card per stage: steps, guidance, and behind a fold its solver and the interval of guidance. */
import { h, hueOf } from "./dom.js";
import { capital } from "./format.js";
import { numberField } from "./number-field.js";

/** Builds the cards of all stages. */
export function stageCards(store) {
  const cards = store.model.stages.map((stage, index) => card(store, stage, index));
  store.watch(values => cards.forEach(({ show }, index) => show(values, index)));
  const reset = h("button", { type: "button", class: "plain small", on: { click: () => store.reset() } }, "The model’s own settings");
  return h("fieldset", { class: "stages" }, h("legend", {}, "Stages"), cards.map(one => one.element), reset);
}

function card(store, stage, index) {
  const { model } = store;
  const name = capital(stage.name);
  const steps = numberField({
    label: "Steps", long: `${name}: steps`, min: 1, max: model.limits.steps, step: 1, sliderMax: Math.min(model.limits.steps, Math.max(50, 2 * stage.defaults.steps)),
    change: value => store.changeStage("steps", index, value),
  });
  const guidance = numberField({
    label: "Guidance", long: `${name}: guidance`, min: 0, max: 100, step: 0.25, sliderMax: 10, change: value => store.changeStage("guidance", index, value),
  });
  const solver = h("select", { "aria-label": `${name}: solver`, on: { change: () => store.changeStage("solver", index, solver.value) } },
    model.solvers.map(({ name: kind, costs }) => h("option", { value: kind }, costs > 1 ? `${kind} (${costs} evaluations a step)` : kind)));
  const [from, to] = ["from", "to"].map((end, which) => h("input", {
    type: "number", min: 0, max: 1, step: "any", inputmode: "decimal", "aria-label": `${name}: guide ${end} time`,
    on: { change: event => interval(which, Number(event.target.value)) },
  }));
  const interval = (which, value) => {
    const pair = [...store.values.guidanceInterval[index]];
    pair[which] = Math.min(1, Math.max(0, Number.isFinite(value) ? value : which));
    store.changeStage("guidanceInterval", index, pair[0] <= pair[1] ? pair : [pair[1], pair[0]]);
  };
  return {
    element: h("div", { class: `stage ${hueOf(index, model.stages.length)}` },
      h("div", { class: "head" }, h("h3", {}, name), h("span", { class: "number muted" }, `${stage.width} × ${stage.height}`)),
      steps.element, guidance.element,
      h("details", {}, h("summary", {}, "Solver and interval"),
        h("div", { class: "source" },
          h("label", {}, h("span", {}, "Solver"), solver),
          h("div", { class: "pair" }, h("label", {}, h("span", {}, "Guide from"), from), h("label", {}, h("span", {}, "to"), to)),
          h("p", { class: "hint" }, "Time goes from 0, noise, to 1, image. Outside the interval a step costs one evaluation instead of two.")))),
    show(values) {
      steps.show(values.steps[index]);
      guidance.show(values.guidance[index]);
      solver.value = values.solver[index];
      [from.value, to.value] = values.guidanceInterval[index];
    },
  };
}
