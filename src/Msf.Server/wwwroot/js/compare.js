/** Two images: one over the other with a seam to move, or side by side, and where their settings differ. */
import { showPicture } from "./api.js";
import { openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { title } from "./format.js";

/**
 * Opens the comparison.
 * @param left `{ name, url, settings }`, shown left of the seam
 * @param right the same, right of it
 */
export function openCompare(left, right) {
  const picture = ({ name, url, settings }, kind) => {
    const image = h("img", { class: kind, alt: name, width: settings.width, height: settings.height });
    showPicture(image, url);
    return image;
  };
  const over = picture(left, "over");
  const pairing = h("div", { class: "pairing" }, over, picture(right, "under"), h("div", { class: "seam" }));
  const wipe = h("input", { type: "range", min: 0, max: 100, value: 50, on: { input: () => place(wipe.value) } });
  const place = value => pairing.style.setProperty("--at", `${value}%`);
  pairing.addEventListener("pointermove", event => {
    if (dialog.classList.contains("beside")) return;
    const box = pairing.getBoundingClientRect();
    wipe.value = 100 * (event.clientX - box.left) / box.width;
    place(wipe.value);
  });
  const beside = h("button", { type: "button", "aria-pressed": "false", on: { click: () => beside.setAttribute("aria-pressed", String(dialog.classList.toggle("beside"))) } }, "Side by side");
  const dialog = openDialog("Two images", h("div", { class: "source" },
    h("div", { class: "names" }, h("span", {}, left.name), h("span", {}, right.name)),
    pairing,
    h("div", { class: "row" }, h("label", { class: "wipe grow" }, h("span", {}, "Where the seam is"), wipe), beside),
    differences(left, right)), { kind: "compare" });
  place(50);
  return dialog;
}

function differences(left, right) {
  const text = value => (Array.isArray(value) ? value.flat().map(title).join(", ") : String(value ?? ""));
  const names = { classes: "Classes", seed: "Seed", steps: "Steps", guidance: "Guidance", guidanceInterval: "Interval", solver: "Solver", width: "Width", height: "Height", model: "Model" };
  const rows = Object.entries(names).map(([key, name]) => [name, text(left.settings[key]), text(right.settings[key])]).filter(([, a, b]) => a !== b);
  if (rows.length === 0) return h("p", { class: "hint" }, "Both were made with the same settings.");
  return h("div", { class: "table-wrap" }, h("table", { class: "even" }, h("caption", {}, "Where their settings differ"),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Setting"), h("th", { scope: "col" }, "Left"), h("th", { scope: "col" }, "Right"))),
    h("tbody", {}, rows.map(([name, a, b]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, a), h("td", {}, b))))));
}
