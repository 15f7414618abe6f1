/** The jobs on the page: newest first; those that run are found again after a reload. */
import { getJson, postJson } from "./api.js";
import { $, h } from "./dom.js";
import { JobCard } from "./job-card.js";
import { Tiles } from "./tiles.js";

const KEPT = "msf-jobs";

export class Jobs {
  #cards = [];
  #place = $("#jobs");
  #rest = null;

  constructor(app) { this.app = app; }

  /** Sheets of noise, as many as would be made: what the page shows before anything was asked for. */
  rest(values) {
    if (this.#cards.length > 0) return;
    const { model } = this.app;
    const classes = values.classes.length > 0 ? values.classes : model.classes;
    const tiles = new Tiles({ ...values, classes }, [model.stages[0].width, model.stages[0].height]);
    const next = h("div", { class: "job rest" }, h("p", { class: "state muted" }, "Noise, so far."), tiles.element);
    if (this.#rest) this.#rest.replaceWith(next);
    else this.#place.append(next);
    this.#rest = next;
  }

  /** Sends a job and shows it; throws where the server refuses. */
  async start(body, weights = null) {
    const answer = await postJson("api/jobs", body);
    const job = { id: answer.id, settings: answer.settings, kind: body.kind ?? "generate", sweep: body.sweep ?? null, weights };
    const card = this.#show(job, await this.#modelOf(job));
    if (matchMedia("(max-width: 60rem)").matches) card.element.scrollIntoView({ block: "start", behavior: "smooth" });
    return card;
  }

  /** Takes up the jobs that ran when the page was left. */
  async resume() {
    for (const job of this.#read()) {
      try {
        const { state } = await getJson(`api/jobs/${job.id}`);
        if (state === "queued" || state === "running") this.#show(job, await this.#modelOf(job));
      } catch { /* the server was started anew: what it made is in the gallery */ }
    }
    this.#write();
  }

  async #modelOf({ settings }) {
    return settings.model === this.app.model.name ? this.app.model : getJson(`api/models/${encodeURIComponent(settings.model)}`);
  }

  #show(job, model) {
    this.#rest?.remove();
    this.#rest = null;
    for (const old of this.#cards.filter(card => card.ended)) old.element.remove();
    const card = new JobCard(this.app, job, model);
    this.#cards = [card, ...this.#cards.filter(one => !one.ended)];
    this.#place.prepend(card.element);
    this.#write();
    card.follow().then(() => this.#write());
    return card;
  }

  #read() {
    try { return JSON.parse(sessionStorage.getItem(KEPT)) ?? []; } catch { return []; }
  }

  #write() {
    try { sessionStorage.setItem(KEPT, JSON.stringify(this.#cards.filter(card => !card.ended).map(card => card.job))); } catch { /* not found again then */ }
  }
}
