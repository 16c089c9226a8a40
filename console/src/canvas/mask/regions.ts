/**
 * A mask's separate pieces, and the way from masks to boxes and back. Pure.
 */

import type { Box } from "../shapes/geometry";
import { rectangleSpans } from "./fills";
import type { Mask, Span } from "./mask";

/** One piece of a mask: its pixels hang together by sides or corners. */
export interface Region {
  readonly box: Box;
  readonly spans: readonly Span[];
}

/** Return the pieces of a mask, from the top; one of fewer pixels than `least` is passed over as a speck. */
export function regionsOf(mask: Mask, least = 1): Region[] {
  const spans = [...mask.spans()];
  const groups = group(spans, joined(spans));
  return groups
    .filter((members) => area(members) >= least)
    .map((members) => ({ box: boxAround(members), spans: members }));
}

/** Return the boxes around the pieces of a mask, in pixels. */
export function boxesOfMask(mask: Mask, least = 1): Box[] {
  return regionsOf(mask, least).map((region) => region.box);
}

/** Return the piece that a pixel belongs to, or nothing. */
export function regionAt(mask: Mask, x: number, y: number): Region | undefined {
  return regionsOf(mask).find((region) =>
    region.spans.some((span) => span.y === y && span.from <= x && x < span.to),
  );
}

/** Yield the pixels of boxes given in pixels; one that two boxes cover may come twice. */
export function* spansOfBoxes(boxes: readonly Box[]): Generator<Span> {
  for (const box of boxes) {
    yield* rectangleSpans(box);
  }
}

/**
 * Return for each run the place of the first run that it hangs together with (union-find).
 *
 * Runs come row by row and from left to right, so one pointer goes along the row above and never back.
 */
function joined(spans: readonly Span[]): Int32Array {
  const parents = Int32Array.from(spans.keys());
  let above = 0;
  for (const [place, span] of spans.entries()) {
    while (above < place && isPassed(spans[above], span)) {
      above += 1;
    }
    for (let other = above; other < place; other += 1) {
      const candidate = spans[other];
      if (candidate === undefined || candidate.y >= span.y || candidate.from > span.to) {
        break;
      }
      join(parents, other, place);
    }
  }
  return parents.map((_, place) => root(parents, place));
}

/** Say whether a run can touch neither this one nor any that comes after it. */
function isPassed(candidate: Span | undefined, span: Span): boolean {
  return (
    candidate !== undefined &&
    (candidate.y < span.y - 1 || (candidate.y === span.y - 1 && candidate.to < span.from))
  );
}

function root(parents: Int32Array, place: number): number {
  let current = place;
  while ((parents[current] ?? current) !== current) {
    const parent = parents[current] ?? current;
    parents[current] = parents[parent] ?? parent;
    current = parent;
  }
  return current;
}

function join(parents: Int32Array, one: number, other: number): void {
  const first = root(parents, one);
  const second = root(parents, other);
  parents[Math.max(first, second)] = Math.min(first, second);
}

function group(spans: readonly Span[], roots: Int32Array): Span[][] {
  const groups = new Map<number, Span[]>();
  for (const [place, span] of spans.entries()) {
    const first = roots[place] ?? place;
    const members = groups.get(first);
    if (members === undefined) {
      groups.set(first, [span]);
    } else {
      members.push(span);
    }
  }
  return [...groups.values()];
}

function area(spans: readonly Span[]): number {
  return spans.reduce((sum, span) => sum + span.to - span.from, 0);
}

function boxAround(spans: readonly Span[]): Box {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const span of spans) {
    left = Math.min(left, span.from);
    right = Math.max(right, span.to);
    top = Math.min(top, span.y);
    bottom = Math.max(bottom, span.y + 1);
  }
  return { left, top, width: right - left, height: bottom - top };
}
