/**
 * Many masks to one picture of type numbers, as it is stored, and back. The upper type wins.
 */

import type { Size } from "../shapes/geometry";
import { Mask, MaskEdit, type Operation } from "./mask";

export interface Flat {
  readonly width: number;
  readonly height: number;
  /** 0 for the background, else the place of the type among `labels`, counted from 1. */
  readonly numbers: Uint8Array;
  readonly labels: readonly string[];
  /** How many pixels more than one type laid claim to. */
  readonly overlap: number;
}

/** A picture's mask shows so many types at the most (the quota of the service is 20). */
const MOST_TYPES = 255;

/** Return the masks, from the lowest to the uppermost, as one picture. */
export function flatten(size: Size, masks: readonly (readonly [string, Mask])[]): Flat {
  if (masks.length > MOST_TYPES) {
    throw new RangeError(`a mask shows ${String(MOST_TYPES)} types at the most`);
  }
  const numbers = new Uint8Array(size.width * size.height);
  let overlap = 0;
  for (const [place, [, mask]] of masks.entries()) {
    for (const { y, from, to } of mask.spans()) {
      const start = y * size.width;
      for (let pixel = start + from; pixel < start + to; pixel += 1) {
        overlap += (numbers[pixel] ?? 0) === 0 ? 0 : 1;
      }
      numbers.fill(place + 1, start + from, start + to);
    }
  }
  const labels = masks.map(([label]) => label);
  return { width: size.width, height: size.height, numbers, labels, overlap };
}

/** Return one mask a type from a picture of type numbers. */
export function unflatten(flat: Pick<Flat, "width" | "height" | "numbers" | "labels">): Map<string, Mask> {
  const edits = flat.labels.map((label) => [label, new MaskEdit(new Mask(flat))] as const);
  for (let y = 0; y < flat.height; y += 1) {
    let from = 0;
    for (let x = 1; x <= flat.width; x += 1) {
      const number = flat.numbers[y * flat.width + from] ?? 0;
      if (x === flat.width || flat.numbers[y * flat.width + x] !== number) {
        edits[number - 1]?.[1].apply({ y, from, to: x }, "add");
        from = x;
      }
    }
  }
  return new Map(edits.map(([label, edit]) => [label, done(edit)]));
}

/** Return how many pixels belong to more than one of the masks. */
export function overlapOf(masks: readonly Mask[]): number {
  const [first] = masks;
  return first === undefined
    ? 0
    : flatten(
        first,
        masks.map((mask, place) => [String(place), mask]),
      ).overlap;
}

/** Do to one mask what another mask's pixels say. */
export function combine(edit: MaskEdit, other: Mask, operation: Operation): void {
  edit.applyAll(other.spans(), operation);
}

function done(edit: MaskEdit): Mask {
  edit.finish();
  return edit.mask;
}
