/** Numbers and names as people read them. */

/** Seconds: "0.4 s", "12 s", "3 min 20 s", "1 h 5 min". */
export function seconds(value) {
  if (!Number.isFinite(value)) return "";
  if (value < 0.095) return `${Math.max(1, Math.round(value * 1000))} ms`;
  if (value < 9.95) return `${value.toFixed(1)} s`;
  const whole = Math.round(value);
  if (whole < 100) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60)} min`;
}

/** A count with its unit prefix: 181088256 is "181 M". */
export function metric(value) {
  if (!Number.isFinite(value)) return "";
  const units = ["", " k", " M", " G", " T", " P"];
  let unit = 0;
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toPrecision(3)}${units[unit]}`;
}

/** A whole number with thin spaces between thousands. */
export const whole = value => Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, "\u2009");

/** A class or stage name for reading: underscores are spaces. */
export const title = name => (name === null || name === undefined ? "no class" : String(name).replaceAll("_", " "));

/** The same with a capital. */
export const capital = name => title(name).replace(/^./, letter => letter.toUpperCase());

/** A list in words: "a, b and c". */
export function words(list) {
  return list.length < 2 ? list.join("") : `${list.slice(0, -1).join(", ")} and ${list.at(-1)}`;
}

/** "1 image", "3 images". */
export const counted = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** When something was made, short: the time today, else the day. */
export function moment(text) {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return "";
  const today = date.toDateString() === new Date().toDateString();
  return today
    ? date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
    : date.toLocaleDateString([], { day: "numeric", month: "short", year: "numeric" });
}
