/** Small parts of a picture's colours, read without reading all of it: one pixel, or some around a point. */

import type { Point, Size } from "../shapes/geometry";
import type { Patch } from "../shapes/gradients";
import { contextOf, newCanvas } from "./pyramid";

/** A patch is shrunk to so many pixels a side: enough for an edge, and read in a fraction of a millisecond. */
const SIDE = 32;

export class Patches {
  readonly #picture: ImageBitmap;
  readonly #context = contextOf(newCanvas(SIDE, SIDE), true);

  constructor(picture: ImageBitmap) {
    this.#picture = picture;
    this.#context.imageSmoothingQuality = "low";
  }

  /** Return the colour of a pixel. */
  color(x: number, y: number): readonly [number, number, number] {
    this.#context.drawImage(this.#picture, x, y, 1, 1, 0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = this.#context.getImageData(0, 0, 1, 1).data;
    return [red, green, blue];
  }

  /** Return what lies up to so many pixels around a point, as far as there is picture. */
  around({ x, y }: Point, reach: number): Patch | undefined {
    const size: Size = this.#picture;
    const step = Math.max(1, (2 * reach) / SIDE);
    const left = Math.max(0, Math.floor(x - reach));
    const top = Math.max(0, Math.floor(y - reach));
    const width = Math.min(SIDE, Math.floor((Math.min(size.width, x + reach) - left) / step));
    const height = Math.min(SIDE, Math.floor((Math.min(size.height, y + reach) - top) / step));
    if (width < 4 || height < 4) {
      return undefined;
    }
    const [wide, high] = [width * step, height * step];
    this.#context.drawImage(this.#picture, left, top, wide, high, 0, 0, width, height);
    return { pixels: this.#context.getImageData(0, 0, width, height), left, top, step };
  }
}
