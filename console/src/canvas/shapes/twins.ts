/** Boxes of one label that lie almost on one another: likely one thing drawn twice. Pure. */

import type { Boxes, BoxShape } from "./boxes";
import { overlap } from "./geometry";

/** From this share of both areas on, two boxes of one label are likely one thing drawn twice. */
const TWICE = 0.8;

/** Return the ids of boxes that have a twin beneath them. */
export function twinsOf(boxes: Boxes): ReadonlySet<string> {
  const byLabel = new Map<string, BoxShape[]>();
  const twins = new Set<string>();
  for (const shape of boxes) {
    const lower = byLabel.get(shape.label) ?? [];
    if (lower.some(({ box }) => overlap(box, shape.box) > TWICE)) {
      twins.add(shape.id);
    }
    lower.push(shape);
    byLabel.set(shape.label, lower);
  }
  return twins;
}
