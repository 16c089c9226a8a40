/**
 * Image-level labels: one pair a label, the name in the metadata. The twin of
 * `vedette/manifest/classification.py`; the pair's number is never read.
 */

import { kindOf, MalformedPair, stampKeys, TYPES, type Attribute, type Part, type Stamp } from "./attributes";
import { asKey, isObject, member, PAIR_END, type Json } from "./lines";

export function readLabel({ name, metadata }: Attribute): string {
  const label = member(metadata, "class-name");
  if (typeof label !== "string") {
    throw new MalformedPair(`${name}${PAIR_END} has no class-name`);
  }
  return label;
}

/** Return the labels of a picture, each once, in the line's order. */
export function readLabels(pairs: readonly Attribute[]): string[] {
  return [...new Set(pairs.filter((pair) => kindOf(pair) === "class").map(readLabel))];
}

/** Return the pair that gives a picture this label. */
export function writeLabel(label: string, attribute: string, stamp: Stamp, number = 1): Part {
  const metadata = { "class-name": label, confidence: 1, type: TYPES.class, ...stampKeys(stamp) };
  return new Map<string, Json>([
    [attribute, number],
    [attribute + PAIR_END, metadata],
  ]);
}

/** Return one pair a label, its attribute named after it. */
export function writeLabels(labels: readonly string[], stamp: Stamp): Part {
  const part = new Map<string, Json>();
  for (const label of labels) {
    const attribute = freeAttribute(label, (key) => part.has(key));
    for (const [key, value] of writeLabel(label, attribute, stamp)) {
      part.set(key, value);
    }
  }
  return part;
}

const NO_LABELS = new Set(["", "source-ref", "cl", "errors", "warnings", "cl-errors", "cl-warnings"]);

/** Return an attribute name for a label that collides with no key. */
export function freeAttribute(label: string, isTaken: (key: string) => boolean): string {
  let attribute = label;
  while (
    isTaken(attribute) ||
    isTaken(attribute + PAIR_END) ||
    attribute.endsWith(PAIR_END) ||
    NO_LABELS.has(attribute)
  ) {
    attribute = attribute.endsWith(PAIR_END) ? `${attribute}-label` : `label-${attribute}`;
  }
  return attribute;
}

/** Return the labels and confidences of a multi-label Ground Truth pair. */
export function readTags({ name, value, metadata }: Attribute): [string, number][] {
  const names = member(metadata, "class-map");
  const confidences = member(metadata, "confidence-map") ?? {};
  if (!isObject(names) || !isObject(confidences) || !Array.isArray(value)) {
    throw new MalformedPair(`${name} is no multi-label pair`);
  }
  return value.map((number: Json) => {
    const label = member(names, asKey(number));
    if (label === undefined) {
      throw new MalformedPair(`class ${asKey(number)} of ${name} is missing from the class-map`);
    }
    return [asKey(label), Number(member(confidences, asKey(number)) ?? 1)];
  });
}
