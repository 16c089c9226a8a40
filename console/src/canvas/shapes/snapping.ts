/**
 * Snapping: a point near an edge of another box, or of the picture, is taken for a point on it.
 *
 * The two axes snap apart from one another, so a corner finds a corner. Nothing here changes a shape.
 */

import type { Box, Point, Size } from "./geometry";

/** So near, in pixels of the screen, an edge attracts: about the width of a handle. */
export const SNAP_REACH = 6;

export interface Edges {
  readonly xs: readonly number[];
  readonly ys: readonly number[];
}

/** Return the edges that attract: those of the picture and of these boxes (in pixels of the picture). */
export function edgesOf(boxes: readonly Box[], size: Size): Edges {
  return {
    xs: [0, size.width, ...boxes.flatMap((box) => [box.left, box.left + box.width])],
    ys: [0, size.height, ...boxes.flatMap((box) => [box.top, box.top + box.height])],
  };
}

export function snapPoint(point: Point, edges: Edges, reach: number): Point {
  return { x: nearest(point.x, edges.xs, reach), y: nearest(point.y, edges.ys, reach) };
}

/** Return the point on an edge of a box where one is near, else on an edge inside the picture. */
export function snapToAny(point: Point, edges: Edges, gradients: Edges, reach: number): Point {
  const near = snapPoint(point, edges, reach);
  const seen = snapPoint(point, gradients, reach);
  return { x: near.x === point.x ? seen.x : near.x, y: near.y === point.y ? seen.y : near.y };
}

/** Return by how much a moved box has to give way so that one of its edges lies on another's. */
export function snapOffset(box: Box, edges: Edges, reach: number): Point {
  return {
    x: leastOffset([box.left, box.left + box.width], edges.xs, reach),
    y: leastOffset([box.top, box.top + box.height], edges.ys, reach),
  };
}

function nearest(value: number, edges: readonly number[], reach: number): number {
  return value + leastOffset([value], edges, reach);
}

function leastOffset(values: readonly number[], edges: readonly number[], reach: number): number {
  let least = Infinity;
  for (const value of values) {
    for (const edge of edges) {
      if (Math.abs(edge - value) < Math.abs(least)) {
        least = edge - value;
      }
    }
  }
  return Math.abs(least) <= reach ? least : 0;
}
