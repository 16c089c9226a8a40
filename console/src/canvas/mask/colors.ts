/**
 * A stored mask's pixels to type numbers, by the colours that its line declares.
 *
 * The rule is that of the server: a pixel belongs to the type of its colour where it is at least half opaque;
 * white, black and transparent pixels are background unless they are declared.
 */

import { channelsOf } from "./png";
import type { Pixels } from "./flood";
import type { Flat } from "./flatten";

/** Browsers keep colours multiplied by their opacity; multiplied back they may be off by this much. */
const ROUNDING = 2;
const HALF_OPAQUE = 128;

/** Return the type numbers of a mask's pixels; `unknown` counts the pixels of colours that nobody declared. */
export function numbersOf(
  pixels: Pixels,
  colors: ReadonlyMap<string, string>,
): Pick<Flat, "width" | "height" | "numbers" | "labels"> & { readonly unknown: number } {
  const labels = [...new Set(colors.values())];
  const palette = new Palette(
    [...colors].map(([color, label]) => ({ rgb: channelsOf(color), number: labels.indexOf(label) + 1 })),
  );
  // Four bytes a pixel as one number: alpha, blue, green, red, from the highest.
  const values = new Uint32Array(pixels.data.buffer, pixels.data.byteOffset, pixels.width * pixels.height);
  const numbers = new Uint8Array(values.length);
  let unknown = 0;
  for (let pixel = 0; pixel < values.length; pixel += 1) {
    const value = values[pixel] ?? 0;
    const number = value >>> 24 < HALF_OPAQUE ? 0 : palette.numberOf(value & 0xffffff);
    numbers[pixel] = Math.max(0, number);
    unknown += number < 0 ? 1 : 0;
  }
  return { width: pixels.width, height: pixels.height, numbers, labels, unknown };
}

interface Entry {
  readonly rgb: readonly [number, number, number];
  readonly number: number;
}

class Palette {
  readonly #entries: readonly Entry[];
  readonly #numbers = new Map<number, number>();

  constructor(entries: readonly Entry[]) {
    this.#entries = entries;
  }

  /** Return the number of a colour; 0 for white and black that nobody declared, -1 for any other such. */
  numberOf(color: number): number {
    let number = this.#numbers.get(color);
    if (number === undefined) {
      const [red, green, blue] = [color & 255, (color >> 8) & 255, color >> 16];
      const isBackground = color === 0 || color === 0xffffff;
      const entry = this.#entries.find(({ rgb }) => isColor(rgb, red, green, blue));
      number = entry?.number ?? (isBackground ? 0 : -1);
      this.#numbers.set(color, number);
    }
    return number;
  }
}

function isColor(rgb: readonly [number, number, number], red: number, green: number, blue: number): boolean {
  return (
    Math.abs(rgb[0] - red) <= ROUNDING &&
    Math.abs(rgb[1] - green) <= ROUNDING &&
    Math.abs(rgb[2] - blue) <= ROUNDING
  );
}
