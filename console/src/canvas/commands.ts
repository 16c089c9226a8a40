/** What keys and menus do to an editor's scene; each is one step of the history. */

import type { Editor } from "./editor";
import { rectangleSpans } from "./mask/fills";
import type { Mask } from "./mask/mask";
import { boxesOfMask, regionAt } from "./mask/regions";
import {
  copiesOf,
  isDraft,
  moveBoxes,
  orderBoxes,
  placeBoxes,
  relabelBoxes,
  takeDrafts,
  withoutBoxes,
  type Boxes,
  type OrderStep,
} from "./shapes/boxes";
import { clipBox, toPixels, toShares, type Box, type Point } from "./shapes/geometry";

/** A piece of a mask smaller than this, in pixels, becomes no box. */
const SPECK = 4;

/** What was copied: boxes in shares, and masks that fit pictures of the same size alone. */
export interface Clipboard {
  readonly boxes: Boxes;
  readonly masks: ReadonlyMap<string, Mask>;
}

export function nudge(editor: Editor, by: Point): void {
  editor.changeBoxes((boxes) => moveBoxes(boxes, editor.selected, by, editor.scene.size));
}

/** Move the lower right corner of what is selected; for who has no pointer. */
export function resizeSelected(editor: Editor, by: Point): void {
  const { size } = editor.scene;
  const places = editor.scene.boxes.flatMap(({ id, box }) => {
    const { left, top, width, height } = toPixels(box, size);
    const pulled = clipBox({ left, top, width: width + by.x, height: height + by.y }, size);
    return editor.selected.includes(id) && width + by.x >= 1 && height + by.y >= 1 && pulled !== undefined
      ? [[id, pulled] as const]
      : [];
  });
  editor.changeBoxes((boxes) => placeBoxes(boxes, new Map(places), size));
}

/** Add a box, given in pixels, of the label in hand. */
export function addBox(editor: Editor, box: Box): void {
  const clipped = clipBox(box, editor.scene.size);
  if (clipped !== undefined) {
    editor.addBox(clipped);
  }
}

export function removeSelected(editor: Editor): void {
  editor.changeBoxes((boxes) => withoutBoxes(boxes, editor.selected));
}

export function relabelSelected(editor: Editor, label: string): void {
  editor.changeBoxes((boxes) => relabelBoxes(boxes, editor.selected, label));
}

export function orderSelected(editor: Editor, to: OrderStep): void {
  editor.changeBoxes((boxes) => orderBoxes(boxes, editor.selected, to));
}

export function selectAll(editor: Editor): void {
  editor.select(editor.scene.boxes.filter((shape) => editor.isShown(shape)).map(({ id }) => id));
}

/** Select the next box, or the one before, in the order in which they lie. */
export function selectNext(editor: Editor, step: 1 | -1): void {
  const shown = editor.scene.boxes.filter((shape) => editor.isShown(shape));
  const current = shown.findIndex(({ id }) => id === editor.selected[0]);
  const place =
    current < 0 ? (step > 0 ? 0 : shown.length - 1) : (current + step + shown.length) % shown.length;
  const next = shown[place];
  if (next !== undefined) {
    editor.select([next.id]);
  }
}

/** Copy what is selected; with nothing selected, all boxes and masks of the picture. */
export function copy(editor: Editor): Clipboard {
  const { scene, selected } = editor;
  if (selected.length > 0) {
    return { boxes: scene.boxes.filter(({ id }) => selected.includes(id)), masks: new Map() };
  }
  const masks = scene.visibleTypes.flatMap((label) => {
    const mask = scene.mask(label);
    return mask === undefined ? [] : [[label, mask] as const];
  });
  return { boxes: scene.boxes.filter((shape) => !isDraft(shape)), masks: new Map(masks) };
}

