/** Dialogs: the browser's own, with a bar, a title and a way out. */
import { $, h, nextId } from "./dom.js";

/**
 * Opens a dialog that removes itself when closed.
 * @returns the dialog element; `close()` closes it
 */
export function openDialog(title, content, { kind = "", closed = () => {} } = {}) {
  const id = nextId("dialog");
  const dialog = h("dialog", { class: kind, "aria-labelledby": id },
    h("div", { class: "bar" }, h("h2", { id }, title),
      h("button", { type: "button", class: "plain icon", "aria-label": "Close", on: { click: () => dialog.close() } }, "✕")),
    h("div", { class: "body" }, content));
  dialog.addEventListener("click", event => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => { speakIn($("dialog[open]") ?? document.body); dialog.remove(); closed(); });
  document.body.append(dialog);
  dialog.showModal();
  speakIn(dialog);
  return dialog;
}

// What lies outside an open dialog is inert: notices and announcements go where they are seen and heard.
const speakIn = host => host.append($("#announcer"), $("#toasts"));

/** Asks for the API key; gives it, or null where the person would not. */
export function keyDialog(said) {
  return new Promise(resolve => {
    let given = null;
    const id = nextId("key");
    const field = h("input", { type: "password", id, autocomplete: "off", required: true, "aria-describedby": `${id}-why` });
    const form = h("form", { class: "source", on: { submit: event => { event.preventDefault(); given = field.value.trim() || null; if (given) dialog.close(); } } },
      said && h("p", { class: "notice bad", role: "alert" }, said),
      h("p", { id: `${id}-why` }, "This server answers only with its key. It is kept until this tab is closed and goes nowhere else."),
      h("label", { for: id }, h("span", {}, "Key"), field),
      h("div", { class: "actions" }, h("button", { class: "primary", type: "submit" }, "Use this key")));
    const dialog = openDialog("A key, please", form, { kind: "narrow", closed: () => resolve(given) });
    field.focus();
  });
}
