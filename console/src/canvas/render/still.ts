/** A picture with what is labelled on it, drawn once and small: two versions side by side need no editor. */

import type { Scene } from "../scene";
import type { Size } from "../shapes/geometry";
import { fit } from "../viewport";
import { drawBoxes } from "./drawBoxes";
import { MaskRaster } from "./maskRaster";
import { contextOf, Pyramid } from "./pyramid";

const OPACITY = 0.55;

export function drawStill(
  canvas: HTMLCanvasElement,
  picture: ImageBitmap,
  scene: Scene,
  colorOf: (label: string) => string,
): void {
  const screen: Size = { width: canvas.width, height: canvas.height };
  const context = contextOf(canvas);
  const view = fit(scene.size, screen);
  context.clearRect(0, 0, screen.width, screen.height);
  new Pyramid(picture).draw(context, view, screen);
  const raster = new MaskRaster(scene.size);
  raster.paintAll(
    scene.order.flatMap((label) => {
      const mask = scene.mask(label);
      return mask === undefined ? [] : [{ mask, color: colorOf(label) }];
    }),
  );
  context.globalAlpha = OPACITY;
  raster.draw(context, view, { left: 0, top: 0, ...screen });
  context.globalAlpha = 1;
  drawBoxes(context, scene.boxes, scene.size, view, screen, {
    color: colorOf,
    selected: [],
    preview: new Map(),
    isLocked: () => false,
  });
}
