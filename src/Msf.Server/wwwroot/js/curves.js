/** Curves of a run, as SVG: one line per stage. */
import { h, hueOf, svg } from "./dom.js";
import { capital, metric } from "./format.js";

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [560, 280, 52, 28, 10];

/**
 * Draws a chart.
 * @param name what is drawn
 * @param series lists of [images, value], one per stage, in rising order of images
 * @param labels names of the stages
 */
export function chart(name, series, labels) {
  const all = series.flat().filter(([, value]) => Number.isFinite(value));
  if (all.length === 0) return null;
  const last = Math.max(...all.map(([images]) => images));
  const sorted = all.map(([, value]) => value).sort((a, b) => a - b);
  // The first losses are far above the rest: the axis ends where all but the highest hundredth fit.
  const [low, high] = nice(sorted[0], sorted[Math.floor(0.99 * (sorted.length - 1))]);
  const x = images => LEFT + (WIDTH - LEFT - 8) * images / last;
  const y = value => TOP + (HEIGHT - TOP - BOTTOM) * (1 - (Math.min(high, value) - low) / (high - low));
  const ends = series.map((line, stage) => `${labels[stage]} ${line.at(-1)?.[1]?.toPrecision(3) ?? "none"}`).join(", ");
  const drawing = svg("svg", { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${name} over ${metric(last)} images; now ${ends}` });
  for (const part of [0, 0.25, 0.5, 0.75, 1]) {
    const value = low + part * (high - low);
    drawing.append(svg("line", { class: "axis", x1: LEFT, x2: WIDTH - 8, y1: y(value), y2: y(value) }),
      svg("text", { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }, Number(value.toPrecision(3)).toString()),
      svg("text", { x: x(part * last), y: HEIGHT - 6, "text-anchor": part === 0 ? "start" : part === 1 ? "end" : "middle" }, metric(part * last)));
  }
  series.forEach((line, stage) => {
    const points = thin(line).map(([images, value]) => `${x(images).toFixed(1)},${y(value).toFixed(1)}`);
    if (points.length > 0) drawing.append(svg("path", { class: `stroke-${hueOf(stage, series.length)}`, d: `M${points.join("L")}` }));
  });
  const key = labels.length < 2 ? null : h("div", { class: "key" }, labels.map((label, stage) => h("span", {},
    svg("svg", { viewBox: "0 0 28 8", "aria-hidden": "true" }, svg("line", { x1: 0, x2: 28, y1: 4, y2: 4, class: `stroke-${hueOf(stage, labels.length)}` })), capital(label))));
  return h("figure", { class: "source" }, h("h3", {}, name), drawing, key);
}

// At most some 280 points a line: the mean of each run of points.
function thin(line) {
  const every = Math.ceil(line.length / 280);
  if (every < 2) return line;
  const points = [];
  for (let at = 0; at < line.length; at += every) {
    const run = line.slice(at, at + every);
    points.push([run.at(-1)[0], run.reduce((sum, [, value]) => sum + value, 0) / run.length]);
  }
  return points;
}

function nice(low, high) {
  if (high - low <= 1e-6 * Math.abs(high)) return high === 0 ? [-1, 1] : [Math.min(0, 2 * low), Math.max(0, 2 * high)];
  const step = 10 ** Math.floor(Math.log10(high - low)) / 2;
  return [Math.floor(low / step) * step, Math.ceil(high / step) * step];
}
