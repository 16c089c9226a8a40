/**
 * Edges inside the picture: the column and the row near a point along which the brightness changes most. Pure;
 * who asks brings a patch of the picture around the point.
 */

import type { Pixels } from "../mask/flood";
import type { Edges } from "./snapping";

/** A mean step of brightness along the line smaller than this, of 255, is noise or a shade, and no edge. */
const LEAST_STEP = 16;
/** An edge stands out from what is around it by this factor, or a texture would attract everywhere. */
const STANDS_OUT = 2;

/** A part of the picture, shrunk or not: one of its pixels is `step` pixels of the picture. */
export interface Patch {
  readonly pixels: Pixels;
  readonly left: number;
  readonly top: number;
  readonly step: number;
}

/** Return the strongest edge of a patch in each direction; none where none stands out. */
export function gradientEdges({ pixels, left, top, step }: Patch): Edges {
  const grey = greyOf(pixels);
  const { width, height } = pixels;
  const column = strongest(width, height, (line, across) => grey[across * width + line] ?? 0);
  const row = strongest(height, width, (line, across) => grey[line * width + across] ?? 0);
  return {
    xs: column === undefined ? [] : [left + column * step],
    ys: row === undefined ? [] : [top + row * step],
  };
}

/** Return the boundary between two lines at which their mean difference is largest. */
function strongest(
  lines: number,
  long: number,
  at: (line: number, across: number) => number,
): number | undefined {
  const steps = Array.from({ length: Math.max(0, lines - 1) }, (_, line) => {
    let sum = 0;
    for (let across = 0; across < long; across += 1) {
      sum += at(line + 1, across) - at(line, across);
    }
    return Math.abs(sum) / Math.max(1, long);
  });
  const most = Math.max(0, ...steps);
  const middle = steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
  return most < LEAST_STEP || most < STANDS_OUT * middle ? undefined : steps.indexOf(most) + 1;
}

function greyOf({ data, width, height }: Pixels): Float32Array {
  return Float32Array.from({ length: width * height }, (_, pixel) => {
    const place = pixel * 4;
    // The weights of ITU-R BT.601.
    return (data[place] ?? 0) * 0.299 + (data[place + 1] ?? 0) * 0.587 + (data[place + 2] ?? 0) * 0.114;
  });
}
