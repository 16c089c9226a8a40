/**
 * A picture in several sizes, each half of the one before, so that drawing it small reads no more pixels than
 * the screen has. Halved once when the picture is opened; drawn from the level that is just large enough.
 */

import type { Pixels } from "../mask/flood";
import type { Size } from "../shapes/geometry";
import { toPicture, type Viewport } from "../viewport";

type Source = ImageBitmap | HTMLCanvasElement;

/** No level is made whose longer side is below this. */
const SMALLEST_SIDE = 256;
/** From this scale on single pixels are what one wants to see, not a smooth blur of them. */
const SHARP_FROM = 2;

export class Pyramid {
  readonly size: Size;
  readonly #levels: Source[];

  constructor(picture: Source) {
    this.size = { width: picture.width, height: picture.height };
    this.#levels = [picture];
    let last = picture;
    while (Math.max(last.width, last.height) >= 2 * SMALLEST_SIDE) {
      last = halved(last);
      this.#levels.push(last);
    }
  }

  /** Draw what the screen shows of the picture. */
  draw(context: CanvasRenderingContext2D, view: Viewport, screen: Size): void {
    const from = toPicture(view, { x: 0, y: 0 });
    const to = toPicture(view, { x: screen.width, y: screen.height });
    const left = Math.max(0, Math.floor(from.x));
    const top = Math.max(0, Math.floor(from.y));
    const right = Math.min(this.size.width, Math.ceil(to.x));
    const bottom = Math.min(this.size.height, Math.ceil(to.y));
    const source = this.#levelFor(view.scale);
    if (right <= left || bottom <= top || source === undefined) {
      return;
    }
    const shareX = source.width / this.size.width;
    const shareY = source.height / this.size.height;
    context.imageSmoothingEnabled = view.scale < SHARP_FROM;
    context.imageSmoothingQuality = "low";
    context.drawImage(
      source,
      left * shareX,
      top * shareY,
      (right - left) * shareX,
      (bottom - top) * shareY,
      left * view.scale + view.x,
      top * view.scale + view.y,
      (right - left) * view.scale,
      (bottom - top) * view.scale,
    );
  }

  #levelFor(scale: number): Source | undefined {
    const level = Math.floor(Math.log2(1 / Math.min(1, scale)) + 1e-9);
    return this.#levels[Math.min(level, this.#levels.length - 1)];
  }
}

/** Return a picture's colours. */
export function pixelsOf(picture: Source): Pixels {
  const { width, height } = picture;
  const context = contextOf(newCanvas(width, height), true);
  context.drawImage(picture, 0, 0);
  return context.getImageData(0, 0, width, height);
}

/** Return a picture of these colours. */
export function pictureOf(pixels: Pixels, data: Uint8ClampedArray<ArrayBuffer>): HTMLCanvasElement {
  const canvas = newCanvas(pixels.width, pixels.height);
  contextOf(canvas).putImageData(new ImageData(data, pixels.width, pixels.height), 0, 0);
  return canvas;
}

export function newCanvas(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

export function contextOf(canvas: HTMLCanvasElement, isRead = false): CanvasRenderingContext2D {
  const context = canvas.getContext("2d", isRead ? { willReadFrequently: true } : undefined);
  if (context === null) {
    throw new Error("this browser has no 2d canvas left to give");
  }
  return context;
}

function halved(source: Source): HTMLCanvasElement {
  const canvas = newCanvas(Math.ceil(source.width / 2), Math.ceil(source.height / 2));
  const context = contextOf(canvas);
  context.imageSmoothingQuality = "medium";
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}
