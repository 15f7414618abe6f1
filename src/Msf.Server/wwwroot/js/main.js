/** Starts the page: asks for the models, builds the form, shows the gallery. */
import { getJson, onKeyNeeded } from "./api.js";
import { showAbout } from "./about.js";
import { openCompare } from "./compare.js";
import { buildComposer } from "./composer.js";
import { keyDialog, openDialog } from "./dialog.js";
import { $, h, replace } from "./dom.js";
import { listenForFiles, takeFile } from "./drop.js";
import { capital } from "./format.js";
import { classOf, Gallery } from "./gallery.js";
import { Jobs } from "./jobs.js";
import { report, toast } from "./notify.js";
import { SettingsStore } from "./store.js";
import { startTheme } from "./theme.js";
import { openViewer } from "./viewer.js";

const CHOSEN = "msf-model";

/** What the parts of the page share. */
const app = {
  model: null,
  store: null,
  bases: new Map(),                                       // of this visit: gallery id to data URL
  view: (id, ids) => openViewer(app, id, ids),
  compare: (first, second) => openCompare(described(first), described(second)),
  compareWithBase: (item, base) => openCompare({ ...described(item), name: "Its base", url: base }, { ...described(item), name: "With detail" }),
  showText: (title, text) => openDialog(title, h("textarea", { rows: 8, readonly: true, "aria-label": title }, text), { kind: "narrow" }),
  async restore(settings) {
    if (settings.model && settings.model !== app.model.name && app.models.some(({ name }) => name === settings.model)) await useModel(settings.model);
    app.composer.choose("generate");
    app.store.restore(settings);
    $("#composer").focus();
  },
  async variations({ id, settings }) {
    try {
      await app.jobs.start({ kind: "variations", model: settings.model, of: id, count: Math.max(2, app.store.values.count) });
    } catch (error) {
      report(error);
    }
  },
  retouch(kind, url) { if (app.composer.choose(kind)) { app.composer.retouch.takeUrl(url); $("#composer").scrollIntoView({ block: "start" }); } },
  retouchFile(kind, file) { if (app.composer.choose(kind)) app.composer.retouch.take(file); },
};

const described = item => ({ name: `${capital(classOf(item))}${item.settings ? `, seed ${item.settings.seed}` : ""}`, url: item.url, settings: item.settings ?? {} });

async function useModel(name) {
  app.model = await getJson(`api/models/${encodeURIComponent(name)}`);
  app.store = new SettingsStore(app.model);
  try { localStorage.setItem(CHOSEN, name); } catch { /* the default next time */ }
  app.composer = buildComposer(app, app.models, other => useModel(other).catch(report));
  showAbout(app.model);
}

function openFileButton() {
  const file = h("input", { type: "file", accept: "image/png,image/jpeg,image/webp", class: "visually-hidden", on: { change: () => { if (file.files[0]) takeFile(app, file.files[0]); file.value = ""; } } });
  $("#gallery-tools").prepend(h("label", { class: "button" }, "Settings from a PNG…", file));
}

function remembered() {
  try { return localStorage.getItem(CHOSEN); } catch { return null; }
}

async function start() {
  startTheme();
  onKeyNeeded(keyDialog);
  app.models = await getJson("api/models");
  if (app.models.length === 0) throw new Error("This server has no model. Start it with msf serve --model DIR.");
  const kept = remembered();
  const first = app.models.find(({ name }) => name === kept) ?? app.models.find(model => model.default) ?? app.models[0];
  app.jobs = new Jobs(app);
  app.gallery = new Gallery(app);
  await useModel(first.name);
  openFileButton();
  listenForFiles(app);
  await Promise.all([app.gallery.refresh(), app.jobs.resume()]);
  document.body.dataset.ready = "yes";
  performance.mark("msf-ready");
}

async function begin() {
  try {
    await start();
  } catch (error) {
    replace($("#fields"), h("p", { class: "notice bad", role: "alert" }, error.message),
      h("button", { type: "button", on: { click: () => location.reload() } }, "Try again"));
    if (!(error?.status >= 0)) toast(error.message, { bad: true });
  }
}

begin();
