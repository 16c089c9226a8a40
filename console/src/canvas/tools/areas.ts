/** Rectangle and ellipse as areas of a mask: press, pull, let go; Alt takes away. */

import { ellipseSpans, rectangleSpans } from "../mask/fills";
import type { Operation } from "../mask/mask";
import { boxBetween, clampPoint, type Point } from "../shapes/geometry";
import { operationBy, type CanvasEvent, type Intent, type ToolContext } from "./machine";

export type AreaTool =
  | { readonly name: "rectangle" | "ellipse"; readonly at: "idle" }
  | {
      readonly name: "rectangle" | "ellipse";
      readonly at: "drawing";
      readonly from: Point;
      readonly to: Point;
      readonly operation: Operation;
    };

export const idleRectangle: AreaTool = { name: "rectangle", at: "idle" };
export const idleEllipse: AreaTool = { name: "ellipse", at: "idle" };

export function stepArea(tool: AreaTool, event: CanvasEvent, context: ToolContext): [AreaTool, Intent[]] {
  const idle: AreaTool = { name: tool.name, at: "idle" };
  if (event.on === "escape") {
    return [idle, []];
  }
  if (event.on !== "down" && event.on !== "move" && event.on !== "up") {
    return [tool, []];
  }
  const point = clampPoint(event.point, context.size);
  if (tool.at === "idle") {
    const operation = operationBy(event.keys);
    return event.on === "down"
      ? [{ ...tool, at: "drawing", from: point, to: point, operation }, []]
      : [tool, []];
  }
  if (event.on !== "up") {
    return [{ ...tool, to: point }, []];
  }
  const box = boxBetween(tool.from, point);
  if (box.width < 1 || box.height < 1) {
    return [idle, []];
  }
  const spans = tool.name === "rectangle" ? rectangleSpans(box) : ellipseSpans(box);
  return [idle, [{ do: "paint", spans, operation: tool.operation }, { do: "end painting" }]];
}
