/**
 * Flood: the pixels around one that look like it. Reads a picture's colours, changes nothing.
 */

import type { Point } from "../shapes/geometry";
import type { Span } from "./mask";

/** A picture's colours, four bytes a pixel, as a browser hands them out. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray | Uint8Array;
}

/**
 * Return the runs of pixels that hang together with the one at a point, and whose red, green and blue each
 * differ from it by `tolerance` at the most. Compared with the first pixel, never with the neighbour: along a
 * soft gradient the latter would run out of the defect and over the whole picture.
 */
export function floodSpans(pixels: Pixels, at: Point, tolerance: number): Span[] {
  const start = { x: Math.floor(at.x), y: Math.floor(at.y) };
  if (start.x < 0 || start.y < 0 || start.x >= pixels.width || start.y >= pixels.height) {
    return [];
  }
  const flood = new Flood(pixels, start, tolerance);
  return flood.run(start);
}

class Flood {
  readonly #pixels: Pixels;
  readonly #visited: Uint8Array;
  readonly #red: number;
  readonly #green: number;
  readonly #blue: number;
  readonly #tolerance: number;

  constructor(pixels: Pixels, start: Point, tolerance: number) {
    this.#pixels = pixels;
    this.#visited = new Uint8Array(pixels.width * pixels.height);
    const place = (start.y * pixels.width + start.x) * 4;
    this.#red = pixels.data[place] ?? 0;
    this.#green = pixels.data[place + 1] ?? 0;
    this.#blue = pixels.data[place + 2] ?? 0;
    this.#tolerance = tolerance;
  }

  run(start: Point): Span[] {
    const spans: Span[] = [];
    const seeds: Point[] = [start];
    for (let seed = seeds.pop(); seed !== undefined; seed = seeds.pop()) {
      if (!this.#isOpen(seed.x, seed.y)) {
        continue;
      }
      const span = this.#widen(seed);
      this.#visited.fill(1, span.y * this.#pixels.width + span.from, span.y * this.#pixels.width + span.to);
      spans.push(span);
      this.#seedRow(seeds, span, span.y - 1);
      this.#seedRow(seeds, span, span.y + 1);
    }
    return spans;
  }

  #widen(seed: Point): Span {
    let [from, to] = [seed.x, seed.x + 1];
    while (from > 0 && this.#isOpen(from - 1, seed.y)) {
      from -= 1;
    }
    while (to < this.#pixels.width && this.#isOpen(to, seed.y)) {
      to += 1;
    }
    return { y: seed.y, from, to };
  }

  #seedRow(seeds: Point[], span: Span, y: number): void {
    if (y < 0 || y >= this.#pixels.height) {
      return;
    }
    let isInRun = false;
    for (let x = span.from; x < span.to; x += 1) {
      const isOpen = this.#isOpen(x, y);
      if (isOpen && !isInRun) {
        seeds.push({ x, y });
      }
      isInRun = isOpen;
    }
  }

  #isOpen(x: number, y: number): boolean {
    const pixel = y * this.#pixels.width + x;
    if (this.#visited[pixel] === 1) {
      return false;
    }
    const { data } = this.#pixels;
    return (
      Math.abs((data[pixel * 4] ?? 0) - this.#red) <= this.#tolerance &&
      Math.abs((data[pixel * 4 + 1] ?? 0) - this.#green) <= this.#tolerance &&
      Math.abs((data[pixel * 4 + 2] ?? 0) - this.#blue) <= this.#tolerance
    );
  }
}
