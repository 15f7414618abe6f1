/** The page of the HTTP interface, made from the OpenAPI document. */
import { $, h, replace } from "./dom.js";

const resolve = (schema, all) => (schema?.$ref ? all[schema.$ref.split("/").pop()] ?? {} : schema ?? {});

const listed = values => values.map(value => JSON.stringify(value)).join(" | ");

function typeOf(schema, all) {
  if (!schema) return "";
  if (schema.$ref) {
    const target = resolve(schema, all);
    return target.enum ? listed(target.enum) : target.oneOf ? typeOf(target, all) : schema.$ref.split("/").pop();
  }
  if (schema.enum) return listed(schema.enum);
  if (schema.oneOf) return schema.oneOf.map(one => typeOf(one, all)).join(" or ");
  return [schema.type ?? "any"].flat().map(type => (type === "array" ? `list of ${typeOf(schema.items, all)}` : type)).join(" | ");
}

function members(title, schema, all) {
  const target = resolve(schema, all);
  const item = target.type === "array" ? resolve(target.items, all) : target;
  const rows = Object.entries(item.properties ?? {}).map(([name, member]) =>
    h("tr", {}, h("td", {}, name), h("td", {}, typeOf(member, all)), h("td", {}, member.description ?? resolve(member, all).description)));
  if (rows.length === 0) return h("p", {}, `${title}: ${typeOf(schema, all) || "a file"}`);
  return h("table", {}, h("thead", {}, h("tr", {}, [title, "Type", "Meaning"].map(name => h("th", { scope: "col" }, name)))), h("tbody", {}, rows));
}

function describe(method, path, operation, all) {
  const bodies = (title, content) => Object.entries(content ?? {}).map(([type, body]) => members(`${title} (${type})`, body.schema, all));
  return h("details", {}, h("summary", {}, h("code", {}, `${method.toUpperCase()} ${path}`), ` ${operation.summary ?? ""}`),
    h("div", { class: "detail" },
      operation.description && h("p", {}, operation.description),
      (operation.parameters ?? []).map(parameter => h("p", {}, `${parameter.in} ${parameter.name}: ${typeOf(parameter.schema, all)}`)),
      bodies("Body", operation.requestBody?.content),
      Object.entries(operation.responses ?? {}).map(([status, response]) => bodies(status, response.content))));
}

function page(api) {
  const groups = new Map();
  for (const [path, item] of Object.entries(api.paths))
    for (const [method, operation] of Object.entries(item)) {
      const tag = operation.tags?.[0] ?? "Other";
      groups.set(tag, [...groups.get(tag) ?? [], describe(method, path, operation, api.components?.schemas ?? {})]);
    }
  return [h("p", {}, api.info.description), [...groups].map(([tag, operations]) => [h("h2", {}, tag), operations])];
}

async function show() {
  const main = $("#operations");
  try {
    const answer = await fetch("openapi/v1.json");
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    replace(main, page(await answer.json()));
  } catch (error) {
    replace(main, h("p", { class: "bad", role: "alert" }, `The document could not be read (${error.message}). Load this page again.`));
  }
  main.removeAttribute("aria-busy");
}

show();
