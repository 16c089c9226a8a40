/**
 * Boxes: pixels in the line, shares of the picture inside. The twin of `vedette/manifest/detection.py`.
 */

import { MalformedPair, stampKeys, TYPES, type Attribute, type Part, type Stamp } from "./attributes";
import { asKey, isObject, member, PAIR_END, type Json, type JsonObject } from "./lines";

/** A picture's width and height in pixels, and its channels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
}

/** A rectangle in shares of the picture. */
export interface ShareBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface LabelledBox {
  readonly label: string;
  readonly box: ShareBox;
}

const SIDES = ["left", "top", "width", "height"] as const;
/** Far above rounding error, far below a pixel. */
const WHOLE = 1e-6;

/** Return the picture's size; a bare object is taken for the list of one that the format asks for. */
export function readSize({ name, value }: Attribute): PictureSize {
  const written = member(value, "image_size");
  const size: Json | undefined =
    Array.isArray(written) && written.length === 1 ? (written[0] as Json) : written;
  const width = member(size, "width");
  const height = member(size, "height");
  if (!isSide(width) || !isSide(height)) {
    throw new MalformedPair(`${name} has no image_size`);
  }
  const depth = member(size, "depth") ?? 3;
  return { width, height, depth: typeof depth === "number" && Number.isInteger(depth) ? depth : 3 };
}

/** Return the label of every class number, a number being text as in JSON. */
export function readClassMap({ name, metadata }: Attribute): ReadonlyMap<string, string> {
  const names = member(metadata, "class-map");
  if (!isObject(names) || !Object.values(names).every((label) => typeof label === "string")) {
    throw new MalformedPair(`${name}${PAIR_END} has no class-map`);
  }
  return new Map(Object.entries(names).map(([number, label]) => [number, asKey(label)]));
}

/** Return the boxes as the line says them, in pixels. */
export function readAnnotations({ name, value }: Attribute): readonly JsonObject[] {
  const annotations = member(value, "annotations") ?? [];
  if (!Array.isArray(annotations) || !annotations.every(isAnnotation)) {
    throw new MalformedPair(`${name} has an annotation without class_id, left, top, width and height`);
  }
  return annotations as readonly JsonObject[];
}

/** Return the labelled boxes; a picture without objects gives an empty list. */
export function readBoxes(attribute: Attribute): LabelledBox[] {
  const size = readSize(attribute);
  const names = readClassMap(attribute);
  return readAnnotations(attribute).map((annotation) => {
    const label = names.get(asKey(annotation.class_id));
    if (label === undefined) {
      const number = asKey(annotation.class_id);
      throw new MalformedPair(`class ${number} of ${attribute.name} is missing from the class-map`);
    }
    const box = boxOf(annotation, size);
    if (box.width <= 0 || box.height <= 0) {
      throw new MalformedPair(`${attribute.name} has a box without an area`);
    }
    return { label, box };
  });
}

/** Return the pair that puts these boxes on a picture; `names` fixes the class numbers. */
export function writeBoxes(
  boxes: readonly LabelledBox[],
  attribute: string,
  size: PictureSize,
  stamp: Stamp,
  names: readonly string[] = [],
): Part {
  const order = [...new Set([...names, ...boxes.map(({ label }) => label)])];
  const numbers = new Map(order.map((label, number) => [label, number]));
  const annotations = boxes.map(({ label, box }) => ({
    class_id: numbers.get(label) ?? 0,
    ...pixelsOf(box, size),
  }));
  const used = [...new Set(boxes.map(({ label }) => label))];
  return new Map<string, Json>([
    [attribute, { image_size: [{ ...size }], annotations }],
    [
      attribute + PAIR_END,
      {
        objects: boxes.map(() => ({ confidence: 1 })),
        "class-map": Object.fromEntries(used.map((label) => [String(numbers.get(label) ?? 0), label])),
        type: TYPES.boxes,
        ...stampKeys(stamp),
      },
    ],
  ]);
}

/** Return a box in pixels of the picture, as a line has it. */
export function pixelsOf(box: ShareBox, size: PictureSize): Record<(typeof SIDES)[number], number> {
  return {
    left: tidy(box.left * size.width),
    top: tidy(box.top * size.height),
    width: tidy(box.width * size.width),
    height: tidy(box.height * size.height),
  };
}

function boxOf(annotation: JsonObject, size: PictureSize): ShareBox {
  return {
    left: Number(annotation.left) / size.width,
    top: Number(annotation.top) / size.height,
    width: Number(annotation.width) / size.width,
    height: Number(annotation.height) / size.height,
  };
}

function isAnnotation(value: Json): boolean {
  const number = member(value, "class_id");
  return (
    typeof number === "number" &&
    Number.isInteger(number) &&
    SIDES.every((side) => typeof member(value, side) === "number")
  );
}

/** Return a whole number of pixels where the share came from one. */
function tidy(pixels: number): number {
  const whole = Math.round(pixels);
  return Math.abs(pixels - whole) < WHOLE ? whole : pixels;
}

function isSide(value: Json | undefined): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1;
}
