/**
 * Where a version is weak: test pictures in groups, each with how many were right and where that share may lie.
 *
 * A small group says little, so that a group is called weak only where its whole interval lies below the share
 * of all pictures. Knows no page.
 */
import type { Own } from "../../api";
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

/** By what pictures are told apart. */
export const TRAITS = ["folder", "size", "brightness", "date", "camera"] as const;
export type Trait = (typeof TRAITS)[number];

/** What a group is called: words of a person or of the page, which only the page knows. */
export type GroupName =
  | { readonly kind: "text"; readonly text: string }
  /** The longer side, from so many pixels to so many. */
  | { readonly kind: "side"; readonly from: number; readonly to: number }
  | { readonly kind: "brightness"; readonly from: number; readonly to: number };

export type Facts = Own.GetEvaluationSlicesResponse;

const BANDS = 5;
/** More days than these are grouped by month. */
const MOST_DAYS = 31;

/** Names a picture's group by a trait; null where the picture has no such fact. */
export type GroupOf = (picture: number) => GroupName | null;

/** The traits of which facts are there, each with what names the groups. */
export function groupersOf(facts: Facts | undefined): ReadonlyMap<Trait, GroupOf> {
  if (facts === undefined) return new Map();
  const { Folders, FolderNumbers, Widths, Heights, Brightness, Taken, Cameras, CameraNumbers } = facts;
  const groupers = new Map<Trait, GroupOf>([
    ["folder", (picture) => text(Folders[FolderNumbers[picture] ?? -1] ?? "")],
  ]);
  if (Widths !== undefined && Heights !== undefined) {
    groupers.set("size", (picture) => sideBand(Math.max(Widths[picture] ?? 0, Heights[picture] ?? 0)));
  }
  if (Brightness !== undefined) {
    groupers.set("brightness", (picture) => brightnessBand(Brightness[picture] ?? -1));
  }
  if (Taken !== undefined) {
    const days = new Set(Taken.map((moment) => moment.slice(0, DAY)).filter((day) => day !== ""));
    const length = days.size > MOST_DAYS ? MONTH : DAY;
    groupers.set("date", (picture) => text((Taken[picture] ?? "").slice(0, length)));
  }
  if (Cameras !== undefined && CameraNumbers !== undefined) {
    groupers.set("camera", (picture) => text(Cameras[CameraNumbers[picture] ?? -1] ?? ""));
  }
  return groupers;
}

const DAY = "2026-11-28".length;
const MONTH = "2026-11".length;

function text(words: string): GroupName | null {
  return words === "" ? null : { kind: "text", text: words };
}

/** Powers of two: 257 to 512 pixels, 513 to 1,024. */
function sideBand(side: number): GroupName | null {
  if (side <= 0) return null;
  const to = 2 ** Math.ceil(Math.log2(side));
  return { kind: "side", from: to / 2 + 1, to };
}

function brightnessBand(brightness: number): GroupName | null {
  if (brightness < 0) return null;
  const band = Math.min(BANDS - 1, Math.floor(brightness * BANDS));
  return { kind: "brightness", from: band / BANDS, to: (band + 1) / BANDS };
}
