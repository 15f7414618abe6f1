/** Text that PNG files carry (tEXt, zTXt and iTXt chunks of the PNG specification, third edition, section 11.3.3). */

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * Reads the texts of a PNG.
 * @param buffer the file, an ArrayBuffer
 * @returns a Map from keyword to text; null where this is no PNG. A chunk that is cut off ends the reading.
 */
export async function readTexts(buffer) {
  const bytes = new Uint8Array(buffer);
  if (SIGNATURE.some((byte, index) => bytes[index] !== byte)) return null;
  const view = new DataView(buffer);
  const texts = new Map();
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (at + 12 + length > bytes.length || kind === "IEND") break;
    const data = bytes.subarray(at + 8, at + 8 + length);
    const text = await readChunk(kind, data).catch(() => null);
    if (text !== null) texts.set(text.keyword, text.value);
    at += 12 + length;
  }
  return texts;
}

async function readChunk(kind, data) {
  if (kind !== "tEXt" && kind !== "zTXt" && kind !== "iTXt") return null;
  const end = data.indexOf(0);
  if (end < 1) return null;
  const keyword = latin(data.subarray(0, end));
  let rest = data.subarray(end + 1);
  if (kind === "tEXt") return { keyword, value: latin(rest) };
  if (kind === "zTXt") return { keyword, value: latin(await inflate(rest.subarray(1))) };
  const compressed = rest[0] === 1;
  rest = rest.subarray(2);                                // flag and method
  for (let skipped = 0; skipped < 2; skipped++)           // language, translated keyword
    rest = rest.subarray(rest.indexOf(0) + 1);
  return { keyword, value: new TextDecoder().decode(compressed ? await inflate(rest) : rest) };
}

const latin = bytes => new TextDecoder("latin1").decode(bytes);

async function inflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
