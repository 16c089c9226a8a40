/**
 * Where a version is weak: test pictures in groups, each with how many were right and where that share may lie.
 *
 * A small group says little, so that a group is called weak only where its whole interval lies below the share
 * of all pictures. Knows no page.
 */
import { interval, type Interval } from "./counting";

export interface Slice {
  readonly name: string;
  readonly count: number;
  readonly right: number;
  readonly share: number;
  readonly range: Interval;
  readonly isWeak: boolean;
  /** The pictures that were wrong, by their numbers. */
  readonly wrong: readonly number[];
}

/** With fewer pictures nothing is called weak: of many groups some few are all wrong by chance. */
const LEAST = 5;

/** The name of a hash, as uploads are filed below it: no folder that a person made. */
const HASH = /^[0-9a-f]{64}$/u;

/** The folder of an address, its bucket aside where all lie in one. */
export function folderOf(address: string): string {
  const parts = address.replace(/^s3:\/\//u, "").split("/");
  return parts
    .slice(0, -1)
    .filter((part) => !HASH.test(part))
    .join("/");
}

/** Groups of pictures by a name, the weakest first; pictures without a name are in none. */
export function slicesBy(
  count: number,
  correct: Uint8Array,
  nameOf: (picture: number) => string | null,
): readonly Slice[] {
  const groups = new Map<string, { count: number; right: number; wrong: number[] }>();
  let rightOfAll = 0;
  for (let picture = 0; picture < count; picture += 1) {
    const isRight = correct[picture] === 1;
    rightOfAll += isRight ? 1 : 0;
    const name = nameOf(picture);
    if (name === null) continue;
    const group = groups.get(name) ?? { count: 0, right: 0, wrong: [] };
    group.count += 1;
    if (isRight) group.right += 1;
    else group.wrong.push(picture);
    groups.set(name, group);
  }
  const overall = count === 0 ? 0 : rightOfAll / count;
  const slices = [...groups].map(([name, group]): Slice => {
    const range = interval(group.right, group.count);
    return {
      name,
      ...group,
      share: group.right / group.count,
      range,
      isWeak: group.count >= LEAST && range.high < overall,
    };
  });
  // By where a group is at best: so few bad pictures do not push themselves before many.
  return slices.sort((one, other) => one.range.high - other.range.high || other.count - one.count);
}
