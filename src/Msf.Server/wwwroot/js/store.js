/** The settings that the form shows and a job takes, with those who want to know of changes. */
import { toast } from "./notify.js";

const KEPT = "msf-settings";

/** @returns the model's own settings. */
export function defaultsOf(model) {
  const each = name => model.stages.map(stage => stage.defaults[name]);
  return {
    model: model.name, classes: [], count: Math.min(4, model.limits.count), seed: 0, baseIndex: null,
    steps: each("steps"), guidance: each("guidance"), guidanceInterval: each("guidanceInterval"), solver: each("solver"),
    width: model.width, height: model.height,
  };
}

/** Settings of one model; `change` merges, tells everyone and remembers. */
export class SettingsStore {
  #listeners = new Set();

  constructor(model) {
    this.model = model;
    this.seedLocked = false;
    this.values = { ...defaultsOf(model), seed: SettingsStore.randomSeed(), ...this.#remembered() };
  }

  /** A seed that people can still read. */
  static randomSeed = () => crypto.getRandomValues(new Uint32Array(1))[0] % 1_000_000_000;

  /** Calls back after each change, and once now. */
  watch(listener) {
    this.#listeners.add(listener);
    listener(this.values);
  }

  change(part) {
    this.values = { ...this.values, ...part };
    try { localStorage.setItem(`${KEPT}:${this.model.name}`, JSON.stringify({ ...this.values, locked: this.seedLocked })); } catch { /* not remembered then */ }
    for (const listener of this.#listeners) listener(this.values);
  }

  /** One stage's entry of a list. */
  changeStage(name, stage, value) {
    this.change({ [name]: this.values[name].map((old, index) => (index === stage ? value : old)) });
  }

  /** Takes the settings of an image or a file: what fits this model; the seed stays as it is given. */
  restore(settings) {
    this.seedLocked = true;
    this.change({ baseIndex: null, ...this.#fitting(settings) });
    toast(settings.strength === undefined ? "Settings restored; the seed is locked."
      : "Settings restored, but for the picture that it was made from: a file keeps only settings.");
  }

  /** The settings as a request takes them: no classes are all of them. */
  request() {
    const { classes, baseIndex, ...rest } = this.values;
    return { ...rest, ...(classes.length > 0 ? { classes } : {}), ...(baseIndex === null ? {} : { baseIndex }) };
  }

  reset() {
    this.change({ ...defaultsOf(this.model), seed: this.values.seed, count: this.values.count, classes: this.values.classes });
  }

  #fitting(settings) {
    const fit = {};
    const stages = this.model.stages.length;
    for (const name of ["count", "seed", "width", "height", "baseIndex"]) if (Number.isSafeInteger(settings[name])) fit[name] = settings[name];
    for (const name of ["steps", "guidance", "guidanceInterval", "solver"])
      if (Array.isArray(settings[name]) && settings[name].length === stages) fit[name] = settings[name];
    if (Array.isArray(settings.classes)) {
      const chosen = [...new Set(settings.classes)].filter(name => this.model.classes.includes(name));
      fit.classes = chosen.join() === this.model.classes.join() ? [] : chosen;
    }
    if (fit.count) fit.count = Math.min(fit.count, this.model.limits.count);
    return fit;
  }

  #remembered() {
    try {
      const kept = JSON.parse(localStorage.getItem(`${KEPT}:${this.model.name}`));
      if (!kept) return {};
      this.seedLocked = kept.locked === true;
      const { width, height, ...fit } = this.#fitting(kept);
      return this.model.sizes.some(size => size[0] === width && size[1] === height) ? { ...fit, width, height } : fit;
    } catch {
      return {};
    }
  }
}
