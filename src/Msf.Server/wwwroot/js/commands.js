/** The same request as a command line and as curl. */

const quote = text => (/^[\w.,:/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/**
 * The command that makes the images of these settings.
 * @param settings resolved settings
 * @param model the model's description: what its own is, is left out
 */
export function commandLine(settings, model) {
  const parts = ["msf sample"];
  const option = (name, value) => parts.push(`--${name} ${quote(String(value))}`);
  const same = (name, own) => JSON.stringify(settings[name]) === JSON.stringify(own);
  const own = name => model.stages.map(stage => stage.defaults[name]);
  option("model", settings.model);
  if (settings.classes?.length && settings.classes[0] !== null && settings.classes.length < model.classes.length)
    option("class", settings.classes.join(","));
  option("count", settings.count);
  option("seed", settings.seed);
  option("steps", settings.steps.join(","));
  option("guidance", settings.guidance.join(","));
  if (!same("guidanceInterval", own("guidanceInterval")))
    option("guidance-interval", settings.guidanceInterval.map(pair => pair.join(",")).join(";"));
  if (!same("solver", own("solver"))) option("solver", settings.solver.join(","));
  if (settings.width !== model.width || settings.height !== model.height) option("size", `${settings.width}x${settings.height}`);
  if (settings.baseIndex !== null && settings.baseIndex !== undefined) option("variations-of", settings.baseIndex);
  option("out", "images.png");
  return parts.join(" ");
}

/** The request of the OpenAI shape, as curl; `address` ends with a slash. With a key, it comes from $MSF_API_KEY. */
export function curl(settings, address, withKey) {
  const body = {
    model: settings.model, n: settings.count, size: `${settings.width}x${settings.height}`, response_format: "b64_json",
    ...(settings.classes?.length ? { classes: settings.classes } : {}),
    ...(settings.baseIndex === null || settings.baseIndex === undefined ? {} : { base_index: settings.baseIndex }),
    seed: settings.seed, steps: settings.steps, guidance: settings.guidance, guidance_interval: settings.guidanceInterval, solver: settings.solver,
  };
  return [
    `curl ${address}v1/images/generations`,
    ...(withKey ? ["  -H \"Authorization: Bearer $MSF_API_KEY\""] : []),
    "  -H 'Content-Type: application/json'",
    `  -d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`,
  ].join(" \\\n");
}
