/** Requests to the server: the key goes along, errors come as sentences. */

const STORED = "msf-key";
let key = read();
let asking = null;
let askForKey = async () => null;

function read() {
  try { return sessionStorage.getItem(STORED); } catch { return null; }
}

/** Says how the key is asked for: an async function of the last answer's message that gives the key, or null. */
export function onKeyNeeded(ask) { askForKey = ask; }

/** Whether requests carry a key. */
export const hasKey = () => key !== null;

/** A request that failed: `message` says what happened and what to do. */
export class ApiError extends Error {
  constructor(message, status = 0, parameter = null) {
    super(message);
    this.status = status;
    this.parameter = parameter;
  }
}

/** Sends a request and gives the response; throws an {@link ApiError} unless it went well. */
export async function request(path, { method = "GET", json, body, headers = {}, signal } = {}) {
  const send = () => fetch(path, {
    method, signal,
    body: json === undefined ? body : JSON.stringify(json),
    headers: {
      ...(json === undefined ? {} : { "Content-Type": "application/json" }),
      ...(key === null ? {} : { Authorization: `Bearer ${key}` }),
      ...headers,
    },
  });
  let response = await attempt(send, signal);
  while (response.status === 401 && response.headers.get("WWW-Authenticate")?.startsWith("Bearer")) {
    const sent = key;
    const message = (await failure(response)).message;
    asking ??= askForKey(sent === null ? null : message).finally(() => { asking = null; });
    const given = await asking;
    if (given === null) throw new ApiError("This server wants a key. Press the button again to give one.", 401);
    keep(given);
    response = await attempt(send, signal);
  }
  if (response.redirected) throw new ApiError("You are signed out. Load this page again to sign in.", 401);
  if (!response.ok) throw await failure(response);
  return response;
}

function keep(given) {
  key = given;
  try { sessionStorage.setItem(STORED, given); } catch { /* then it is asked again after a reload */ }
}

async function attempt(send, signal) {
  try {
    return await send();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError("The server does not answer. See whether msf serve is still running, then try again.");
  }
}

async function failure(response) {
  let said = null;
  try { said = (await response.json()).error; } catch { /* no JSON: the status has to do */ }
  const wait = Number(response.headers.get("Retry-After"));
  const again = wait > 0 ? ` Try again in ${wait} s.` : "";
  const fallback = {
    401: "You are signed out. Load this page again to sign in.",
    403: "You may not do this.",
    404: "The server no longer has this.",
    413: "That is larger than this server takes. Use a smaller picture.",
    429: "The server has as much to do as it can take.",
    503: "The server is still loading the model.",
  }[response.status] ?? `The server answered ${response.status}. Its log says more.`;
  return new ApiError((said?.message ?? fallback) + again, response.status, said?.param ?? null);
}

/** GET, as JSON. */
export const getJson = async (path, options) => (await request(path, options)).json();

/** POST of JSON, as JSON. */
export const postJson = async (path, json, options) => (await request(path, { method: "POST", json, ...options })).json();

/** A URL that an img can show: as it is without a key; with one, fetched and held as a blob. */
export async function pictureUrl(url) {
  if (key === null || url.startsWith("data:") || url.startsWith("blob:")) return url;
  return URL.createObjectURL(await (await request(url)).blob());
}

/** Sets the source of an img; a picture that cannot be had leaves its alternative text. */
export async function showPicture(image, url) {
  try {
    const source = await pictureUrl(url);
    if (source.startsWith("blob:")) image.addEventListener("load", () => URL.revokeObjectURL(source), { once: true });
    image.src = source;
  } catch { /* the alternative text stands */ }
  return image;
}
