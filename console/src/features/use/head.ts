/** The beginning of a picture's file: which kind it is, and whether a camera was held upright. */

const ORIENTATION = 0x0112;

export function kindOf(head: Uint8Array): "image/jpeg" | "image/png" | null {
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return "image/jpeg";
  const png = [0x89, 0x50, 0x4e, 0x47];
  return png.every((byte, place) => head[place] === byte) ? "image/png" : null;
}

/**
 * Whether a JPEG's EXIF says that it is to be turned. Places in answers are those of the picture as it is stored, and a
 * browser shows it upright: such a picture is written anew before it is sent. A PNG's is not looked at: cameras write none.
 */
export function isTurned(head: Uint8Array): boolean {
  if (kindOf(head) !== "image/jpeg") return false;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  try {
    return orientationOf(view) > 1;
  } catch (error) {
    // Cut off or malformed: then the browser, which has decoded it, did not turn it by this either.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Goes through the segments before the picture (JPEG, ITU T.81, B.1.1.4) for the EXIF of APP1. */
function orientationOf(view: DataView): number {
  let place = 2;
  while (view.getUint8(place) === 0xff && view.getUint8(place + 1) !== 0xda) {
    const size = view.getUint16(place + 2);
    const isExif = view.getUint8(place + 1) === 0xe1 && view.getUint32(place + 4) === 0x45786966;
    if (isExif) return orientationIn(view, place + 10);
    place += 2 + size;
  }
  return 1;
}

/** Looks through the first directory of TIFF's tags. */
function orientationIn(view: DataView, tiff: number): number {
  const isLittle = view.getUint16(tiff) === 0x4949;
  const directory = tiff + view.getUint32(tiff + 4, isLittle);
  const count = view.getUint16(directory, isLittle);
  for (let number = 0; number < count; number += 1) {
    const tag = directory + 2 + 12 * number;
    if (view.getUint16(tag, isLittle) === ORIENTATION) return view.getUint16(tag + 8, isLittle);
  }
  return 1;
}
