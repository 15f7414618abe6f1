/** What was made, newest first; it is kept by the server. Two can be chosen and compared. */
import { getJson, request, showPicture } from "./api.js";
import { $, h, replace } from "./dom.js";
import { moment, title } from "./format.js";
import { announce, report } from "./notify.js";

const PAGE = 24;

/** The class of an item's image: classes are taken in turn, in each cell of a sweep anew; variations are of the class of their base. */
export const classOf = ({ settings, index }) => {
  const classes = settings?.classes ?? [];
  return classes.length > 0 ? title(classes[(settings.baseIndex ?? index % settings.count) % classes.length]) : "Image";
};

export class Gallery {
  #items = [];
  #next = null;
  #chosen = [];
  #comparing = false;
  #list = h("ul", { class: "shots" });
  #more = h("button", { type: "button", on: { click: () => this.#older() } }, "Show older");
  #empty = h("p", { class: "empty" }, "Nothing yet. What you generate is kept here, with its settings.");

  constructor(app) {
    this.app = app;
    this.compareButton = h("button", { type: "button", "aria-pressed": "false", on: { click: () => this.#compareMode(!this.#comparing) } }, "Compare two");
    const smooth = h("button", { type: "button", "aria-pressed": "false", title: "Small images are shown with their pixels, or smoothed" }, "Smooth");
    smooth.addEventListener("click", () => smooth.setAttribute("aria-pressed", String(!document.body.classList.toggle("crisp"))));
    $("#gallery-tools").append(smooth, this.compareButton);
    replace($("#gallery-body"), this.#empty, this.#list, h("div", { class: "more" }, this.#more));
  }

  /** Asks for the newest, and puts what is new before what is shown. */
  async refresh() {
    try {
      const first = this.#items.length === 0;
      const { items, next } = await getJson(`api/gallery?limit=${PAGE}`);
      const known = new Set(this.#items.map(item => item.id));
      const fresh = items.filter(item => !known.has(item.id));
      if (fresh.length === PAGE && !first) { this.#items = []; this.#list.replaceChildren(); }
      if (first || fresh.length === PAGE) this.#next = next;
      this.#items = [...fresh, ...this.#items];
      this.#list.prepend(...fresh.map(item => this.#shot(item)));
      this.#show();
    } catch (error) {
      report(error);
    }
  }

  /** An item by its id, asked for where it is not shown. */
  async find(id) {
    return this.#items.find(item => item.id === id) ?? getJson(`api/gallery/${encodeURIComponent(id)}`);
  }

  /** Ids of what is shown, newest first. */
  get ids() { return this.#items.map(item => item.id); }

  /** Deletes an image for good. */
  async remove(id) {
    await request(`api/gallery/${encodeURIComponent(id)}`, { method: "DELETE" });
    this.#items = this.#items.filter(item => item.id !== id);
    $(`[data-id="${CSS.escape(id)}"]`, this.#list)?.remove();
    this.#show();
    announce("Deleted.");
  }

  /** Lets the next press on an image choose the second of a pair. */
  compareWith(item) {
    this.#compareMode(true);
    this.#choose(item);
    $("#gallery").scrollIntoView({ block: "start", behavior: "smooth" });
    this.compareButton.focus();
  }

  async #older() {
    this.#more.disabled = true;
    try {
      const { items, next } = await getJson(`api/gallery?limit=${PAGE}&before=${encodeURIComponent(this.#next)}`);
      this.#next = next;
      this.#items.push(...items);
      const shots = items.map(item => this.#shot(item));
      this.#list.append(...shots);
      $("button", shots[0])?.focus();
      this.#show();
    } catch (error) {
      report(error);
    } finally {
      this.#more.disabled = false;
    }
  }

  #show() {
    this.#empty.hidden = this.#items.length > 0;
    this.#more.parentElement.hidden = this.#next === null || this.#next === undefined;
    this.compareButton.disabled = this.#items.length < 2;
  }

  #shot(item) {
    const image = h("img", { alt: "", loading: "lazy", width: item.settings?.width, height: item.settings?.height });
    showPicture(image, item.url);
    const name = item.settings ? `${classOf(item)}, seed ${item.settings.seed}, ${moment(item.created)}` : `Image without settings, ${moment(item.created)}`;
    const button = h("button", { type: "button", "aria-label": name, title: name, on: { click: () => (this.#comparing ? this.#choose(item) : this.app.view(item.id, this.ids)) } }, image);
    return h("li", { class: "shot", data: { id: item.id } }, button);
  }

  #compareMode(on) {
    this.#comparing = on;
    this.#chosen = [];
    this.compareButton.setAttribute("aria-pressed", String(on));
    this.#mark();
    if (on) announce("Choose two images.");
  }

  #choose(item) {
    this.#chosen = this.#chosen.some(other => other.id === item.id) ? this.#chosen.filter(other => other.id !== item.id) : [...this.#chosen, item];
    this.#mark();
    if (this.#chosen.length < 2) { announce(`${this.#chosen.length} of 2 chosen.`); return; }
    const [first, second] = this.#chosen;
    this.#compareMode(false);
    this.app.compare(first, second);
  }

  #mark() {
    for (const shot of this.#list.children) {
      const order = this.#chosen.findIndex(item => item.id === shot.dataset.id);
      const button = $("button", shot);
      if (this.#comparing) button.setAttribute("aria-pressed", String(order >= 0));
      else button.removeAttribute("aria-pressed");
      $(".order", shot)?.remove();
      if (order >= 0) shot.append(h("span", { class: "order", "aria-hidden": "true" }, String(order + 1)));
    }
  }
}
