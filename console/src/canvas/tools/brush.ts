/** Brush and eraser: a disc on its way. Shift pulls a straight line from where the last stroke ended. */

import { brushSpans } from "../mask/fills";
import type { Point } from "../shapes/geometry";
import type { Operation } from "../mask/mask";
import { operationBy, type CanvasEvent, type Intent, type ToolContext } from "./machine";

export interface BrushTool {
  readonly name: "brush" | "eraser";
  readonly at: "idle" | "painting";
  readonly last?: Point;
  readonly operation: Operation;
}

export const idleBrush: BrushTool = { name: "brush", at: "idle", operation: "add" };
export const idleEraser: BrushTool = { name: "eraser", at: "idle", operation: "remove" };

export function stepBrush(tool: BrushTool, event: CanvasEvent, context: ToolContext): [BrushTool, Intent[]] {
  if (event.on === "escape") {
    const intents: Intent[] = tool.at === "painting" ? [{ do: "revert painting" }] : [];
    return [tool.name === "eraser" ? idleEraser : idleBrush, intents];
  }
  if (event.on === "down") {
    const operation = tool.name === "eraser" ? "remove" : operationBy(event.keys);
    const from = event.keys.shift && tool.last !== undefined ? tool.last : event.point;
    const painting = { ...tool, at: "painting", last: event.point, operation } as const;
    return [painting, [paint(from, event.point, operation, context)]];
  }
  if (tool.at === "idle" || (event.on !== "move" && event.on !== "up")) {
    return [tool, []];
  }
  const intents: Intent[] = [paint(tool.last ?? event.point, event.point, tool.operation, context)];
  return event.on === "move"
    ? [{ ...tool, last: event.point }, intents]
    : [{ ...tool, at: "idle", last: event.point }, [...intents, { do: "end painting" }]];
}

function paint(from: Point, to: Point, operation: Operation, context: ToolContext): Intent {
  return { do: "paint", spans: brushSpans(from, to, context.radius), operation };
}
