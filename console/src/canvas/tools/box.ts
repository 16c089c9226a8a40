/** The box tool: press, pull, let go. Edges nearby attract; Alt lets them be. */

import { boxBetween, clampPoint, clipBox, type Point } from "../shapes/geometry";
import { snapToAny } from "../shapes/snapping";
import type { CanvasEvent, Intent, Keys, ToolContext } from "./machine";

export type BoxTool =
  | { readonly name: "box"; readonly at: "idle" }
  | { readonly name: "box"; readonly at: "drawing"; readonly from: Point; readonly to: Point };

/** Below this many pixels of the picture a drag is a slip of the hand, not a box. */
const SMALLEST = 2;

export const idleBox: BoxTool = { name: "box", at: "idle" };

export function stepBox(tool: BoxTool, event: CanvasEvent, context: ToolContext): [BoxTool, Intent[]] {
  if (event.on === "escape") {
    return [idleBox, []];
  }
  if (event.on !== "down" && event.on !== "move" && event.on !== "up") {
    return [tool, []];
  }
  const point = aim(event.point, event.keys, context);
  if (tool.at === "idle") {
    return event.on === "down" ? [{ name: "box", at: "drawing", from: point, to: point }, []] : [tool, []];
  }
  if (event.on !== "up") {
    return [{ ...tool, to: point }, []];
  }
  const box = clipBox(boxBetween(tool.from, point), context.size);
  const isSlip = box === undefined || box.width < SMALLEST || box.height < SMALLEST;
  return [idleBox, isSlip ? [] : [{ do: "add box", box }]];
}

function aim(point: Point, keys: Keys, context: ToolContext): Point {
  const onPicture = clampPoint(point, context.size);
  return keys.alt
    ? onPicture
    : snapToAny(onPicture, context.edges([]), context.gradients(onPicture), context.reach);
}
