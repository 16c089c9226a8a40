/** Labelled boxes and what is done with a list of them. Pure: every function returns another list. */

import { clipBox, moveBox, toPixels, toShares, type Box, type Point, type Size } from "./geometry";

/** A labelled box, in shares of the picture. */
export interface BoxShape {
  readonly id: string;
  readonly label: string;
  readonly box: Box;
  /** How sure a model is of it, 0…1, while it is only its guess; drawn dashed and not saved. */
  readonly draft?: number;
  /** Where in the line it was read, for who writes the line again; nothing for a box drawn here. */
  readonly origin?: BoxOrigin;
}

export interface BoxOrigin {
  readonly attribute: string;
  readonly index: number;
}

export type Boxes = readonly BoxShape[];
export type OrderStep = "front" | "forward" | "backward" | "back";

export function moveBoxes(boxes: Boxes, ids: readonly string[], by: Point, size: Size): Boxes {
  return boxes.map((shape) =>
    ids.includes(shape.id)
      ? { ...altered(shape), box: toShares(moveBox(toPixels(shape.box, size), by, size), size) }
      : shape,
  );
}

/** Return the list with these boxes, given in pixels, in their new places. A draft that is moved is taken. */
export function placeBoxes(boxes: Boxes, places: ReadonlyMap<string, Box>, size: Size): Boxes {
  return boxes.map((shape) => {
    const place = places.get(shape.id);
    return place === undefined ? shape : { ...altered(shape), box: toShares(place, size) };
  });
}

export function withoutBoxes(boxes: Boxes, ids: readonly string[]): Boxes {
  return boxes.filter((shape) => !ids.includes(shape.id));
}

export function relabelBoxes(boxes: Boxes, ids: readonly string[], label: string): Boxes {
  return boxes.map((shape) => (ids.includes(shape.id) ? { ...altered(shape), label } : shape));
}

/** Return the list with these boxes higher or lower; among themselves they keep their order. */
export function orderBoxes(boxes: Boxes, ids: readonly string[], to: OrderStep): Boxes {
  const chosen = boxes.filter((shape) => ids.includes(shape.id));
  const others = withoutBoxes(boxes, ids);
  if (to === "front") {
    return [...others, ...chosen];
  }
  if (to === "back") {
    return [...chosen, ...others];
  }
  return to === "forward" ? raise(boxes, ids) : raise(boxes.toReversed(), ids).toReversed();
}

/** Return copies of these boxes, moved a little so that they can be told from the first ones. */
export function copiesOf(boxes: Boxes, newId: () => string, by: Point, size: Size): Boxes {
  return boxes.flatMap(({ label, box }) => {
    const clipped = clipBox(toPixels(box, size), size);
    return clipped === undefined
      ? []
      : [{ id: newId(), label, box: toShares(moveBox(clipped, by, size), size) }];
  });
}

/** Return the list in which the drafts of at least this confidence are boxes like the others. */
export function takeDrafts(boxes: Boxes, isTaken: (shape: BoxShape) => boolean): Boxes {
  return boxes.map((shape) => (shape.draft !== undefined && isTaken(shape) ? taken(shape) : shape));
}

export function isDraft(shape: BoxShape): boolean {
  return shape.draft !== undefined;
}

/** Return a box that is a person's work from now on: no guess, and not what the line says. */
function altered({ id, label, box }: BoxShape): BoxShape {
  return { id, label, box };
}

function taken(shape: BoxShape): BoxShape {
  const { draft, ...rest } = shape;
  return draft === undefined ? shape : rest;
}

function raise(boxes: Boxes, ids: readonly string[]): Boxes {
  const raised = [...boxes];
  for (let place = raised.length - 2; place >= 0; place -= 1) {
    const lower = raised[place];
    const upper = raised[place + 1];
    if (lower !== undefined && upper !== undefined && ids.includes(lower.id) && !ids.includes(upper.id)) {
      raised[place] = upper;
      raised[place + 1] = lower;
    }
  }
  return raised;
}
