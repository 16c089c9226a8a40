/**
 * A line with other annotations: what a labelling page does to it. Every function returns a line; what it
 * does not change stays as it was written.
 */

import { ANOMALY_ATTRIBUTE, readClass, writeClass } from "./anomaly";
import {
  kindOf,
  MalformedPair,
  pairKeys,
  readPairs,
  stampKeys,
  type Attribute,
  type Stamp,
} from "./attributes";
import { freeAttribute, readLabels, writeLabel } from "./classification";
import {
  pixelsOf,
  readAnnotations,
  readBoxes,
  readClassMap,
  readSize,
  writeBoxes,
  type LabelledBox,
  type PictureSize,
} from "./detection";
import { asKey, isObject, member, PAIR_END, type Json, type JsonObject, type Line } from "./lines";
import { MASK_ATTRIBUTE, readMask, writeMask, type MaskRef } from "./segmentation";

/** The attribute of boxes that a line had none of; the name that the service's console writes. */
export const BOX_ATTRIBUTE = "bounding-box";

/** A box as it stands in a line: `index` is its place in the pair `attribute`. */
export interface PlacedBox extends LabelledBox {
  readonly attribute: string;
  readonly index: number;
}

/** A box to write; one that stands in the line already, unchanged, says where. */
export interface BoxToWrite extends LabelledBox {
  readonly attribute?: string;
  readonly index?: number;
}

/** Return the image-level labels of a line. */
export function labelsOf(line: Line): string[] {
  return readLabels(readPairs(line).filter((pair) => kindOf(pair) === "class"));
}

/** Return the line with exactly these image-level labels; a pair of a label that stays is left alone. */
export function withLabels(line: Line, labels: readonly string[], stamp: Stamp): Line {
  const pairs = readPairs(line).filter((pair) => kindOf(pair) === "class");
  const gone = pairs.filter((pair) => !labels.includes(asKey(member(pair.metadata, "class-name"))));
  const present = new Set(pairs.map((pair) => member(pair.metadata, "class-name")));
  const bare = line.change(
    new Map(),
    gone.flatMap(({ name }) => pairKeys(name)),
  );
  return [...new Set(labels)]
    .filter((label) => !present.has(label))
    .reduce(
      (next, label) =>
        next.change(
          writeLabel(
            label,
            freeAttribute(label, (key) => next.has(key)),
            stamp,
          ),
        ),
      bare,
    );
}

/** Return every box of a line with its place in it. A pair that cannot be read raises MalformedPair. */
export function boxesOf(line: Line): PlacedBox[] {
  return readPairs(line)
    .filter((pair) => kindOf(pair) === "boxes")
    .flatMap((pair) => readBoxes(pair).map((box, index) => ({ ...box, attribute: pair.name, index })));
}

/** Say whether the line has a pair of boxes, be it an empty one: looked at, and nothing is there. */
export function hasBoxPair(line: Line): boolean {
  return readPairs(line).some((pair) => kindOf(pair) === "boxes");
}

/** Return the sizes that the line's pairs of boxes say the picture has. */
export function sizesIn(line: Line): PictureSize[] {
  return readPairs(line)
    .filter((pair) => kindOf(pair) === "boxes")
    .map(readSize);
}

/** Return the line without any pair of boxes: as if nobody had looked at it. */
export function withoutBoxes(line: Line): Line {
  const pairs = readPairs(line).filter((pair) => kindOf(pair) === "boxes");
  return line.change(
    new Map(),
    pairs.flatMap(({ name }) => pairKeys(name)),
  );
}

/**
 * Return the line with exactly these boxes. Boxes stay in the pair in which they stood, new ones come into the
 * first pair; a pair whose boxes are the same stays as it was written, signature and all.
 */
export function withBoxes(line: Line, boxes: readonly BoxToWrite[], size: PictureSize, stamp: Stamp): Line {
  const pairs = readPairs(line).filter((pair) => kindOf(pair) === "boxes");
  const [first] = pairs;
  if (first === undefined) {
    return line.change(
      writeBoxes(
        boxes,
        freeAttribute(BOX_ATTRIBUTE, (key) => line.has(key)),
        size,
        stamp,
      ),
    );
  }
  const names = new Set(pairs.map(({ name }) => name));
  return pairs.reduce((next, pair) => {
    const own = boxes.filter(({ attribute = first.name }) =>
      names.has(attribute) ? attribute === pair.name : pair === first,
    );
    return isAsWritten(pair, own) ? next : rewritten(next, pair, own, stamp);
  }, line);
}

