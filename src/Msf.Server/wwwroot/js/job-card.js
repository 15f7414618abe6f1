/** One job on the page: follows its events and shows queue, base, detail, end. */
import { request } from "./api.js";
import { h, replace } from "./dom.js";
import { follow } from "./events.js";
import { capital, counted, seconds } from "./format.js";
import { announce, report } from "./notify.js";
import { Tiles } from "./tiles.js";
import { Track } from "./track.js";

export class JobCard {
  /**
   * @param app what the page shares
   * @param job `id`, `settings` (resolved), `kind`, `sweep`, `weights` (seconds per stage, for the bar)
   * @param model the model that makes it; the page may turn to another one meanwhile
   */
  constructor(app, job, model) {
    this.app = app;
    this.job = job;
    this.model = model;
    this.ended = false;
    this.images = new Map();
    this.bases = new Map();
    this.began = performance.now();
    const { stages } = this.model;
    this.state = h("p", { class: "state" }, "Sent");
    this.tools = h("div", { class: "tools" });
    this.track = new Track(stages.length, "Progress of this job");
    this.track.share(job.weights ?? stages.map((stage, index) => job.settings.steps[index] * stage.multiplyAddsPerForward));
    this.tiles = new Tiles(job.settings, [stages[0].width, stages[0].height], { sheet: job.sweep, open: index => app.view(this.images.get(index), this.ids()) });
    this.element = h("article", { class: "job running early", "aria-label": label(job), tabindex: -1 },
      h("div", { class: "head" }, this.state, this.tools), this.track.element, this.tiles.element);
    this.cancelButton = h("button", { type: "button", on: { click: () => this.cancel() } }, "Cancel");
    this.tools.append(this.cancelButton);
  }

  /** The images in their order, which is not that in which they came. */
  ids() {
    return [...this.images].sort(([one], [other]) => one - other).map(([, id]) => id);
  }

  /** Follows to the end; resolves when there is nothing more to come. */
  async follow() {
    try {
      await follow(`api/jobs/${this.job.id}/events`, (name, data) => this[`on_${name}`]?.(data), {
        lost: () => this.#say("The connection is lost; trying again…"),
        back: () => announce("Connected again."),
      });
    } catch (error) {
      this.#end(error.status === 404 ? "The server has been started anew and no longer knows this job. Press Generate to make it again." : error.message, true);
    }
    return this;
  }

  /** Stops the job; what has been shown stays. */
  async cancel() {
    this.cancelButton.disabled = true;
    try {
      await request(`api/jobs/${this.job.id}`, { method: "DELETE" });
    } catch (error) {
      this.cancelButton.disabled = false;
      report(error);
    }
  }

  on_queued({ position }) {
    const text = position > 0 ? `In the queue, place ${position}` : "Starting";
    this.#say(text);
    if (position > 1) announce(text);
  }

  on_stage({ stage, name }) {
    this.element.classList.toggle("early", stage === 0);
    announce(`${capital(name)} has begun.`);
  }

  on_progress({ stage, step, steps, progress, remainingSeconds }) {
    const { name } = this.model.stages[stage];
    const left = remainingSeconds > 0.3 ? `, about ${seconds(remainingSeconds)} left` : "";
    this.#say(`${capital(name)}: `, h("span", { class: "number" }, `step ${step} of ${steps}${left}`));
    this.track.show(stage, step / steps, 100 * progress, `${name}, step ${step} of ${steps}${left}`);
  }

  on_preview({ stage, complete, indices, images }) {
    this.tiles.preview(images, indices, stage === 0 ? (complete ? "base" : "base forming") : "detail coming");
    this.element.classList.remove("early");
    if (stage > 0) return;
    images.forEach((url, at) => this.bases.set(indices[at], url));
    if (!complete) return;
    this.baseAfter ??= (performance.now() - this.began) / 1000;
    announce("The base is there.");
  }

  on_image({ index, id, url }) {
    this.images.set(index, id);
    if (this.bases.has(index)) this.app.bases.set(id, this.bases.get(index));
    this.tiles.finish(index, url);
  }

  on_done({ seconds: took }) {
    const base = this.baseAfter < took ? ` The base was there after ${seconds(this.baseAfter)}.` : "";
    this.#end(`${capital(counted(this.images.size, "image"))} in ${seconds(took)}.${base}`);
    this.app.gallery.refresh();
    this.app.composer.estimate();
    if (this.bases.size > 0) this.#peek();
  }

  on_cancelled() {
    this.tiles.stop("base, cancelled");
    this.#end(this.bases.size > 0 ? "Cancelled. The last preview stays." : "Cancelled.");
    this.app.gallery.refresh();
  }

  on_failed({ message }) {
    this.#end(message, true);
  }

  #say(...what) {
    replace(this.state, ...what);
  }

  #end(text, bad = false) {
    this.ended = true;
    this.element.classList.remove("running", "early");
    this.cancelButton.remove();
    this.track.element.remove();
    this.#say(text);
    this.state.classList.toggle("notice", bad);
    this.state.classList.toggle("bad", bad);
    announce(text);
  }

  // Base or detail of a finished sheet, at a press.
  #peek() {
    const button = h("button", { type: "button", "aria-pressed": "false" }, "Show the base");
    button.addEventListener("click", () => button.setAttribute("aria-pressed", String(this.element.classList.toggle("peek"))));
    this.tools.append(button);
  }
}

const label = ({ kind, settings }) => ({
  sweep: "Sweep", variations: "Variations", inpainting: "Inpainting", superResolution: "Enlarging",
}[kind] ?? "Images") + ` from seed ${settings.seed}`;
