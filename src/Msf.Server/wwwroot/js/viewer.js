/** One image, large: its settings, and what can be done with it. */
import { pictureUrl, showPicture } from "./api.js";
import { openDialog } from "./dialog.js";
import { h, replace } from "./dom.js";
import { capital, moment, title, words } from "./format.js";
import { classOf } from "./gallery.js";
import { icon } from "./icons.js";
import { report } from "./notify.js";

/**
 * Opens the viewer.
 * @param app what the page shares
 * @param id the image to show first
 * @param ids the images to go through with the arrow keys
 */
export async function openViewer(app, id, ids) {
  let at = Math.max(0, ids.indexOf(id));
  const body = h("div", { class: "plate" });
  const side = h("div", { class: "source" });
  let dialog = null;
  const show = async () => {
    const item = await app.gallery.find(ids[at]);
    const image = h("img", { alt: `${capital(classOf(item))}, generated${item.settings ? ` from seed ${item.settings.seed}` : ""}`, width: item.settings?.width, height: item.settings?.height });
    showPicture(image, item.url);
    const turn = (by, name, kind) => h("button", { type: "button", class: "icon", "aria-label": name, disabled: ids[at + by] === undefined, on: { click: () => go(by) } }, icon(kind));
    replace(body, image, h("div", { class: "turn" }, turn(-1, "Previous image", "left"), h("span", { class: "muted small", "aria-live": "polite" }, `${at + 1} of ${ids.length}`), turn(1, "Next image", "right")));
    replace(side, facts(app, item), actions(app, item, () => dialog.close()));
    const name = capital(classOf(item));
    if (dialog === null) dialog = openDialog(name, [body, side], { kind: "viewer" });
    else dialog.querySelector("h2").textContent = name;
  };
  const go = by => {
    if (ids[at + by] === undefined) return;
    at += by;
    const focused = document.activeElement?.getAttribute("aria-label");
    show().then(() => (dialog.querySelector(`[aria-label="${focused}"]:not(:disabled)`) ?? dialog.querySelector(".turn button:not(:disabled)"))?.focus()).catch(report);
  };
  try {
    await show();
    dialog.addEventListener("keydown", event => {
      if (event.target.matches("input, select")) return;
      if (event.key === "ArrowLeft") go(-1);
      if (event.key === "ArrowRight") go(1);
    });
  } catch (error) {
    report(error);
  }
}

function facts(app, { settings, created, kind, index }) {
  if (!settings) return h("p", { class: "notice" }, "This file was changed; its settings are lost.");
  const stages = app.model.stages.map(stage => title(stage.name));
  const each = values => values.map((value, stage) => `${value}${values.length === stages.length ? ` ${stages[stage]}` : ""}`).join(" + ");
  const kinds = { variations: "a variation", inpainting: "inpainted", superResolution: "enlarged", sweep: "of a sweep" };
  const lines = {
    Seed: `${settings.seed}, image ${index % settings.count + 1} of ${settings.count}`,
    Steps: each(settings.steps),
    Guidance: each(settings.guidance),
    Solver: words([...new Set(settings.solver)]),
    Size: `${settings.width} × ${settings.height}`,
    Model: settings.model,
    Made: `${moment(created)}${kinds[kind] ? `, ${kinds[kind]}` : ""}`,
  };
  return h("dl", { class: "facts" }, Object.entries(lines).map(([name, text]) => [h("dt", {}, name), h("dd", {}, text)]));
}

function actions(app, item, close) {
  const button = (text, run, kind = "") => h("button", { type: "button", class: kind, on: { click: () => run() } }, text);
  const then = run => () => { close(); run(); };
  const can = app.model.capabilities;
  const base = item.base ?? app.bases.get(item.id) ?? null;
  const download = h("a", { class: "button", download: `${[classOf(item).replaceAll(" ", "-"), item.settings?.seed, item.index].filter(part => part !== undefined && part !== null).join("-")}.png`, href: item.url }, "Download PNG");
  pictureUrl(item.url).then(url => { download.href = url; }).catch(report);
  const remove = button("Delete", () => {
    if (remove.dataset.sure) { close(); app.gallery.remove(item.id).catch(report); return; }
    remove.dataset.sure = "yes";
    remove.textContent = "Delete for good?";
  }, "danger");
  return h("div", { class: "actions" },
    download,
    item.settings && button("Use these settings", then(() => app.restore(item.settings))),
    can.variations && item.settings && item.settings.strength === undefined && button("Variations of its base", then(() => app.variations(item))),
    base && button("Compare with its base", then(() => app.compareWithBase(item, base))),
    button("Compare with…", then(() => app.gallery.compareWith(item))),
    can.inpainting && button("Inpaint", then(() => app.retouch("inpainting", item.url))),
    can.superResolution && button("Enlarge", then(() => app.retouch("superResolution", item.url))),
    remove);
}
