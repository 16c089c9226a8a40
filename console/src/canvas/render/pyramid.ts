/**
 * A picture in several sizes, each half of the one before, so that drawing it small reads no more pixels than
 * the screen has. Halved once when the picture is opened; drawn from the level that is just large enough.
 *
 * A large level lies in pieces. Chromium holds every source of a frame's drawing until it is painted, and paints
 * at once, within the handler, where that is more than it likes to hold: 64 MB of one picture always are.
 */

import type { Pixels } from "../mask/flood";
import type { Size } from "../shapes/geometry";
import { toPicture, type Viewport } from "../viewport";

type Source = ImageBitmap | HTMLCanvasElement;

/** No level is made whose longer side is below this. */
const SMALLEST_SIDE = 256;
/** From this scale on single pixels are what one wants to see, not a smooth blur of them. */
const SHARP_FROM = 2;

/** A level larger than that lies in pieces of that side. */
const PIECE = 1024;

/** A part of a level, and where in the level it lies. */
interface Piece {
  readonly source: Source;
  readonly left: number;
  readonly top: number;
}

interface PictureLevel {
  readonly width: number;
  readonly height: number;
  readonly pieces: readonly Piece[];
}

export class Pyramid {
  readonly size: Size;
  readonly #levels: PictureLevel[];

  constructor(picture: Source) {
    this.size = { width: picture.width, height: picture.height };
    this.#levels = [levelOf(picture)];
    let last = picture;
    while (Math.max(last.width, last.height) >= 2 * SMALLEST_SIDE) {
      last = halved(last);
      this.#levels.push(levelOf(last));
    }
  }

  /** Draw what the screen shows of the picture. */
  draw(context: CanvasRenderingContext2D, view: Viewport, screen: Size): void {
    const level = this.#levelFor(view.scale);
    if (level === undefined) {
      return;
    }
    context.imageSmoothingEnabled = view.scale < SHARP_FROM;
    context.imageSmoothingQuality = "low";
    const shareX = level.width / this.size.width;
    const shareY = level.height / this.size.height;
    const from = toPicture(view, { x: 0, y: 0 });
    const to = toPicture(view, { x: screen.width, y: screen.height });
    for (const { source, left, top } of level.pieces) {
      // What of the piece is in sight, in its own pixels.
      const x1 = Math.max(0, Math.floor(from.x * shareX) - left);
      const y1 = Math.max(0, Math.floor(from.y * shareY) - top);
      const x2 = Math.min(source.width, Math.ceil(to.x * shareX) - left);
      const y2 = Math.min(source.height, Math.ceil(to.y * shareY) - top);
      if (x2 > x1 && y2 > y1) {
        // Pieces meet on a whole pixel of the screen: no seam is seen.
        const toX = (x: number): number => ((left + x) / shareX) * view.scale + view.x;
        const toY = (y: number): number => ((top + y) / shareY) * view.scale + view.y;
        const [x, right] =
          level.pieces.length > 1 ? [Math.round(toX(x1)), Math.round(toX(x2))] : [toX(x1), toX(x2)];
        const [y, bottom] =
          level.pieces.length > 1 ? [Math.round(toY(y1)), Math.round(toY(y2))] : [toY(y1), toY(y2)];
        context.drawImage(source, x1, y1, x2 - x1, y2 - y1, x, y, right - x, bottom - y);
      }
    }
  }

  #levelFor(scale: number): PictureLevel | undefined {
    const level = Math.floor(Math.log2(1 / Math.min(1, scale)) + 1e-9);
    return this.#levels[Math.min(level, this.#levels.length - 1)];
  }
}

function levelOf(source: Source): PictureLevel {
  const { width, height } = source;
  if (Math.max(width, height) <= PIECE) {
    return { width, height, pieces: [{ source, left: 0, top: 0 }] };
  }
  const pieces: Piece[] = [];
  for (let top = 0; top < height; top += PIECE) {
    for (let left = 0; left < width; left += PIECE) {
      const canvas = newCanvas(Math.min(PIECE, width - left), Math.min(PIECE, height - top));
      contextOf(canvas).drawImage(source, -left, -top);
      pieces.push({ source: canvas, left, top });
    }
  }
  return { width, height, pieces };
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
