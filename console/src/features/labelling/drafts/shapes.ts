/** A draft as the canvas takes it: boxes in pixels, a mask as bytes. Pure. */

import type { Own } from "../../../api";
import type { BoxShape } from "../../../canvas/shapes/boxes";

/** Return the boxes of a draft as the canvas shows guesses, in pixels of the picture. */
export function shapesOf(
  draft: Own.Draft,
  size: { readonly width: number; readonly height: number },
): BoxShape[] {
  return (draft.Boxes ?? []).map((box, number) => ({
    id: `draft-${String(number)}`,
    label: box.Label ?? "",
    box: {
      left: (box.Left ?? 0) * size.width,
      top: (box.Top ?? 0) * size.height,
      width: (box.Width ?? 0) * size.width,
      height: (box.Height ?? 0) * size.height,
    },
    draft: box.Confidence ?? 0,
  }));
}

export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.codePointAt(0) ?? 0);
}
