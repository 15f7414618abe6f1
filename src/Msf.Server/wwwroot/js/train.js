/** The page of training: a run's figures, curves and sheets, followed while it goes on. */
import { getJson, onKeyNeeded, showPicture } from "./api.js";
import { chart } from "./curves.js";
import { keyDialog } from "./dialog.js";
import { $, h, replace } from "./dom.js";
import { metric, whole } from "./format.js";
import { announce } from "./notify.js";
import { startTheme } from "./theme.js";

const EVERY = 4000;
const CHARTS = [["loss", "Loss"], ["gradientNorm", "Norm of the gradient"], ["learningRate", "Learning rate"], ["imagesPerSecond", "Images a second"]];

/** One run, shown and asked for again. */
class Run {
  #lines = [];
  #next = 0;
  #sheets = [];
  #at = null;                                             // the sheet that is shown; null follows the newest
  #timer = 0;
  #left = false;                                          // for another run

  constructor(name) {
    this.path = `api/runs/${encodeURIComponent(name)}`;
    this.figures = h("dl", { class: "figures" });
    this.charts = h("div", { class: "columns" });
    const curves = h("section", { class: "source", "aria-labelledby": "curves-title" }, h("h2", { id: "curves-title" }, "Curves"), this.charts);
    this.image = h("img", { alt: "" });
    this.caption = h("span", { class: "number" });
    this.slider = h("input", { type: "range", min: 0, max: 0, step: 1, on: { input: () => this.#show(Number(this.slider.value)) } });
    this.sheetView = h("section", { class: "sheet-view", "aria-labelledby": "sheets-title" }, h("h2", { id: "sheets-title" }, "Samples over time"),
      h("label", {}, h("span", {}, "After how many images: ", this.caption), this.slider), this.image);
    this.state = h("p", { class: "muted small" });
    this.element = h("div", { class: "source" }, this.figures, this.state, curves, this.sheetView);
  }

  async follow() {
    try {
      const { lines, next } = await getJson(`${this.path}/metrics?after=${this.#next}`);
      this.#next = next;
      this.#lines.push(...lines);
      const sheets = await getJson(`${this.path}/sheets`);
      if (lines.length > 0 || this.#lines.length === 0) this.#draw();
      if (sheets.length !== this.#sheets.length || this.#lines.length === 0) this.#setSheets(sheets);
      this.state.textContent = "";
    } catch (error) {
      this.state.textContent = error.message;
    }
    if (!this.#left) this.#timer = setTimeout(() => this.follow(), document.hidden ? 5 * EVERY : EVERY);
  }

  stop() {
    this.#left = true;
    clearTimeout(this.#timer);
  }

  #draw() {
    if (this.#lines.length === 0) { replace(this.figures, h("div", {}, h("dt", {}, "Lines of metrics"), h("dd", {}, "none yet"))); return; }
    const stages = [...new Set(this.#lines.map(line => line.stage ?? 0))].sort((a, b) => a - b);
    const labels = stages.map(stage => (stages.length === 1 ? "loss" : stage === 0 ? "base" : stages.length === 2 ? "detail" : `stage ${stage}`));
    const of = (stage, member) => this.#lines.filter(line => (line.stage ?? 0) === stage && Number.isFinite(line[member])).map(line => [line.images, line[member]]);
    const last = this.#lines.at(-1);
    const figures = {
      Images: metric(last.images), Steps: whole(last.step), "Images a second": last.imagesPerSecond?.toPrecision(3),
      ...Object.fromEntries(stages.map((stage, index) => [`Loss, ${labels[index]}`, of(stage, "loss").at(-1)?.[1].toFixed(3)])),
    };
    replace(this.figures, Object.entries(figures).filter(([, value]) => value).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
    replace(this.charts, CHARTS.map(([member, name]) => {
      const shared = member === "imagesPerSecond";
      return chart(name, (shared ? stages.slice(0, 1) : stages).map(stage => of(stage, member)), shared ? ["speed"] : labels);
    }));
  }

  #setSheets(sheets) {
    const grew = this.#sheets.length > 0 && sheets.length > this.#sheets.length;
    this.#sheets = sheets;
    this.sheetView.hidden = sheets.length === 0;
    if (sheets.length === 0) return;
    this.slider.max = sheets.length - 1;
    if (grew) announce(`A new sheet, after ${whole(sheets.at(-1).images)} images.`);
    if (this.#at === null) this.#show(sheets.length - 1);
  }

  #show(index) {
    const { file, images } = this.#sheets[index];
    this.#at = index === this.#sheets.length - 1 ? null : index;
    this.slider.value = index;
    this.slider.setAttribute("aria-valuetext", `${whole(images)} images`);
    this.caption.textContent = whole(images);
    this.image.alt = `Samples after ${whole(images)} images`;
    showPicture(this.image, `${this.path}/sheets/${encodeURIComponent(file)}`);
  }
}

let run = null;

function open(name) {
  run?.stop();
  run = new Run(name);
  history.replaceState(null, "", `#${encodeURIComponent(name)}`);
  replace($("#run"), run.element);
  return run.follow();
}

async function start() {
  startTheme();
  onKeyNeeded(keyDialog);
  try {
    const runs = await getJson("api/runs");
    if (runs.length === 0) {
      replace($("#run"), h("p", { class: "empty" }, "No runs are offered. Start the server with ", h("code", {}, "msf serve --runs DIR"), ", where DIR holds run folders of ", h("code", {}, "msf train --out"), "."));
      return;
    }
    const wanted = decodeURIComponent(location.hash.slice(1));
    const first = runs.find(({ name }) => name === wanted) ?? runs[0];
    replace($("#pick"), h("label", {}, h("span", {}, "Run"), h("select", { on: { change: event => open(event.target.value) } },
      runs.map(({ name }) => h("option", { value: name, selected: name === first.name }, name)))));
    await open(first.name);
  } catch (error) {
    replace($("#run"), h("p", { class: "notice bad", role: "alert" }, error.message));
  }
  document.body.dataset.ready = "yes";
}

start();
