/** The picture that inpainting and enlarging start from: chosen, dropped or taken from the gallery; the tools of the mask. */
import { request } from "./api.js";
import { Board } from "./brush.js";
import { h, nextId, replace } from "./dom.js";
import { announce, report } from "./notify.js";

/** Longest side of a picture that is sent, pixels: the base needs far less. */
const LARGEST = 1024;

/** Builds the panel; `value()` gives what a job takes, or null where there is no picture yet. */
export class RetouchPanel {
  #store;
  #changed;
  #bitmap = null;
  #board = null;
  #kind = "superResolution";

  constructor(store, changed) {
    this.#store = store;
    this.#changed = changed;
    this.element = h("div", { class: "source" });
    let size = "";
    store.watch(({ width, height }) => {
      if (size === `${width}x${height}`) return;
      size = `${width}x${height}`;
      this.#draw();
    });
  }

  /** Which of the two it is for. */
  set kind(kind) {
    this.#kind = kind;
    this.#draw();
  }

  /** Takes a picture: a File or Blob. */
  async take(file) {
    try {
      this.#bitmap = await createImageBitmap(file);
    } catch {
      report(new Error(`${file.name ?? "This file"} is no picture that can be read here. PNG, JPEG and WebP can.`));
      return;
    }
    this.#draw();
    announce("Picture taken.");
    this.#changed();
  }

  /** Takes an image of the gallery. */
  async takeUrl(url) {
    try {
      await this.take(await (await request(url)).blob());
    } catch (error) {
      report(error);
    }
  }

  value() {
    if (this.#bitmap === null) return null;
    if (this.#kind === "superResolution") return { image: bare(whole(this.#bitmap).toDataURL("image/png")) };
    if (this.#board === null || this.#board.share === 0) return null;
    return { image: bare(this.#fitted().toDataURL("image/png")), mask: bare(this.#board.toPng()) };
  }

  /** What is missing, in words; null where nothing is. */
  missing() {
    if (this.#bitmap === null) return "Choose a picture first.";
    return this.#kind === "inpainting" && this.#board.share === 0 ? "Mark what is to be made anew first." : null;
  }

  #draw() {
    const id = nextId("file");
    const file = h("input", { type: "file", id, class: "visually-hidden", accept: "image/png,image/jpeg,image/webp", on: { change: () => file.files[0] && this.take(file.files[0]) } });
    const says = this.#kind === "inpainting"
      ? "What you mark is made anew; the rest stays as it is."
      : "The picture’s base is kept; detail is generated in the model’s size.";
    this.#board = null;
    replace(this.element,
      h("p", { class: "hint" }, says),
      this.#bitmap === null ? null : this.#kind === "inpainting" ? this.#tools() : h("div", { class: "board", role: "img", "aria-label": "The picture to enlarge" }, this.#fitted()),
      h("label", { class: "button", for: id }, this.#bitmap === null ? "Choose a picture…" : "Another picture…", file));
  }

  // The picture in the target's size, cut at both sides alike where the shapes differ.
  #fitted() {
    const { width, height } = this.#store.values;
    const canvas = h("canvas", { width, height });
    const scale = Math.max(width / this.#bitmap.width, height / this.#bitmap.height);
    const [w, hh] = [this.#bitmap.width * scale, this.#bitmap.height * scale];
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(this.#bitmap, (width - w) / 2, (height - hh) / 2, w, hh);
    return canvas;
  }

  #tools() {
    const state = h("p", { class: "hint", "aria-live": "polite" });
    const board = this.#board = new Board(this.#fitted(), share => { state.textContent = `${Math.round(100 * share)} % marked`; this.#changed(); });
    const { width, height } = board;
    const half = (x, y) => [x * width / 2, y * height / 2];
    const halves = { Left: [...half(0, 0), ...half(1, 2)], Right: [...half(1, 0), ...half(1, 2)], Top: [...half(0, 0), ...half(2, 1)], Bottom: [...half(0, 1), ...half(2, 1)], Centre: [width / 4, height / 4, ...half(1, 1)] };
    const erase = h("button", { type: "button", "aria-pressed": "false", on: { click: () => { board.erasing = !board.erasing; erase.setAttribute("aria-pressed", String(board.erasing)); } } }, "Erase");
    const brush = h("input", { type: "range", min: 1, max: Math.round(width / 3), value: board.radius, on: { input: () => { board.radius = Number(brush.value); } } });
    const fields = [["x", 0, width], ["y", 0, height], ["width", width / 2, width], ["height", height / 2, height]]
      .map(([name, value, max]) => h("input", { type: "number", min: 0, max, value: Math.round(value), "aria-label": `Rectangle: ${name} in pixels` }));
    return [board.element,
      h("div", { class: "quick", role: "group", "aria-label": "Mark a part" },
        Object.entries(halves).map(([name, box]) => h("button", { type: "button", on: { click: () => board.rectangle(...box) } }, name)),
        erase,
        h("button", { type: "button", on: { click: () => board.invert() } }, "Invert"),
        h("button", { type: "button", on: { click: () => board.clear() } }, "Clear")),
      h("label", {}, h("span", {}, "Brush"), brush), state,
      h("details", {}, h("summary", {}, "Mark a rectangle by numbers"),
        h("div", { class: "quad" }, fields),
        h("div", { class: "quick" }, h("button", { type: "button", on: { click: () => board.rectangle(...fields.map(field => Number(field.value))) } }, "Mark x, y, width, height")))];
  }
}

const bare = url => url.slice(url.indexOf(",") + 1);

function whole(bitmap) {
  const scale = Math.min(1, LARGEST / Math.max(bitmap.width, bitmap.height));
  const canvas = h("canvas", { width: Math.max(1, Math.round(bitmap.width * scale)), height: Math.max(1, Math.round(bitmap.height * scale)) });
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}
