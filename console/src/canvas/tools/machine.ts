/**
 * What all tools share: the events they take, what they may see, and the intents they answer with.
 *
 * A tool is a value and a function: `step(tool, event, context)` gives the next tool and the intents. It
 * changes nothing itself and knows neither DOM nor screen; points are in pixels of the picture.
 */

import type { Box, Point, Size } from "../shapes/geometry";
import type { Edges } from "../shapes/snapping";
import type { Pixels } from "../mask/flood";
import type { Operation, Span } from "../mask/mask";

export interface Keys {
  readonly shift: boolean;
  readonly alt: boolean;
}

export const NO_KEYS: Keys = { shift: false, alt: false };

export type CanvasEvent =
  | { readonly on: "down" | "move" | "up" | "double"; readonly point: Point; readonly keys: Keys }
  | { readonly on: "escape" }
  | { readonly on: "enter" }
  | { readonly on: "back" }
  | { readonly on: "outline"; readonly number: number; readonly spans: readonly Span[] }
  | { readonly on: "no outline"; readonly number: number };

/** A box as tools see it: in pixels. */
export interface PixelBox {
  readonly id: string;
  readonly box: Box;
}

export interface ToolContext {
  readonly size: Size;
  /** How many pixels of the picture a hand may miss by: a few pixels of the screen. */
  readonly reach: number;
  /** The boxes that can be touched, from the lowest to the uppermost. */
  readonly boxes: readonly PixelBox[];
  readonly selected: readonly string[];
  /** Edges that attract, except those of the boxes named. */
  readonly edges: (except: readonly string[]) => Edges;
  /** Edges of the picture itself near a point. */
  readonly gradients: (point: Point) => Edges;
  /** The radius of brush and eraser, in pixels of the picture. */
  readonly radius: number;
  /** How far a colour may differ for the flood, 0…255. */
  readonly tolerance: number;
  /** The picture's colours, where they can be read. */
  readonly pixels: () => Pixels | undefined;
}

/** What the server is asked for: an outline of what lies in a box, or around a point. */
export interface OutlineRequest {
  readonly number: number;
  readonly box?: Box;
  readonly inside: readonly Point[];
  readonly outside: readonly Point[];
}

export type Intent =
  | { readonly do: "select"; readonly ids: readonly string[] }
  | { readonly do: "add box"; readonly box: Box }
  | { readonly do: "place boxes"; readonly boxes: ReadonlyMap<string, Box> }
  | { readonly do: "paint"; readonly spans: Iterable<Span>; readonly operation: Operation }
  | { readonly do: "end painting" }
  | { readonly do: "revert painting" }
  | { readonly do: "ask outline"; readonly request: OutlineRequest };

/** Painting adds; with Alt held it takes away, whichever tool paints. */
export function operationBy(keys: Keys): Operation {
  return keys.alt ? "remove" : "add";
}