/** Paste, moved by some pixels; masks only onto a picture of the size that they were drawn on. */
export function paste(editor: Editor, clipboard: Clipboard, by: Point = { x: 0, y: 0 }): void {
  const { scene } = editor;
  const copies = copiesOf(clipboard.boxes, () => editor.newId(), by, scene.size);
  const fitting = [...clipboard.masks].filter(
    ([, mask]) => mask.width === scene.size.width && mask.height === scene.size.height,
  );
  if (fitting.length > 0) {
    editor.changeMasks(
      (edit) => {
        for (const [label, mask] of fitting) {
          edit(label).applyAll(mask.spans(), "add");
        }
      },
      [...scene.boxes, ...copies],
    );
  } else if (copies.length > 0) {
    editor.changeBoxes((boxes) => [...boxes, ...copies]);
  }
  editor.select(copies.map(({ id }) => id));
}

export function clearAll(editor: Editor): void {
  const { scene } = editor;
  editor.changeMasks(
    (edit) => {
      for (const label of scene.visibleTypes) {
        clearMask(editor, edit(label));
      }
    },
    scene.boxes.length > 0 ? [] : undefined,
  );
}

export function clearType(editor: Editor, label: string): void {
  editor.changeMasks((edit) => {
    clearMask(editor, edit(label));
  });
}

export function invertType(editor: Editor, label: string): void {
  const { size } = editor.scene;
  editor.changeMasks((edit) => {
    edit(label).applyAll(rectangleSpans({ left: 0, top: 0, ...size }), "flip");
  });
}

/** Move a type one up or down among the types: where two overlap, the upper one is stored. */
export function orderType(editor: Editor, label: string, step: 1 | -1): void {
  const before = editor.scene.order;
  const place = before.indexOf(label);
  const other = before[place + step];
  if (place >= 0 && other !== undefined) {
    const after = [...before];
    after[place] = other;
    after[place + step] = label;
    editor.commit({ order: { before, after } });
  }
}

/** Give the piece of a mask under a point to another type. */
export function relabelRegion(editor: Editor, from: string, to: string, at: Point): void {
  const mask = editor.scene.mask(from);
  const region = mask && regionAt(mask, Math.floor(at.x), Math.floor(at.y));
  if (region !== undefined && from !== to) {
    editor.changeMasks((edit) => {
      edit(from).applyAll(region.spans, "remove");
      edit(to).applyAll(region.spans, "add");
    });
  }
}

/** Paint the selected boxes, or all, into the masks of their labels; the boxes go. */
export function boxesToMasks(editor: Editor): void {
  const { scene, selected } = editor;
  const chosen = scene.boxes.filter(({ id }) => selected.length === 0 || selected.includes(id));
  if (chosen.length === 0) {
    return;
  }
  const ids = chosen.map(({ id }) => id);
  editor.changeMasks(
    (edit) => {
      for (const { label, box } of chosen) {
        edit(label).applyAll(rectangleSpans(toPixels(box, scene.size)), "add");
      }
    },
    withoutBoxes(scene.boxes, ids),
  );
}

/** Put a box around every piece of a type's mask; the mask goes. */
export function maskToBoxes(editor: Editor, label: string): void {
  const { scene } = editor;
  const mask = scene.mask(label);
  if (mask === undefined || mask.isEmpty) {
    return;
  }
  const boxes = boxesOfMask(mask, SPECK).map((box) => ({
    id: editor.newId(),
    label,
    box: toShares(box, scene.size),
  }));
  editor.changeMasks(
    (edit) => {
      clearMask(editor, edit(label));
    },
    [...scene.boxes, ...boxes],
  );
}

/** Take the selected drafts, or with nothing selected all that are at least this sure. */
export function acceptDrafts(editor: Editor, least = 0): void {
  const { selected } = editor;
  editor.changeBoxes((boxes) =>
    takeDrafts(boxes, (shape) =>
      selected.length > 0 ? selected.includes(shape.id) : (shape.draft ?? 0) >= least,
    ),
  );
}

export function rejectDrafts(editor: Editor): void {
  const { selected } = editor;
  editor.changeBoxes((boxes) =>
    boxes.filter((shape) => !isDraft(shape) || (selected.length > 0 && !selected.includes(shape.id))),
  );
}

function clearMask(editor: Editor, edit: ReturnType<Editor["scene"]["edit"]>): void {
  edit.applyAll(rectangleSpans({ left: 0, top: 0, ...editor.scene.size }), "remove");
}
