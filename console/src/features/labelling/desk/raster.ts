/**
 * A picture's bytes without its EXIF, so that a browser decodes it as it is stored: Chromium turns a picture
 * by its EXIF even where it is asked for none of that.
 */

const JPEG = [0xff, 0xd8];
const PNG = [0x89, 0x50, 0x4e, 0x47];
const APP1 = 0xe1;
/** Behind the start of scan come the pixels, and no more heads. */
const SCAN = 0xda;

/** Return the bytes of a JPEG or PNG without what says how it is turned; others as they are. */
export function withoutTurn(bytes: Uint8Array<ArrayBuffer>): readonly Uint8Array<ArrayBuffer>[] {
  const begins = (start: readonly number[]): boolean => start.every((byte, place) => bytes[place] === byte);
  if (begins(JPEG)) {
    return jpegWithoutExif(bytes);
  }
  return begins(PNG) ? pngWithoutExif(bytes) : [bytes];
}

function jpegWithoutExif(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts = [bytes.subarray(0, 2)];
  let place = 2;
  while (place + 4 <= bytes.length && bytes[place] === 0xff && bytes[place + 1] !== SCAN) {
    const end = place + 2 + view.getUint16(place + 2);
    if (bytes[place + 1] !== APP1 || textAt(bytes, place + 4, 4) !== "Exif") {
      parts.push(bytes.subarray(place, end));
    }
    place = end;
  }
  return [...parts, bytes.subarray(place)];
}

function pngWithoutExif(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts = [bytes.subarray(0, 8)];
  let place = 8;
  while (place + 12 <= bytes.length) {
    const end = place + 12 + view.getUint32(place);
    if (textAt(bytes, place + 4, 4) !== "eXIf") {
      parts.push(bytes.subarray(place, end));
    }
    place = end;
  }
  return parts;
}

function textAt(bytes: Uint8Array, start: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(start, start + length));
}
