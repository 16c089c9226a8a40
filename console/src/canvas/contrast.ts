/**
 * Contrast stretch: the picture's range of brightness spread over all that a screen shows, so that faint
 * defects are seen. It is for the eye alone; nothing that is stored changes.
 */

import type { Pixels } from "./mask/flood";

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** A share of the pixels this large at either end may be cut off: single hot pixels must not rule. */
const CUT = 0.005;
/** So many pixels tell as much of the histogram as all. */
const SAMPLE = 250_000;

/** Return the range of brightness that the picture uses. */
export function rangeOf(pixels: Pixels): Range {
  const counts = new Uint32Array(256);
  const all = pixels.width * pixels.height;
  const step = Math.max(1, Math.floor(all / SAMPLE));
  let sum = 0;
  for (let pixel = 0; pixel < all; pixel += step) {
    const brightness = brightnessAt(pixels, pixel * 4);
    counts[brightness] = (counts[brightness] ?? 0) + 1;
    sum += 1;
  }
  const low = place(counts, sum * CUT);
  const high = 255 - place(counts.toReversed(), sum * CUT);
  return high > low ? { low, high } : { low: 0, high: 255 };
}

/** Return what each of 256 values becomes when a range is spread over all of them. */
export function stretchTable({ low, high }: Range): Uint8ClampedArray {
  return Uint8ClampedArray.from({ length: 256 }, (_, value) => ((value - low) / (high - low)) * 255);
}

/** Return the picture with its range spread; the three channels alike, so that colours keep their hue. */
export function stretch(pixels: Pixels, range: Range): Uint8ClampedArray<ArrayBuffer> {
  const table = stretchTable(range);
  const stretched = new Uint8ClampedArray(pixels.data.length);
  for (let place = 0; place < stretched.length; place += 4) {
    stretched[place] = table[pixels.data[place] ?? 0] ?? 0;
    stretched[place + 1] = table[pixels.data[place + 1] ?? 0] ?? 0;
    stretched[place + 2] = table[pixels.data[place + 2] ?? 0] ?? 0;
    stretched[place + 3] = pixels.data[place + 3] ?? 255;
  }
  return stretched;
}

function brightnessAt({ data }: Pixels, place: number): number {
  // The weights of ITU-R BT.601, in 256ths.
  return ((data[place] ?? 0) * 77 + (data[place + 1] ?? 0) * 150 + (data[place + 2] ?? 0) * 29) >> 8;
}

function place(counts: Uint32Array, share: number): number {
  let sum = 0;
  for (const [value, count] of counts.entries()) {
    sum += count;
    if (sum > share) {
      return value;
    }
  }
  return 255;
}
