/**
 * Points, sizes and boxes: pure arithmetic.
 *
 * A box is kept in shares of the picture, as everywhere in this product; what the pointer touches is in
 * pixels of the picture, and `toPixels` and `toShares` are the only two ways between them. Nothing here
 * knows a screen.
 */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A rectangle by its left top corner and its size; in shares where it is a shape, in pixels in a tool. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export type Handle = "nw" | "n" | "ne" | "e" | "se" | "s" | "sw" | "w";

export const HANDLES: readonly Handle[] = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];

/** Return the box with these two corners, whichever way it was drawn. */
export function boxBetween(from: Point, to: Point): Box {
  return {
    left: Math.min(from.x, to.x),
    top: Math.min(from.y, to.y),
    width: Math.abs(to.x - from.x),
    height: Math.abs(to.y - from.y),
  };
}

export function toPixels(box: Box, size: Size): Box {
  return {
    left: box.left * size.width,
    top: box.top * size.height,
    width: box.width * size.width,
    height: box.height * size.height,
  };
}

export function toShares(box: Box, size: Size): Box {
  return {
    left: box.left / size.width,
    top: box.top / size.height,
    width: box.width / size.width,
    height: box.height / size.height,
  };
}

export function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

/** Return the point, or the nearest one on the picture's edge. */
export function clampPoint(point: Point, size: Size): Point {
  return { x: clamp(point.x, 0, size.width), y: clamp(point.y, 0, size.height) };
}

/** Return the part of the box that lies on the picture; nothing where none does. */
export function clipBox(box: Box, size: Size): Box | undefined {
  const from = clampPoint({ x: box.left, y: box.top }, size);
  const to = clampPoint({ x: box.left + box.width, y: box.top + box.height }, size);
  const clipped = boxBetween(from, to);
  return clipped.width > 0 && clipped.height > 0 ? clipped : undefined;
}

/** Return the box moved, and stopped at the picture's edge with its size unchanged. */
export function moveBox(box: Box, by: Point, size: Size): Box {
  return {
    ...box,
    left: clamp(box.left + by.x, 0, Math.max(0, size.width - box.width)),
    top: clamp(box.top + by.y, 0, Math.max(0, size.height - box.height)),
  };
}

/** Return the box with this handle pulled to a point; pulled over the far side, it turns over. */
export function resizeBox(box: Box, handle: Handle, to: Point): Box {
  const right = box.left + box.width;
  const bottom = box.top + box.height;
  const first = {
    x: handle.includes("w") ? to.x : box.left,
    y: handle.includes("n") ? to.y : box.top,
  };
  const second = {
    x: handle.includes("e") ? to.x : right,
    y: handle.includes("s") ? to.y : bottom,
  };
  return boxBetween(first, second);
}

/** Return where a box's handle is. */
export function handlePoint(box: Box, handle: Handle): Point {
  const x = handle.includes("w") ? 0 : handle.includes("e") ? 1 : 0.5;
  const y = handle.includes("n") ? 0 : handle.includes("s") ? 1 : 0.5;
  return { x: box.left + x * box.width, y: box.top + y * box.height };
}

/** Return the handle within reach of a point; a corner before a side, for they are the harder to hit. */
export function handleAt(box: Box, point: Point, reach: number): Handle | undefined {
  const near = HANDLES.filter((handle) => {
    const spot = handlePoint(box, handle);
    return Math.abs(spot.x - point.x) <= reach && Math.abs(spot.y - point.y) <= reach;
  });
  return near.find((handle) => handle.length === 2) ?? near[0];
}

export function contains(box: Box, point: Point, reach = 0): boolean {
  return (
    point.x >= box.left - reach &&
    point.x <= box.left + box.width + reach &&
    point.y >= box.top - reach &&
    point.y <= box.top + box.height + reach
  );
}

/** Return the area that two boxes share. */
export function sharedArea(one: Box, other: Box): number {
  const width = Math.min(one.left + one.width, other.left + other.width) - Math.max(one.left, other.left);
  const height = Math.min(one.top + one.height, other.top + other.height) - Math.max(one.top, other.top);
  return width > 0 && height > 0 ? width * height : 0;
}

/** Return intersection over union, from 0 to 1. */
export function overlap(one: Box, other: Box): number {
  const shared = sharedArea(one, other);
  const all = one.width * one.height + other.width * other.height - shared;
  return all > 0 ? shared / all : 0;
}

export function isInside(inner: Box, outer: Box): boolean {
  return (
    inner.left >= outer.left &&
    inner.top >= outer.top &&
    inner.left + inner.width <= outer.left + outer.width &&
    inner.top + inner.height <= outer.top + outer.height
  );
}
