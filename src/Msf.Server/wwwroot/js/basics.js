/** How many, how large, and from which seed. */
import { h, replace } from "./dom.js";
import { icon } from "./icons.js";
import { SettingsStore } from "./store.js";

/** Builds the fields of count, size and seed. */
export function basics(store) {
  const { model } = store;
  const count = h("input", { type: "number", min: 1, max: model.limits.count, step: 1, inputmode: "numeric" });
  count.addEventListener("input", () => {
    const good = whole(count.value, 1, model.limits.count);
    mark(count, good, `1 to ${model.limits.count} images`);
    if (good) store.change({ count: Number(count.value) });
  });

  const seed = h("input", { type: "number", min: 0, max: Number.MAX_SAFE_INTEGER, step: 1, inputmode: "numeric" });
  seed.addEventListener("input", () => {
    const good = whole(seed.value, 0, Number.MAX_SAFE_INTEGER);
    mark(seed, good, "a whole number from 0 to 9007199254740991");
    if (good) store.change({ seed: Number(seed.value) });
  });
  const lock = h("button", { type: "button", class: "icon", "aria-label": "Lock the seed", title: "Locked, every image is made from this seed; else each press draws a new one" });
  lock.addEventListener("click", () => { store.seedLocked = !store.seedLocked; store.change({}); });
  const dice = h("button", { type: "button", class: "icon", "aria-label": "Draw a random seed", title: "Draw a random seed" }, icon("dice"));
  dice.addEventListener("click", () => store.change({ seed: SettingsStore.randomSeed() }));

  const size = sizes(store);
  const shared = h("p", { class: "hint" });
  store.watch(values => {
    if (Number(count.value) !== values.count) { count.value = values.count; mark(count, true); }
    if (Number(seed.value) !== values.seed || seed.value === "") { seed.value = values.seed; mark(seed, true); }
    shared.hidden = values.baseIndex === null;
    if (!shared.hidden) {
      replace(shared, `All share the base of image ${values.baseIndex + 1} of this seed. `,
        h("button", { type: "button", class: "plain small", on: { click: () => { seed.focus(); store.change({ baseIndex: null }); } } }, "A base for each"));
    }
    lock.setAttribute("aria-pressed", String(store.seedLocked));
    lock.replaceChildren(icon(store.seedLocked ? "lock" : "unlock"));
  });
  return h("div", { class: "source" },
    h("div", { class: "pair uneven" }, h("label", {}, h("span", {}, "Images"), count), size),
    h("div", { class: "row" }, h("label", {}, h("span", {}, "Seed"), seed), lock, dice), shared);
}

function sizes(store) {
  const { model } = store;
  const select = h("select", { on: { change: () => { const [width, height] = select.value.split("x").map(Number); store.change({ width, height }); } } });
  const add = (width, height) => select.append(h("option", { value: `${width}x${height}` }, `${width} × ${height}${width === model.width && height === model.height ? ", as trained" : ""}`));
  for (const [width, height] of model.sizes) add(width, height);
  store.watch(({ width, height }) => {
    const value = `${width}x${height}`;
    if (![...select.options].some(option => option.value === value)) add(width, height);
    select.value = value;
  });
  return h("label", {}, h("span", {}, "Size in pixels"), select);
}

const whole = (text, min, max) => text !== "" && Number.isSafeInteger(Number(text)) && Number(text) >= min && Number(text) <= max;

function mark(field, good, expected = "") {
  field.setAttribute("aria-invalid", String(!good));
  field.title = good ? "" : `Expected ${expected}.`;
}
