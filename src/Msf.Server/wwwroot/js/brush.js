/** The board of inpainting: a picture, and over it a mask painted by hand or laid as rectangles. */
import { h } from "./dom.js";

/** White in the mask is made anew. The mask has the picture's pixels. */
export class Board {
  #mask;
  #paint;
  #changed;

  /** @param changed called after each change of the mask, with its share of the picture, 0 to 1 */
  constructor(picture, changed) {
    this.width = picture.width;
    this.height = picture.height;
    this.radius = Math.max(1, Math.round(this.width / 10));
    this.erasing = false;
    this.#changed = changed;
    this.#mask = h("canvas", { class: "mask", width: this.width, height: this.height, "aria-hidden": "true" });
    this.#paint = this.#mask.getContext("2d", { willReadFrequently: true });
    this.element = h("div", { class: "board", role: "img" }, picture, this.#mask);
    this.#listen();
    this.#tell();
  }

  /** Covers (or with erasing frees) a rectangle of pixels. */
  rectangle(x, y, width, height) {
    this.#stroke(() => this.#paint.fillRect(x, y, width, height));
    this.#tell();
  }

  clear() {
    this.#paint.clearRect(0, 0, this.width, this.height);
    this.#tell();
  }

  invert() {
    const pixels = this.#paint.getImageData(0, 0, this.width, this.height);
    const { data } = pixels;
    for (let at = 0; at < data.length; at += 4) data.set([242, 152, 111, data[at + 3] > 127 ? 0 : 255], at);
    this.#paint.putImageData(pixels, 0, 0);
    this.#tell();
  }

  /** Share of the picture that is made anew, 0 to 1. */
  get share() {
    const { data } = this.#paint.getImageData(0, 0, this.width, this.height);
    let covered = 0;
    for (let at = 3; at < data.length; at += 4) if (data[at] > 127) covered++;
    return covered / (this.width * this.height);
  }

  /** The mask as a PNG data URL, white where it is painted, black elsewhere. */
  toPng() {
    const plain = h("canvas", { width: this.width, height: this.height });
    const context = plain.getContext("2d");
    const pixels = this.#paint.getImageData(0, 0, this.width, this.height);
    const { data } = pixels;
    for (let at = 0; at < data.length; at += 4) {
      const shade = data[at + 3] > 127 ? 255 : 0;
      data.set([shade, shade, shade, 255], at);
    }
    context.putImageData(pixels, 0, 0);
    return plain.toDataURL("image/png");
  }

  #listen() {
    let last = null;
    const place = event => {
      const box = this.#mask.getBoundingClientRect();
      return [(event.clientX - box.left) / box.width * this.width, (event.clientY - box.top) / box.height * this.height];
    };
    this.element.addEventListener("pointerdown", event => {
      event.preventDefault();
      this.element.setPointerCapture(event.pointerId);
      last = place(event);
      this.#line(last, last);
    });
    this.element.addEventListener("pointermove", event => {
      if (last === null) return;
      const next = place(event);
      this.#line(last, next);
      last = next;
    });
    for (const end of ["pointerup", "pointercancel"]) this.element.addEventListener(end, () => { if (last) this.#tell(); last = null; });
  }

  #line(from, to) {
    this.#stroke(() => {
      this.#paint.lineCap = "round";
      this.#paint.lineWidth = 2 * this.radius;
      this.#paint.beginPath();
      this.#paint.moveTo(...from);
      this.#paint.lineTo(to[0] + 0.01, to[1]);
      this.#paint.stroke();
    });
  }

  #stroke(draw) {
    this.#paint.globalCompositeOperation = this.erasing ? "destination-out" : "source-over";
    this.#paint.fillStyle = this.#paint.strokeStyle = "#f2986f";
    draw();
  }

  #tell() {
    const { share } = this;
    this.element.setAttribute("aria-label", `The picture; ${Math.round(100 * share)} % of it is marked to be made anew`);
    this.#changed(share);
  }
}
