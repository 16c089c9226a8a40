/** From a line to a scene and back: what of a picture's labels the canvas shows, and what it changes. */

import { flatten, unflatten } from "../../../canvas/mask/flatten";
import { numbersOf } from "../../../canvas/mask/colors";
import type { Pixels } from "../../../canvas/mask/flood";
import { encodePng } from "../../../canvas/mask/png";
import { Scene } from "../../../canvas/scene";
import { isDraft, type BoxShape } from "../../../canvas/shapes/boxes";
import type { Size } from "../../../canvas/shapes/geometry";
import type { Stamp } from "../../../manifest/attributes";
import type { Line } from "../../../manifest/lines";
import {
  boxesOf,
  classOf,
  hasBoxPair,
  labelsOf,
  maskOf,
  withBoxes,
  withClass,
  withMask,
} from "../../../manifest/relabel";
import { settle } from "../../../manifest/unsure";
import type { LabelService } from "../place";

const WHITE = "#ffffff";

/** Say whether somebody has answered the dataset's question for this picture. */
export function isLabelled(line: Line, service: LabelService): boolean {
  return service === "lookoutvision"
    ? classOf(line) !== undefined
    : labelsOf(line).length > 0 || hasBoxPair(line);
}

/** Return every label that a line names: of the picture, of its boxes and of its mask. */
export function namesIn(line: Line, service: LabelService): string[] {
  const names =
    service === "lookoutvision" ? [] : [...labelsOf(line), ...boxesOf(line).map(({ label }) => label)];
  return [...names, ...(maskOf(line)?.colors.values() ?? [])];
}

export function sceneWithBoxes(line: Line, size: Size): Scene {
  const shapes = boxesOf(line).map(({ label, box, attribute, index }): BoxShape => ({
    id: `${attribute} ${index}`,
    label,
    box,
    origin: { attribute, index },
  }));
  return new Scene(size, shapes);
}

/** Return the scene of a stored mask; `pixels` are the mask's, and of another size they cannot be edited. */
export function sceneWithMasks(line: Line, size: Size, pixels: Pixels | undefined): Scene {
  const mask = maskOf(line);
  if (mask === undefined || pixels === undefined) {
    return new Scene(size);
  }
  if (pixels.width !== size.width || pixels.height !== size.height) {
    throw new RangeError(
      `The mask ${mask.ref} has ${pixels.width} × ${pixels.height} pixels, its picture ${size.width} × ${size.height}.`,
    );
  }
  return new Scene(size, [], unflatten(numbersOf(pixels, mask.colors)));
}

/**
 * Return the line with the scene's boxes; drafts are nobody's answer yet and are left out. A picture without
 * boxes is answered where somebody said so, or took away those that it had: a box drawn and undone is no answer.
 */
export function lineWithBoxes(line: Line, scene: Scene, stamp: Stamp, isNothing = false): Line {
  const boxes = scene.boxes
    .filter((shape) => !isDraft(shape))
    .map(({ label, box, origin }) => ({ label, box, ...(origin ?? {}) }));
  if (boxes.length === 0 && !isNothing && !hasBoxPair(line)) {
    return line;
  }
  const next = withBoxes(line, boxes, { ...scene.size, depth: 3 }, stamp);
  return next === line && !isNothing ? line : settle(next);
}

/** A mask as it is stored: its bytes, and the label of each of its colours. */
export interface WrittenMask {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly colors: ReadonlyMap<string, string>;
}

/** Return the scene's masks as one PNG, the upper type over the lower; nothing where no pixel is painted. */
export async function writeMasks(
  scene: Scene,
  colorOf: (label: string) => string,
): Promise<WrittenMask | undefined> {
  const masks = scene.visibleTypes.flatMap((label) => {
    const mask = scene.mask(label);
    return mask === undefined ? [] : [[label, mask] as const];
  });
  if (masks.length === 0) {
    return undefined;
  }
  const flat = flatten(scene.size, masks);
  const palette = distinctColors(flat.labels.map((label) => colorOf(label).toLowerCase()));
  const bytes = await encodePng(flat.width, flat.height, flat.numbers, [WHITE, ...palette]);
  const colors = flat.labels.map((label, place) => [palette[place] ?? WHITE, label] as const);
  return { bytes, colors: new Map(colors) };
}

/** Return the line with a mask and the class that goes with it; without a mask the class stays what it is. */
export function lineWithMask(
  line: Line,
  ref: string | undefined,
  mask: WrittenMask | undefined,
  stamp: Stamp,
): Line {
  const next =
    mask === undefined || ref === undefined
      ? withMask(line, undefined, stamp)
      : withMask(withClass(line, true, stamp), { ref, colors: mask.colors }, stamp);
  return next.text === line.text ? line : settle(next);
}

/** Two types of one colour, or one of the background's, could not be told apart in the file: those give way. */
function distinctColors(colors: readonly string[]): string[] {
  const taken = new Set([WHITE, "#000000"]);
  return colors.map((color) => {
    let value = Number.parseInt(color.slice(1), 16);
    while (taken.has(hexOf(value))) {
      value = (value + 0x010203) % 0x1000000;
    }
    taken.add(hexOf(value));
    return hexOf(value);
  });
}

function hexOf(value: number): string {
  return `#${value.toString(16).padStart(6, "0")}`;
}
