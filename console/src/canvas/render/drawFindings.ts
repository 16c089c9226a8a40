/** A picture with what a model found in it: boxes with names and confidences, and a mask laid over it. */

import type { Boxes } from "../shapes/boxes";
import type { Size } from "../shapes/geometry";
import type { Viewport } from "../viewport";
import { drawBoxes } from "./drawBoxes";
import { contextOf, newCanvas } from "./pyramid";

const MASK_OPACITY = 0.55;
const WHITE = 0xffffff;
/** The canvas has the picture's shape: a share of one is a share of the other. */
const WHOLE: Viewport = { scale: 1, x: 0, y: 0 };

export interface DrawnFindings {
  readonly boxes: Boxes;
  /** Of any size; transparent where nothing was found. */
  readonly mask: CanvasImageSource | null;
}

/** Draws over the whole canvas, whose pixels should have the picture's shape. */
export function drawFindings(
  canvas: HTMLCanvasElement,
  picture: CanvasImageSource,
  { boxes, mask }: DrawnFindings,
  colorOf: (label: string) => string,
): void {
  const size: Size = { width: canvas.width, height: canvas.height };
  const context = contextOf(canvas);
  context.drawImage(picture, 0, 0, size.width, size.height);
  if (mask !== null) {
    context.globalAlpha = MASK_OPACITY;
    context.imageSmoothingEnabled = false;
    context.drawImage(mask, 0, 0, size.width, size.height);
    context.imageSmoothingEnabled = true;
    context.globalAlpha = 1;
  }
  drawBoxes(context, boxes, size, WHOLE, size, {
    color: colorOf,
    selected: [],
    preview: new Map(),
    isLocked: () => false,
  });
}

/** The mask of an answer, a PNG on white, with nothing where it is white. */
export async function maskOverlay(png: Blob): Promise<HTMLCanvasElement> {
  const bitmap = await createImageBitmap(png);
  const canvas = newCanvas(bitmap.width, bitmap.height);
  const context = contextOf(canvas);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  clearWhite(new Uint32Array(pixels.data.buffer));
  context.putImageData(pixels, 0, 0);
  return canvas;
}

/** Four bytes a pixel as one number: alpha, blue, green, red, from the highest. */
export function clearWhite(values: Uint32Array): void {
  for (let place = 0; place < values.length; place += 1) {
    if (((values[place] ?? 0) & WHITE) === WHITE) values[place] = 0;
  }
}
