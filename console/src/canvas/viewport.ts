/**
 * The viewport: how the picture lies on the screen. A value; every change makes another.
 *
 * A point of the picture lies at `point * scale + offset` on the screen, both in CSS pixels.
 */

import { clamp, type Point, type Size } from "./shapes/geometry";

export interface Viewport {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

/** At 64 screen pixels a picture pixel there is nothing more to see. */
export const LARGEST = 64;
/** A picture of 4096 pixels is then 41 wide: far smaller than any window. */
export const SMALLEST = 0.01;
/** A picture that fits leaves this much air, in pixels of the screen. */
const MARGIN = 16;
/** So many pixels of the picture's frame stay in sight however far it is dragged. */
const IN_SIGHT = 48;

export function toScreen(view: Viewport, point: Point): Point {
  return { x: point.x * view.scale + view.x, y: point.y * view.scale + view.y };
}

export function toPicture(view: Viewport, point: Point): Point {
  return { x: (point.x - view.x) / view.scale, y: (point.y - view.y) / view.scale };
}

/** Return the view in which the whole picture is seen, in the middle and as large as it goes. */
export function fit(picture: Size, screen: Size): Viewport {
  const scale = clamp(
    Math.min(
      Math.max(1, screen.width - 2 * MARGIN) / picture.width,
      Math.max(1, screen.height - 2 * MARGIN) / picture.height,
    ),
    SMALLEST,
    LARGEST,
  );
  return {
    scale,
    x: (screen.width - picture.width * scale) / 2,
    y: (screen.height - picture.height * scale) / 2,
  };
}

/** Return the view with this scale; the point of the screen keeps what it shows, as a cursor expects. */
export function zoomTo(view: Viewport, scale: number, at: Point): Viewport {
  const next = clamp(scale, SMALLEST, LARGEST);
  const under = toPicture(view, at);
  return { scale: next, x: at.x - under.x * next, y: at.y - under.y * next };
}

export function zoomBy(view: Viewport, factor: number, at: Point): Viewport {
  return zoomTo(view, view.scale * factor, at);
}

export function pan(view: Viewport, by: Point): Viewport {
  return { ...view, x: view.x + by.x, y: view.y + by.y };
}

/** Return the view, brought back where the picture would leave the screen altogether. */
export function keepInSight(view: Viewport, picture: Size, screen: Size): Viewport {
  const width = picture.width * view.scale;
  const height = picture.height * view.scale;
  const marginX = Math.min(IN_SIGHT, width, screen.width);
  const marginY = Math.min(IN_SIGHT, height, screen.height);
  return {
    scale: view.scale,
    x: clamp(view.x, marginX - width, screen.width - marginX),
    y: clamp(view.y, marginY - height, screen.height - marginY),
  };
}
