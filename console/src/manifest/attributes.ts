/**
 * The pairs of a line: a label attribute and its `-metadata`. The twin of `vedette/manifest/attributes.py`.
 *
 * The kind of a pair is what its metadata's `type` says; the attribute's name is free.
 */

import {
  FINDINGS,
  isObject,
  member,
  PAIR_END,
  RESERVED,
  type Json,
  type JsonObject,
  type Line,
} from "./lines";

export type Kind = "class" | "boxes" | "mask" | "tags" | "";

const KINDS: ReadonlyMap<string, Kind> = new Map([
  ["groundtruth/image-classification", "class"],
  ["groundtruth/object-detection", "boxes"],
  ["groundtruth/semantic-segmentation", "mask"],
  ["groundtruth/image-classification-multilabel", "tags"],
]);

export const TYPES = {
  class: "groundtruth/image-classification",
  boxes: "groundtruth/object-detection",
  mask: "groundtruth/semantic-segmentation",
  tags: "groundtruth/image-classification-multilabel",
} as const;

/** What only one kind's metadata has; a multi-label pair has a class map too, and is looked for first. */
const FORMS: readonly (readonly [string, Kind])[] = [
  ["class-name", "class"],
  ["internal-color-map", "mask"],
  ["confidence-map", "tags"],
  ["class-map", "boxes"],
];

/** A pair that does not have the form its type promises. */
export class MalformedPair extends Error {
  override readonly name = "MalformedPair";
}

/** One pair of a line. */
export interface Attribute {
  readonly name: string;
  readonly value: Json;
  readonly metadata: JsonObject;
}

/** Who labelled, and when; written into the metadata of what is written. */
export interface Stamp {
  readonly moment: Date;
  readonly job?: string;
  readonly isByHand?: boolean;
}

/** Members to set in a line. */
export type Part = ReadonlyMap<string, Json>;

export function kindOf({ metadata }: Attribute): Kind {
  const type = member(metadata, "type");
  if (type === undefined || type === null) {
    return FORMS.find(([key]) => Object.hasOwn(metadata, key))?.[1] ?? "";
  }
  const kind = typeof type === "string" ? (KINDS.get(type) ?? "") : "";
  // The guide's script cuts a multi-label pair into one pair a label, and some copies keep the old type.
  return kind === "tags" && Object.hasOwn(metadata, "class-name") ? "class" : kind;
}

/** Return the three metadata keys that every format shares. */
export function stampKeys({ moment, job = "", isByHand = true }: Stamp): JsonObject {
  return {
    "human-annotated": isByHand ? "yes" : "no",
    // Microseconds, as the services write them; a browser's clock has thousandths.
    "creation-date": moment.toISOString().replace("Z", "000"),
    ...(job === "" ? {} : { "job-name": job }),
  };
}

/** Say whether a key belongs to the service or to an evaluation, and so labels nothing. */
export function isReserved(key: string): boolean {
  return RESERVED.has(key) || FINDINGS.has(key) || key.startsWith("rekognition-custom-labels-evaluation");
}

/** Return the line's pairs in its order, of any kind; metadata that is no object reads as empty. */
export function readPairs(line: Line): Attribute[] {
  return line.keys.flatMap((name) => {
    const metadata = line.value(name + PAIR_END);
    if (metadata === undefined || metadata === null || isReserved(name)) {
      return [];
    }
    return [{ name, value: line.value(name) ?? null, metadata: isObject(metadata) ? metadata : {} }];
  });
}

/** Return the keys of a pair. */
export function pairKeys(name: string): readonly [string, string] {
  return [name, name + PAIR_END];
}
