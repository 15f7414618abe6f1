/** Small helpers to build elements; text is always text, never markup. */

/** The first element that matches. */
export const $ = (selector, root = document) => root.querySelector(selector);

/**
 * Makes an element. Properties: `class`, `on` (listeners by event), `data`, and attributes by name; true sets an empty attribute, false, null
 * and undefined leave it out. Children: nodes, texts, lists of them; null is left out.
 */
export function h(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/** Makes an SVG element, in the same way. */
export function svg(tag, properties = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), properties, children);
}

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") element.setAttribute("class", value);
    else if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "value" || name === "checked") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

/** Puts children in the place of those that are there. */
export function replace(element, ...children) {
  element.replaceChildren();
  return fill(element, {}, children);
}

/** Calls a function once, when nothing has asked again for so long. */
export function debounce(milliseconds, action) {
  let timer = 0;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...values), milliseconds);
  };
}

let ids = 0;
/** A document-wide unique id. */
export const nextId = prefix => `${prefix}-${++ids}`;

/** Classes of colour of a stage: the first is the base, the last the finest detail. */
export const hueOf = (stage, stages) => (stage === 0 ? "base" : stage === stages - 1 ? "detail" : "third");
