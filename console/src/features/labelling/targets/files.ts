/** What a target lets this person read and keep: labels, pictures, masks, outlines. */

import type { Span } from "../../../canvas/mask/mask";
import type { OutlineRequest } from "../../../canvas/tools/machine";
import type { LabelDecision } from "../labels";

/** The labels as they are known before a picture is seen. */
export interface KnownLabels {
  readonly decided: readonly LabelDecision[];
  readonly used: readonly string[];
}

/** Pictures and masks as a target lets this person read and keep them. */
export interface PictureFiles {
  /** Fetch a picture, or a mask, as it is stored. */
  readonly fetch: (source: string, signal?: AbortSignal) => Promise<Blob>;
  /** Where a mask of a picture is to be stored. */
  readonly maskAddress: (source: string, bytes: Uint8Array) => string;
  readonly outline: (source: string, request: OutlineRequest) => Promise<readonly Span[]>;
}
