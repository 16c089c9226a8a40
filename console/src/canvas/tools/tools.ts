/** All tools behind one step. */

import { idleEllipse, idleRectangle, stepArea, type AreaTool } from "./areas";
import { idleBox, stepBox, type BoxTool } from "./box";
import { idleBrush, idleEraser, stepBrush, type BrushTool } from "./brush";
import { idleFlood, stepFlood, type FloodTool } from "./flood";
import type { CanvasEvent, Intent, ToolContext } from "./machine";
import { idleOutline, stepOutline, type OutlineTool } from "./outline";
import { idlePolygon, stepPolygon, type PolygonTool } from "./polygon";
import { idleSelect, stepSelect, type SelectTool } from "./select";

export type Tool = SelectTool | BoxTool | PolygonTool | BrushTool | AreaTool | FloodTool | OutlineTool;
export type ToolName = Tool["name"];

export const IDLE: Readonly<Record<ToolName, Tool>> = {
  select: idleSelect,
  box: idleBox,
  polygon: idlePolygon,
  brush: idleBrush,
  eraser: idleEraser,
  rectangle: idleRectangle,
  ellipse: idleEllipse,
  flood: idleFlood,
  outline: idleOutline,
};

/** The tools that paint a mask; the other two draw and move boxes. */
export const MASK_TOOLS: readonly ToolName[] = [
  "brush",
  "eraser",
  "polygon",
  "rectangle",
  "ellipse",
  "flood",
  "outline",
];

export function step(tool: Tool, event: CanvasEvent, context: ToolContext): [Tool, Intent[]] {
  switch (tool.name) {
    case "select":
      return stepSelect(tool, event, context);
    case "box":
      return stepBox(tool, event, context);
    case "polygon":
      return stepPolygon(tool, event, context);
    case "brush":
    case "eraser":
      return stepBrush(tool, event, context);
    case "rectangle":
    case "ellipse":
      return stepArea(tool, event, context);
    case "flood":
      return stepFlood(tool, event, context);
    case "outline":
      return stepOutline(tool, event, context);
  }
}
