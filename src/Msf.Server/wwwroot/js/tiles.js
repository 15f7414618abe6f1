/** The sheet of a job: each tile is noise, then the base, then the image. */
import { showPicture } from "./api.js";
import { h } from "./dom.js";
import { title } from "./format.js";

/** Width that tiles want where they are more than four, rem. */
const widthFor = count => (count <= 9 ? 10.5 : count <= 16 ? 8.5 : 6.5);

/** Tiles of a job (or of one that is only thought of). */
export class Tiles {
  /**
   * @param settings resolved settings
   * @param noiseSize [width, height] of the base
   * @param options `sheet`: {steps, guidance} of a sweep; `open(index)` is called when a finished tile is pressed
   */
  constructor(settings, noiseSize, { sheet = null, open = () => {} } = {}) {
    this.settings = settings;
    this.open = open;
    this.sheet = sheet;
    const count = sheet ? sheet.steps.length * sheet.guidance.length : settings.count;
    this.tiles = Array.from({ length: count }, (_, index) => this.#tile(index, noiseSize));
    this.element = h("div", { class: sheet ? "tiles sheet" : "tiles" }, sheet ? this.#withHeads() : this.tiles.map(tile => tile.element));
    this.element.style.setProperty("--aspect", `${settings.width} / ${settings.height}`);
    if (sheet) this.element.style.setProperty("--columns", sheet.guidance.length);
    else this.element.style.setProperty("--tile", `${widthFor(count)}rem`);
    if (!sheet && count <= 4) this.element.classList.add("few", `of-${count}`);
  }

  /** What a tile shows, in words. */
  nameOf(index) {
    if (this.sheet) {
      const { steps, guidance } = this.sheet;
      return `${steps[Math.floor(index / guidance.length)]} steps, guidance ${guidance[index % guidance.length]}`;
    }
    const { classes, baseIndex } = this.settings;
    return classes?.length ? title(classes[(baseIndex ?? index) % classes.length]) : `Image ${index + 1}`;
  }

  /** Shows previews: data URLs, and the index of the tile that each belongs to. */
  preview(images, indices, badge) {
    images.forEach((url, at) => {
      const index = indices[at];
      const tile = this.tiles[index];
      if (!tile || tile.done) return;
      tile.base.src = url;
      tile.base.alt = `${this.nameOf(index)}: preview of the base`;
      tile.base.classList.add("shown");
      tile.badge.textContent = badge;
      tile.badge.hidden = false;
    });
  }

  /** Shows a finished image; its tile becomes a button. */
  async finish(index, url) {
    const tile = this.tiles[index];
    if (!tile || tile.done) return;
    tile.done = true;
    const image = h("img", { class: "final", alt: "", width: this.settings.width, height: this.settings.height });
    const button = h("button", { type: "button", class: "picture", "aria-label": `${this.nameOf(index)}, image ${index + 1} of ${this.tiles.length}: open`, on: { click: () => this.open(index) } },
      tile.noise, tile.base, image);
    tile.base.alt = "";
    image.addEventListener("load", () => { image.classList.add("shown"); tile.noise.hidden = true; }, { once: true });
    tile.picture.replaceWith(button);
    tile.picture = button;
    await showPicture(image, url);
  }

  /** What stays when a job ends early: previews lose their badge's promise. */
  stop(badge) {
    for (const tile of this.tiles) if (!tile.done && !tile.badge.hidden) tile.badge.textContent = badge;
  }

  #tile(index, [width, height]) {
    const noise = h("canvas", { class: "noise", width, height, "aria-hidden": "true" });
    drawNoise(noise, this.settings.seed + index * 7919);
    const base = h("img", { class: "base", alt: "" });
    const badge = h("span", { class: "badge", hidden: true });
    const picture = h("div", { class: "picture" }, noise, base, badge);
    const caption = this.sheet ? null : h("figcaption", {}, h("span", {}, this.nameOf(index)));
    return { element: h("figure", { class: "tile" }, picture, caption), picture, noise, base, badge, done: false };
  }

  #withHeads() {
    const { steps, guidance } = this.sheet;
    const head = (kind, text) => h("div", { class: kind }, text);
    return [
      head("corner", "steps \\ guidance"), guidance.map(value => head("colhead number", String(value))),
      steps.map((value, row) => [head("rowhead number", String(value)), this.tiles.slice(row * guidance.length, (row + 1) * guidance.length).map(tile => tile.element)]),
    ];
  }
}

// An ornament: the sampler's own noise is made on the server.
function drawNoise(canvas, seed) {
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(canvas.width, canvas.height);
  let state = seed % 4294967296 >>> 0;
  const next = () => {
    state = state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(state ^ state >>> 15, 1 | state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 4294967296;
  };
  for (let at = 0; at < pixels.data.length; at += 4) {
    const grey = 128 + 110 * (next() + next() + next() - 1.5);
    pixels.data.set([grey + 34 * (next() - 0.5), grey + 26 * (next() - 0.5), grey + 40 * (next() - 0.5), 255], at);
  }
  context.putImageData(pixels, 0, 0);
}
