/** Auto, light, dark: the button in the masthead. */
import { $ } from "./dom.js";

const ORDER = ["auto", "light", "dark"];

/** Puts the theme button to work. */
export function startTheme() {
  const button = $("#theme");
  const root = document.documentElement;
  const show = () => { button.textContent = `Theme: ${root.dataset.theme ?? "auto"}`; };
  button.addEventListener("click", () => {
    const next = ORDER[(ORDER.indexOf(root.dataset.theme ?? "auto") + 1) % ORDER.length];
    if (next === "auto") delete root.dataset.theme;
    else root.dataset.theme = next;
    try { localStorage.setItem("msf-theme", next); } catch { /* holds until the page is left */ }
    show();
  });
  show();
}
