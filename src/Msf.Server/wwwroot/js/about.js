/** What the model is: its stages in a table, and its cost against the one-level twin as bars. */
import { $, h, hueOf, replace, svg } from "./dom.js";
import { capital, metric, seconds, title, whole, words } from "./format.js";

/** Fills the section from a model's description. */
export function showAbout(model) {
  const { stages, baseline } = model;
  const shares = stages.map(stage => stage.forwards * stage.multiplyAddsPerForward);
  const factor = baseline ? baseline.multiplyAddsPerImage / model.multiplyAddsPerImage : null;
  $("#lead").replaceChildren(...lead(model));
  replace($("#about-body"),
    h("div", { class: "columns" },
      h("div", { class: "source" },
        h("p", {}, `${model.name} makes images of ${model.width} × ${model.height} px in ${stages.length} stages${model.classes.length > 0 ? ` and ${model.classes.length} classes` : ""}. `,
          "Each stage is a diffusion transformer of its own: the first makes the base, the others the detail that it lacks.",
          factor ? ` One transformer over the whole image, the twin, costs ${factor.toFixed(1)} times as many multiply-adds.` : ""),
        table(model, shares)),
      baseline && bars(model, shares)));
}

function lead(model) {
  const parts = model.stages.map((stage, index) => {
    const what = index === 0 ? "settles what the picture is" : index === model.stages.length - 1 ? "brings it to full size" : "refines it";
    return [h("em", { class: `ink-${hueOf(index, model.stages.length)}` }, `${title(stage.name)} of ${stage.width} × ${stage.height}`), ` ${what}`];
  });
  return parts.flatMap((part, index) => [index === 0 ? "A " : index === parts.length - 1 ? "; a " : ", a ", ...part]).concat(".");
}

function table(model, shares) {
  const total = shares.reduce((sum, share) => sum + share, 0);
  const row = (stage, index) => h("tr", {}, h("th", { scope: "row", class: `ink-${hueOf(index, model.stages.length)}` }, capital(stage.name)),
    h("td", {}, `${stage.width} × ${stage.height}`), h("td", {}, whole(stage.tokens)), h("td", {}, metric(stage.parameters)), h("td", {}, whole(stage.forwards)), h("td", {}, metric(shares[index])));
  return h("div", { class: "table-wrap", tabindex: 0, role: "region", "aria-label": "Cost of the stages" }, h("table", {},
    h("caption", {}, "With the model’s own settings; cost in multiply-adds an image"),
    h("thead", {}, h("tr", {}, ["Stage", "Size", "Tokens", "Parameters", "Forwards", "Cost"].map(name => h("th", { scope: "col" }, name)))),
    h("tbody", {}, model.stages.map(row)),
    h("tfoot", {}, h("tr", {}, h("th", { scope: "row" }, "Together"), h("td"), h("td"), h("td", {}, metric(model.stages.reduce((sum, stage) => sum + stage.parameters, 0))), h("td"), h("td", {}, metric(total))))));
}

// Two pairs of bars: multiply-adds, and seconds where they are known; the model's own bar is in parts, a hue per stage.
function bars(model, shares) {
  const { baseline } = model;
  const groups = [{ name: "Multiply-adds an image", own: model.multiplyAddsPerImage, twin: baseline.multiplyAddsPerImage, text: metric }];
  if (model.secondsPerImage > 0 && baseline.secondsPerImage > 0) groups.push({ name: "Seconds an image, here", own: model.secondsPerImage, twin: baseline.secondsPerImage, text: seconds });
  const [width, room, height] = [460, 380, 104];
  const sum = shares.reduce((total, share) => total + share, 0);
  const drawing = svg("svg", { class: "bars", viewBox: `0 0 ${width} ${groups.length * height}`, role: "img", "aria-label": words(groups.map(group => `${group.name}: this model ${group.text(group.own)}, its one-level twin ${group.text(group.twin)}`)) });
  groups.forEach((group, index) => {
    const y = index * height;
    const scale = room / Math.max(group.own, group.twin);
    const text = (x, at, content, kind = "") => svg("text", { x, y: at, class: kind }, content);
    let x = 0;
    const parts = shares.map((share, stage) => {
      const long = scale * group.own * share / sum;
      const part = svg("rect", { x, y: y + 26, width: Math.max(1, long - 1), height: 22, rx: 2, class: `fill-${hueOf(stage, shares.length)}` });
      x += long;
      return part;
    });
    drawing.append(text(0, y + 16, group.name, "faint"), ...parts, text(x + 7, y + 42, group.text(group.own), "value"),
      svg("rect", { x: 0, y: y + 56, width: scale * group.twin, height: 22, rx: 2, class: "fill-twin" }), text(scale * group.twin + 7, y + 72, group.text(group.twin), "value"));
  });
  return h("figure", { class: "source" }, drawing, h("figcaption", { class: "hint" },
    "Above, this model: ", model.stages.map((stage, index) => [index > 0 ? ", " : "", h("span", { class: `ink-${hueOf(index, model.stages.length)}` }, title(stage.name))]), ". Below, grey: its one-level twin."));
}
