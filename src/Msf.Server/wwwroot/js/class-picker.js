/** Classes: a search, thumbnails that are boxes to tick, and what is chosen in words. */
import { showPicture } from "./api.js";
import { h } from "./dom.js";
import { capital, title, words } from "./format.js";

const SHOWN = 60;

/** Builds the picker of a model; null for a model without classes. */
export function classPicker(store) {
  const { model } = store;
  if (model.classes.length === 0) return null;
  let limit = SHOWN;
  const search = h("input", { type: "search", placeholder: "Search", "aria-label": "Search classes", autocomplete: "off" });
  const list = h("div", { class: "list" });
  const state = h("span", { class: "small muted", "aria-live": "polite" });
  const more = h("button", { type: "button", on: { click: () => { limit += 4 * SHOWN; draw(); } } }, "Show more");
  const clear = h("button", { type: "button", class: "plain", on: { click: () => { store.change({ classes: [] }); search.focus(); } } }, "Clear");
  const seen = new IntersectionObserver(entries => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      showPicture(target, `api/models/${encodeURIComponent(model.name)}/classes/${target.dataset.index}.png`);
    }
  }, { rootMargin: "120px" });

  const draw = () => {
    const wanted = search.value.trim().toLowerCase();
    const found = model.classes.map((name, index) => ({ name, index }))
      .filter(({ name, index }) => title(name).toLowerCase().includes(wanted) || name.toLowerCase().includes(wanted) || String(index) === wanted);
    list.replaceChildren(...found.slice(0, limit).map(option));
    more.hidden = found.length <= limit;
    if (found.length === 0) list.append(h("p", { class: "hint" }, `No class is called “${search.value}”.`));
    tick(store.values);
  };
  const option = ({ name, index }) => {
    const image = h("img", { alt: "", width: 50, height: 50, data: { index } });
    seen.observe(image);
    return h("label", {}, h("input", { type: "checkbox", value: name, on: { change: event => toggle(name, event.target.checked) } }), image, h("span", {}, title(name)));
  };
  const toggle = (name, on) => {
    const rest = store.values.classes.filter(other => other !== name);
    store.change({ classes: on ? [...rest, name] : rest });
  };
  const tick = ({ classes }) => {
    for (const box of list.querySelectorAll("input")) box.checked = classes.includes(box.value);
    clear.hidden = classes.length === 0;
    state.textContent = classes.length === 0 ? `All ${model.classes.length}, one after the other`
      : classes.length > 4 ? `${classes.length} chosen, one after the other` : capital(words(classes.map(title)));
  };

  search.addEventListener("input", () => { limit = SHOWN; draw(); });
  search.addEventListener("keydown", event => { if (event.key === "Enter") event.preventDefault(); });
  draw();
  store.watch(tick);
  return h("fieldset", { class: "classes" }, h("legend", {}, "Classes"), search, list, h("div", { class: "state" }, state, more, clear));
}
