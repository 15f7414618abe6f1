/** Files dropped on the page: a PNG of ours gives its settings back, another picture can be worked on. */
import { h } from "./dom.js";
import { settingsOf } from "./file-settings.js";
import { toast } from "./notify.js";

/** Takes a file, dropped or chosen. */
export async function takeFile(app, file) {
  const settings = file.type === "image/png" || file.name.endsWith(".png") ? await settingsOf(file, app.model) : null;
  if (settings !== null) { app.restore(settings); return; }
  const can = app.model.capabilities;
  const action = can.superResolution ? { label: "Enlarge it", run: () => app.retouchFile("superResolution", file) }
    : can.inpainting ? { label: "Inpaint it", run: () => app.retouchFile("inpainting", file) } : null;
  toast(`${file.name} carries no settings.`, { action });
}

/** Listens for files over the whole window. */
export function listenForFiles(app) {
  let depth = 0;
  const veil = h("div", { class: "drop-veil", hidden: true }, "Let go to get the settings back");
  document.body.append(veil);
  const holds = event => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const leave = () => { depth = 0; veil.hidden = true; };
  addEventListener("dragenter", event => { if (holds(event)) { depth++; veil.hidden = false; } });
  addEventListener("dragleave", () => { if (--depth <= 0) leave(); });
  addEventListener("dragover", event => { if (holds(event)) event.preventDefault(); });
  addEventListener("drop", event => {
    if (!holds(event)) return;
    event.preventDefault();
    leave();
    const file = event.dataTransfer.files[0];
    if (file) takeFile(app, file);
  });
}
