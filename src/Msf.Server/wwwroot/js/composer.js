/** The form: which model, what to make, and its settings; sends jobs. */
import { actionBar } from "./action.js";
import { basics } from "./basics.js";
import { classPicker } from "./class-picker.js";
import { $, debounce, h, replace } from "./dom.js";
import { modes } from "./modes.js";
import { RetouchPanel } from "./retouch-panel.js";
import { stageCards } from "./stage-cards.js";
import { sweepPanel } from "./sweep-panel.js";

const BUTTONS = { generate: "Generate", sweep: "Make the sheet", inpainting: "Inpaint", superResolution: "Enlarge" };

/**
 * Builds the form of the app's model.
 * @returns `choose(kind)`, `estimate()` to ask anew, and `retouch`: the panel that takes pictures
 */
export function buildComposer(app, models, changeModel) {
  const { store, model } = app;
  const form = $("#composer");
  let kind = "generate";
  const retouch = new RetouchPanel(store, () => action.estimate());
  const sweep = sweepPanel(store, () => action.estimate());

  const body = () => {
    const settings = { ...store.request(), kind };
    if (kind !== "generate") delete settings.baseIndex;
    if (kind === "sweep") {
      const found = sweep.value();
      return found ? { ...settings, count: 1, sweep: found } : "The lists of the sweep are not right yet.";
    }
    if (kind === "generate") return settings;
    const picture = retouch.value();
    return picture ? { ...settings, ...picture } : retouch.missing();
  };
  const action = actionBar(app, body);
  const choice = modes(model, chosen => {
    kind = chosen;
    sweep.element.hidden = kind !== "sweep";
    retouch.element.hidden = kind !== "inpainting" && kind !== "superResolution";
    if (!retouch.element.hidden) retouch.kind = kind;
    $(".primary", form).textContent = BUTTONS[kind];
    action.copies.hidden = kind !== "generate";
    action.estimate();
  });
  sweep.element.hidden = retouch.element.hidden = true;

  const chooseModel = models.length < 2 ? null : h("label", {}, h("span", {}, "Model"),
    h("select", { on: { change: event => changeModel(event.target.value) } },
      models.map(({ name }) => h("option", { value: name, selected: name === model.name }, name))));
  replace($("#fields"), chooseModel, choice.element, sweep.element, retouch.element, classPicker(store), basics(store), stageCards(store));
  replace($("#action"), ...action.elements);
  $("#action").hidden = false;

  const rest = debounce(60, values => app.jobs.rest(values));
  store.watch(values => { rest(values); action.estimate(); });
  form.onsubmit = event => { event.preventDefault(); action.submit(); };
  document.onkeydown = event => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !document.querySelector("dialog[open]")) { event.preventDefault(); action.submit(); }
  };
  return { choose: choice.choose, retouch, estimate: action.estimate };
}
