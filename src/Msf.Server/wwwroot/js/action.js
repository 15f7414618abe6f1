/** The foot of the settings: what it will take, the button, and the request as text. */
import { hasKey, postJson } from "./api.js";
import { commandLine, curl } from "./commands.js";
import { debounce, h, nextId, replace } from "./dom.js";
import { metric, seconds } from "./format.js";
import { announce, report, toast } from "./notify.js";
import { SettingsStore } from "./store.js";
import { Track } from "./track.js";

/**
 * Builds the foot.
 * @param app what the page shares
 * @param body gives the job to send, or a text that says what is missing
 */
export function actionBar(app, body) {
  const { store, model } = app;
  const id = nextId("estimate");
  const words = h("p", { class: "words", id });
  const track = new Track(model.stages.length);
  const button = h("button", { type: "submit", class: "primary", "aria-describedby": id }, "Generate");
  let weights = null;
  let asked = 0;
  let usedSeed = null;

  const estimate = debounce(220, async () => {
    const mine = ++asked;
    try {
      const job = body();
      if (typeof job === "string") { replace(words, job); return; }
      const { image, mask, ...light } = job;
      const answer = await postJson("api/estimate", light);
      if (mine !== asked) return;
      weights = answer.stages.every(stage => stage.seconds > 0) ? answer.stages.map(stage => stage.seconds) : null;
      track.share(weights ?? answer.stages.map(stage => stage.multiplyAddsPerImage));
      const queue = answer.queueSeconds > 0.5 ? ` + ${seconds(answer.queueSeconds)} in the queue` : "";
      const time = answer.seconds > 0 ? ["About ", h("b", {}, seconds(answer.seconds)), queue] : "Time known after a first run";
      replace(words, h("span", {}, time), h("span", {}, `${metric(answer.multiplyAddsPerImage)} multiply-adds an image`));
    } catch (error) {
      if (mine === asked) replace(words, error.message);
    }
  });

  const submit = async () => {
    if (button.disabled) return;                          // Ctrl+Enter, held down
    if (usedSeed === store.values.seed && !store.seedLocked) store.change({ seed: SettingsStore.randomSeed() });
    const job = body();
    if (typeof job === "string") { report(new Error(job)); return; }
    button.disabled = true;
    try {
      await app.jobs.start(job, weights);
      usedSeed = store.values.seed;
      announce("Sent.");
    } catch (error) {
      report(error);
    } finally {
      button.disabled = false;
    }
  };

  const copy = async (what, text) => {
    try {
      await navigator.clipboard.writeText(text);
      toast(`Copied as ${what}.`);
    } catch {
      app.showText(`Copy as ${what}`, text);
    }
  };
  const resolved = () => ({ ...store.values, classes: store.values.classes.length > 0 ? store.values.classes : model.classes });
  const copies = h("div", { class: "copies" },
    h("button", { type: "button", class: "plain small", on: { click: () => copy("a command line", commandLine(resolved(), model)) } }, "Copy as command"),
    h("button", { type: "button", class: "plain small", on: { click: () => copy("curl", curl(resolved(), new URL(".", location.href).href, hasKey())) } }, "Copy as curl"));
  return {
    estimate, submit, copies,
    elements: [
      h("div", { class: "estimate" }, words, track.element), button,
      copies,
    ],
  };
}
