"use strict";

const make = (tag, text, ...children) => {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  element.append(...children);
  return element;
};

const resolve = (schema, all) => schema?.$ref ? all[schema.$ref.split("/").pop()] ?? {} : schema ?? {};

const typeOf = (schema, all) => {
  if (!schema) return "";
  if (schema.$ref) {
    const target = resolve(schema, all);
    return target.enum ? target.enum.map(value => JSON.stringify(value)).join(" | ") : target.oneOf ? typeOf(target, all) : schema.$ref.split("/").pop();
  }
  if (schema.enum) return schema.enum.map(value => JSON.stringify(value)).join(" | ");
  if (schema.oneOf) return schema.oneOf.map(one => typeOf(one, all)).join(" or ");
  const types = [schema.type ?? "any"].flat();
  return types.map(type => type === "array" ? `list of ${typeOf(schema.items, all)}` : type).join(" | ");
};

const members = (title, schema, all) => {
  const target = resolve(schema, all);
  const item = target.type === "array" ? resolve(target.items, all) : target;
  const rows = Object.entries(item.properties ?? {}).map(([name, member]) =>
    make("tr", "", make("td", name), make("td", typeOf(member, all)), make("td", member.description ?? resolve(member, all).description ?? "")));
  if (!rows.length) return make("p", `${title}: ${typeOf(schema, all) || "a file"}`);
  const head = make("thead", "", make("tr", "", make("th", title), make("th", "Type"), make("th", "Meaning")));
  return make("table", "", head, make("tbody", "", ...rows));
};

const describe = (method, path, operation, all) => {
  const detail = make("div");
  detail.className = "detail";
  if (operation.description) detail.append(make("p", operation.description));
  for (const parameter of operation.parameters ?? [])
    detail.append(make("p", `${parameter.in} ${parameter.name}: ${typeOf(parameter.schema, all)}`));
  for (const [type, body] of Object.entries(operation.requestBody?.content ?? {}))
    detail.append(members(`Body (${type})`, body.schema, all));
  for (const [status, response] of Object.entries(operation.responses ?? {}))
    for (const [type, body] of Object.entries(response.content ?? {}))
      detail.append(members(`${status} (${type})`, body.schema, all));
  const summary = make("summary", "", make("code", `${method.toUpperCase()} ${path}`), ` ${operation.summary ?? ""}`);
  return make("details", "", summary, detail);
};

const show = async () => {
  const main = document.getElementById("operations");
  try {
    const answer = await fetch("openapi/v1.json");
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const api = await answer.json();
    const all = api.components?.schemas ?? {};
    const groups = new Map();
    for (const [path, item] of Object.entries(api.paths))
      for (const [method, operation] of Object.entries(item)) {
        const tag = operation.tags?.[0] ?? "Other";
        if (!groups.has(tag)) groups.set(tag, []);
        groups.get(tag).push(describe(method, path, operation, all));
      }
    main.replaceChildren(make("p", api.info.description ?? ""));
    for (const [tag, operations] of groups) main.append(make("h2", tag), ...operations);
  } catch (error) {
    main.replaceChildren(make("p", `The document could not be read (${error.message}). Load this page again.`));
  }
  main.removeAttribute("aria-busy");
};

show();
