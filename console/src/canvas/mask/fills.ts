/**
 * What tools fill, as runs of pixels: polygon, disc along a line, rectangle, ellipse. Pure.
 *
 * A pixel belongs to a shape where its middle does, so two shapes that meet share no pixel and leave none out.
 */

import type { Box, Point } from "../shapes/geometry";
import type { Span } from "./mask";

/** Yield the pixels of a rectangle given in pixels. */
export function* rectangleSpans(box: Box): Generator<Span> {
  const from = firstMiddle(box.left);
  const to = firstMiddle(box.left + box.width);
  const bottom = firstMiddle(box.top + box.height);
  for (let y = firstMiddle(box.top); y < bottom; y += 1) {
    if (from < to) {
      yield { y, from, to };
    }
  }
}

/** Yield the pixels of the ellipse that touches the four sides of a box. */
export function* ellipseSpans(box: Box): Generator<Span> {
  const radiusY = box.height / 2;
  const middle = { x: box.left + box.width / 2, y: box.top + radiusY };
  const bottom = firstMiddle(box.top + box.height);
  for (let y = firstMiddle(box.top); y < bottom; y += 1) {
    const share = (y + 0.5 - middle.y) / radiusY;
    const half = (box.width / 2) * Math.sqrt(Math.max(0, 1 - share * share));
    const span = { y, from: firstMiddle(middle.x - half), to: firstMiddle(middle.x + half) };
    if (span.from < span.to) {
      yield span;
    }
  }
}

/** Yield the pixels of a polygon; where it crosses itself, what is enclosed twice is outside. */
export function* polygonSpans(points: readonly Point[]): Generator<Span> {
  const top = firstMiddle(Math.min(...points.map((point) => point.y)));
  const bottom = firstMiddle(Math.max(...points.map((point) => point.y)));
  for (let y = top; y < bottom; y += 1) {
    const crossings = crossingsAt(points, y + 0.5);
    for (let pair = 0; pair + 1 < crossings.length; pair += 2) {
      const from = firstMiddle(crossings[pair] ?? 0);
      const to = firstMiddle(crossings[pair + 1] ?? 0);
      if (from < to) {
        yield { y, from, to };
      }
    }
  }
}

/** Yield the pixels that a disc covers on its way from one point to another. */
export function* brushSpans(from: Point, to: Point, radius: number): Generator<Span> {
  const reach = Math.max(radius, 0.5);
  const top = firstMiddle(Math.min(from.y, to.y) - reach);
  const bottom = firstMiddle(Math.max(from.y, to.y) + reach);
  let any = false;
  for (let y = top; y < bottom; y += 1) {
    const span = capsuleAt(from, to, reach, y);
    if (span.from < span.to) {
      any = true;
      yield span;
    }
  }
  if (!any) {
    // The thinnest brush may pass between the middles of pixels; it still paints the one that it is on.
    yield { y: Math.floor(to.y), from: Math.floor(to.x), to: Math.floor(to.x) + 1 };
  }
}

/** Return the run of a row that lies within `reach` of a line; that part of a row is always one piece. */
function capsuleAt(from: Point, to: Point, reach: number, y: number): Span {
  const middle = y + 0.5;
  let [left, right] = [Infinity, -Infinity];
  for (const end of [from, to]) {
    const high = reach * reach - (middle - end.y) ** 2;
    if (high >= 0) {
      left = Math.min(left, end.x - Math.sqrt(high));
      right = Math.max(right, end.x + Math.sqrt(high));
    }
  }
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length > 0) {
    const across = { x: (-(to.y - from.y) / length) * reach, y: ((to.x - from.x) / length) * reach };
    const corners = [
      { x: from.x + across.x, y: from.y + across.y },
      { x: to.x + across.x, y: to.y + across.y },
      { x: to.x - across.x, y: to.y - across.y },
      { x: from.x - across.x, y: from.y - across.y },
    ];
    const crossings = crossingsAt(corners, middle);
    left = Math.min(left, crossings[0] ?? Infinity);
    right = Math.max(right, crossings[crossings.length - 1] ?? -Infinity);
  }
  return left > right ? { y, from: 0, to: 0 } : { y, from: firstMiddle(left), to: firstMiddle(right) };
}

/** Return where a polygon's sides cross a horizontal line, from left to right. */
function crossingsAt(points: readonly Point[], y: number): number[] {
  const crossings: number[] = [];
  for (let place = 0; place < points.length; place += 1) {
    const one = points[place];
    const other = points[(place + 1) % points.length];
    if (one !== undefined && other !== undefined && one.y <= y !== other.y <= y) {
      crossings.push(one.x + ((y - one.y) / (other.y - one.y)) * (other.x - one.x));
    }
  }
  return crossings.sort((a, b) => a - b);
}

/** Return the first pixel whose middle lies at or behind a coordinate. */
function firstMiddle(coordinate: number): number {
  return Math.ceil(coordinate - 0.5);
}
