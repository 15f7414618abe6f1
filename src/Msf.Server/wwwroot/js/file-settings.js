/** Settings out of a PNG: ours, or those of msf sample. */
import { readTexts } from "./png.js";

/**
 * Settings that a file carries.
 * @param file a File
 * @param model the model that numbers of classes belong to
 * @returns the settings, or null where the file carries none
 */
export async function settingsOf(file, model) {
  const texts = await readTexts(await file.arrayBuffer());
  if (texts === null) return null;
  const own = parse(texts.get("msf"));
  if (own !== null) return own;
  if (texts.has("msf:seed")) return fromSample(texts, model);
  return null;
}

function parse(text) {
  try {
    const value = JSON.parse(text ?? "null");
    return value !== null && typeof value === "object" ? value.settings ?? value : null;
  } catch {
    return null;
  }
}

// What msf sample writes: texts of their own, lists with commas.
function fromSample(texts, model) {
  const list = (name, convert) => texts.get(`msf:${name}`)?.split(",").map(convert);
  const size = texts.get("msf:size")?.split("x").map(Number);
  const labels = list("class", Number) ?? [];
  const guided = texts.get("msf:guidance-interval")?.split(";").map(pair => pair.split(",").map(Number));
  return {
    seed: Number(texts.get("msf:seed")), steps: list("steps", Number), guidance: list("guidance", Number), solver: list("solver", String), guidanceInterval: guided,
    count: Math.max(1, labels.length), classes: [...new Set(labels)].map(label => model.classes[label]),
    width: size?.[0] ?? model.width, height: size?.[1] ?? model.height,
  };
}