/** Return whether the picture is anomalous; nothing where no pair says so. */
export function classOf(line: Line): boolean | undefined {
  return classPair(line)
    .map(readClass)
    .find((isAnomalous) => isAnomalous !== undefined);
}

/** Return the line with this class; without one, nobody has judged it. */
export function withClass(line: Line, isAnomalous: boolean | undefined, stamp: Stamp): Line {
  const pairs = classPair(line);
  if (isAnomalous === undefined) {
    return line.change(
      new Map(),
      pairs.flatMap(({ name }) => pairKeys(name)),
    );
  }
  if (classOf(line) === isAnomalous && pairs.length === 1) {
    return line;
  }
  const [first] = pairs;
  const bare = line.change(
    new Map(),
    pairs.slice(1).flatMap(({ name }) => pairKeys(name)),
  );
  const attribute = first?.name ?? freeAttribute(ANOMALY_ATTRIBUTE, (key) => bare.has(key));
  return bare.change(writeClass(isAnomalous, stamp, attribute));
}

/** Return the mask of a line; nothing where it has none. */
export function maskOf(line: Line): MaskRef | undefined {
  return readPairs(line)
    .filter((pair) => kindOf(pair) === "mask")
    .map(readMask)
    .find((mask) => mask !== undefined);
}

/** Return the line with this mask in place of any other, or with none. */
export function withMask(line: Line, mask: MaskRef | undefined, stamp: Stamp): Line {
  const pairs = readPairs(line).filter((pair) => kindOf(pair) === "mask");
  const [first] = pairs;
  const gone = pairs.slice(mask === undefined ? 0 : 1).flatMap(({ name }) => pairKeys(name));
  const bare = line.change(new Map(), gone);
  if (mask === undefined) {
    return bare;
  }
  const isUsable = first?.name.endsWith("-ref") === true;
  const attribute = isUsable ? first.name : MASK_ATTRIBUTE;
  return bare.change(writeMask(mask, stamp, attribute), isUsable ? [] : first ? pairKeys(first.name) : []);
}

function classPair(line: Line): Attribute[] {
  return readPairs(line).filter((pair) => kindOf(pair) === "class");
}

/** Say whether a pair has exactly these boxes, each in its place and none changed. */
function isAsWritten(pair: Attribute, boxes: readonly BoxToWrite[]): boolean {
  const count = readAnnotations(pair).length;
  return (
    count === boxes.length &&
    boxes.every(({ attribute, index }, place) => attribute === pair.name && index === place)
  );
}

/** Write a pair anew: annotations that stayed keep what stood in them, and class numbers stay what they were. */
function rewritten(line: Line, pair: Attribute, boxes: readonly BoxToWrite[], stamp: Stamp): Line {
  const size = readSize(pair);
  const annotations = readAnnotations(pair);
  const objects = member(pair.metadata, "objects");
  const numbers = numbersOf(pair, boxes);
  const isOld = ({ attribute, index }: BoxToWrite): boolean =>
    attribute === pair.name && index !== undefined && index < annotations.length;
  const written = boxes.map((box): JsonObject =>
    isOld(box)
      ? (annotations[box.index ?? 0] ?? {})
      : { class_id: numbers.get(box.label) ?? 0, ...pixelsOf(box.box, size) },
  );
  const confidences = boxes.map((box): Json => {
    const old =
      isOld(box) && Array.isArray(objects) ? (objects[box.index ?? 0] as Json | undefined) : undefined;
    return old ?? { confidence: 1 };
  });
  const classMap = Object.fromEntries(
    written.map((annotation, place) => [asKey(member(annotation, "class_id")), boxes[place]?.label ?? ""]),
  );
  const value: JsonObject = { ...(isObject(pair.value) ? pair.value : {}), annotations: written };
  const metadata = { ...pair.metadata, objects: confidences, "class-map": classMap, ...stampKeys(stamp) };
  return line.change(
    new Map<string, Json>([
      [pair.name, value],
      [pair.name + PAIR_END, metadata],
    ]),
  );
}

/** Return the class number of every label: those of the line, and free ones for the labels that are new. */
function numbersOf(pair: Attribute, boxes: readonly BoxToWrite[]): Map<string, number> {
  const written = [...readClassMap(pair)].filter(([number]) => /^\d+$/.test(number));
  // Two numbers may mean one label; the first is used, and none is given away a second time.
  const numbers = new Map(written.toReversed().map(([number, label]) => [label, Number(number)]));
  let next = Math.max(-1, ...written.map(([number]) => Number(number))) + 1;
  for (const { label } of boxes) {
    if (!numbers.has(label)) {
      numbers.set(label, next);
      next += 1;
    }
  }
  return numbers;
}

export { MalformedPair };
