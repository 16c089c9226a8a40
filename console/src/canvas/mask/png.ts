/**
 * A mask as a PNG: one byte a pixel and a palette, so that every colour is exactly the one that was chosen.
 *
 * Written here and not by a browser's canvas, which may mix colours at edges or bend them to the screen's
 * profile. Only what masks need is written; reading a PNG is the browser's work.
 */

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Return the bytes of a PNG with these palette numbers; the first colour is the background's. */
export async function encodePng(
  width: number,
  height: number,
  numbers: Uint8Array,
  palette: readonly string[],
): Promise<Uint8Array<ArrayBuffer>> {
  const rows = new Uint8Array(height * (width + 1));
  for (let y = 0; y < height; y += 1) {
    // Each row begins with its filter; 0, none, packs flat areas best.
    rows.set(numbers.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  }
  return joinBytes([
    Uint8Array.from(SIGNATURE),
    chunk("IHDR", header(width, height)),
    chunk("PLTE", Uint8Array.from(palette.flatMap(channelsOf))),
    chunk("IDAT", await deflate(rows)),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

/** Return red, green and blue of a colour of the form `#rrggbb`. */
export function channelsOf(color: string): [number, number, number] {
  if (!/^#[0-9a-fA-F]{6}$/.test(color)) {
    throw new RangeError(`${color} is not a color of the form #rrggbb`);
  }
  const value = Number.parseInt(color.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function header(width: number, height: number): Uint8Array {
  const bytes = new Uint8Array(13);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  bytes[8] = 8; // bits a pixel
  bytes[9] = 3; // a palette
  return bytes;
}

function chunk(name: string, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(body.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, body.length);
  for (let place = 0; place < 4; place += 1) {
    bytes[4 + place] = name.charCodeAt(place);
  }
  bytes.set(body, 8);
  view.setUint32(8 + body.length, crc(bytes.subarray(4, 8 + body.length)));
  return bytes;
}

async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

function joinBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

/** The checksum of PNG (ISO 3309), by table. */
function crc(bytes: Uint8Array): number {
  let rest = 0xffffffff;
  for (const byte of bytes) {
    rest = (CRC_TABLE[(rest ^ byte) & 255] ?? 0) ^ (rest >>> 8);
  }
  return (rest ^ 0xffffffff) >>> 0;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, number) => {
  let rest = number;
  for (let bit = 0; bit < 8; bit += 1) {
    rest = (rest & 1) === 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1;
  }
  return rest >>> 0;
});
