/** Server-sent events over fetch, so that the key goes along; a lost connection is taken up again after the last event had. */
import { ApiError, request } from "./api.js";

const ENDS = new Set(["done", "cancelled", "failed"]);
const WAITS = [300, 600, 1200, 2500, 5000];

/**
 * Follows a stream until its last event, whatever the network does meanwhile.
 * @param url the stream
 * @param take called with (event, data) for each event, in order, none twice
 * @param options `signal` ends it; `lost` and `back` are called when the connection goes and comes
 */
export async function follow(url, take, { signal, lost = () => {}, back = () => {} } = {}) {
  let last = null;
  let failures = 0;
  while (!signal?.aborted) {
    try {
      const response = await request(url, {
        signal, headers: { Accept: "text/event-stream", ...(last === null ? {} : { "Last-Event-ID": last }) },
      });
      if (failures > 0) back();
      for await (const event of messages(response.body)) {
        failures = 0;
        if (event.id !== null) last = event.id;
        take(event.name, event.data);
        if (ENDS.has(event.name)) return;
      }
    } catch (error) {
      if (signal?.aborted) return;
      if (error instanceof ApiError && error.status >= 400 && error.status !== 429 && error.status !== 503) throw error;
    }
    if (signal?.aborted) return;
    if (failures === 0) lost();
    await new Promise(resolve => setTimeout(resolve, WAITS[Math.min(failures++, WAITS.length - 1)]));
  }
}

async function* messages(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const event = parse(block);
      if (event !== null) yield event;
    }
  }
}

function parse(block) {
  const event = { id: null, name: "message", data: null };
  const data = [];
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon === 0) continue;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "id") event.id = value;
    else if (field === "event") event.name = value;
    else if (field === "data") data.push(value);
  }
  if (data.length === 0) return null;
  event.data = JSON.parse(data.join("\n"));
  return event;
}
