/** The flood tool: a click takes what looks alike around it; Alt takes it away. */

import { floodSpans } from "../mask/flood";
import { operationBy, type CanvasEvent, type Intent, type ToolContext } from "./machine";

export interface FloodTool {
  readonly name: "flood";
  readonly at: "idle";
}

export const idleFlood: FloodTool = { name: "flood", at: "idle" };

export function stepFlood(tool: FloodTool, event: CanvasEvent, context: ToolContext): [FloodTool, Intent[]] {
  const pixels = event.on === "down" ? context.pixels() : undefined;
  if (event.on !== "down" || pixels === undefined) {
    return [tool, []];
  }
  const spans = floodSpans(pixels, event.point, context.tolerance);
  return [tool, [{ do: "paint", spans, operation: operationBy(event.keys) }, { do: "end painting" }]];
}
