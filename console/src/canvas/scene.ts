/**
 * The scene: what is labelled on one picture. Boxes, one mask a type, and the order of the types.
 *
 * It is changed by changes that go both ways, and by nothing else.
 */

import { applyTiles, Mask, MaskEdit, type TileChange } from "./mask/mask";
import type { Boxes } from "./shapes/boxes";
import type { Size } from "./shapes/geometry";

export interface MaskChange {
  readonly label: string;
  readonly tiles: readonly TileChange[];
}

export interface SceneChange {
  readonly boxes?: { readonly before: Boxes; readonly after: Boxes };
  readonly masks?: readonly MaskChange[];
  readonly order?: { readonly before: readonly string[]; readonly after: readonly string[] };
}

export class Scene {
  readonly size: Size;
  readonly #masks = new Map<string, Mask>();
  #boxes: Boxes;
  #order: readonly string[];

  constructor(size: Size, boxes: Boxes = [], masks: ReadonlyMap<string, Mask> = new Map()) {
    this.size = size;
    this.#boxes = boxes;
    for (const [label, mask] of masks) {
      this.#masks.set(label, mask);
    }
    this.#order = [...masks.keys()];
  }

  get boxes(): Boxes {
    return this.#boxes;
  }

  /** The types that have a mask, from the lowest to the uppermost. */
  get order(): readonly string[] {
    return this.#order;
  }

  mask(label: string): Mask | undefined {
    return this.#masks.get(label);
  }

  /** Return the types that show at least a pixel, from the lowest to the uppermost. */
  get visibleTypes(): readonly string[] {
    return this.#order.filter((label) => this.#masks.get(label)?.isEmpty === false);
  }

  /** Begin to edit a type's mask, which is made where there is none yet. */
  edit(label: string): MaskEdit {
    let mask = this.#masks.get(label);
    if (mask === undefined) {
      mask = new Mask(this.size);
      this.#masks.set(label, mask);
      this.#order = [...this.#order, label];
    }
    return new MaskEdit(mask);
  }

  apply(change: SceneChange, side: "before" | "after"): void {
    if (change.boxes !== undefined) {
      this.#boxes = change.boxes[side];
    }
    if (change.order !== undefined) {
      this.#order = change.order[side];
    }
    for (const { label, tiles } of change.masks ?? []) {
      applyTiles(this.edit(label).mask, tiles, side);
    }
  }
}

export function isEmptyChange(change: SceneChange): boolean {
  const hasTiles = change.masks?.some(({ tiles }) => tiles.length > 0) === true;
  return !hasTiles && change.boxes === undefined && change.order === undefined;
}
