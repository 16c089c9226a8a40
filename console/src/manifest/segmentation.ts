/**
 * Masks: the address of a PNG and the colour of every anomaly label in it. The twin of
 * `vedette/manifest/segmentation.py`.
 */

import { MalformedPair, stampKeys, TYPES, type Attribute, type Part, type Stamp } from "./attributes";
import { isObject, member, PAIR_END, type Json } from "./lines";

export const MASK_ATTRIBUTE = "anomaly-mask-ref";
export const BACKGROUND = "BACKGROUND";
const WHITE = "#ffffff";

/** Where a mask lies, and the label of each `#rrggbb` (lower case) in it, the background aside. */
export interface MaskRef {
  readonly ref: string;
  readonly colors: ReadonlyMap<string, string>;
}

/** Return the label of each colour; a map of the background alone gives none. */
export function readColors({ name, metadata }: Attribute): Map<string, string> {
  const colorMap = member(metadata, "internal-color-map");
  const entries = isObject(colorMap) ? Object.values(colorMap).map(entryOf) : undefined;
  if (entries === undefined || entries.includes(undefined)) {
    throw new MalformedPair(`${name}${PAIR_END} has no usable internal-color-map`);
  }
  const usable = entries.filter((entry) => entry !== undefined);
  const colors = new Map(usable);
  if (colors.size < usable.length) {
    throw new MalformedPair(`${name}${PAIR_END} has a color twice`);
  }
  return new Map([...colors].filter(([, label]) => label.toLowerCase() !== BACKGROUND.toLowerCase()));
}

/** Return the mask; nothing where it shows the background alone. */
export function readMask(attribute: Attribute): MaskRef | undefined {
  if (typeof attribute.value !== "string" || attribute.value === "") {
    throw new MalformedPair(`${attribute.name} is not an address`);
  }
  const colors = readColors(attribute);
  return colors.size === 0 ? undefined : { ref: attribute.value, colors };
}

/** Return the pair that puts this mask on a picture, a white background first as documented. */
export function writeMask(mask: MaskRef, stamp: Stamp, attribute = MASK_ATTRIBUTE): Part {
  if (!attribute.endsWith("-ref")) {
    throw new RangeError(`the name of a mask's attribute ends in -ref: ${attribute}`);
  }
  const hasWhite = mask.colors.has(WHITE);
  const background: [string, string][] = hasWhite ? [] : [[WHITE, BACKGROUND]];
  const first = hasWhite ? 1 : 0;
  const colorMap = Object.fromEntries(
    [...background, ...mask.colors].map(([color, label], place) => [
      String(first + place),
      { "class-name": label, "hex-color": color, confidence: 0 },
    ]),
  );
  return new Map<string, Json>([
    [attribute, mask.ref],
    [attribute + PAIR_END, { "internal-color-map": colorMap, type: TYPES.mask, ...stampKeys(stamp) }],
  ]);
}

function entryOf(entry: Json): [string, string] | undefined {
  const label = member(entry, "class-name");
  const color = member(entry, "hex-color");
  const isUsable = typeof label === "string" && typeof color === "string" && /^#[0-9a-fA-F]{6}$/.test(color);
  return isUsable ? [color.toLowerCase(), label] : undefined;
}
