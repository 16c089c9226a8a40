/**
 * The polygon tool: a click a corner; the first corner again, a double click or Enter closes it, Backspace
 * takes a corner back. Pulled with the button held it draws freehand.
 */

import { polygonSpans } from "../mask/fills";
import { clampPoint, type Point } from "../shapes/geometry";
import { operationBy, type CanvasEvent, type Intent, type Keys, type ToolContext } from "./machine";

export type PolygonTool =
  | { readonly name: "polygon"; readonly at: "idle" }
  | {
      readonly name: "polygon";
      readonly at: "drawing";
      readonly points: readonly Point[];
      readonly hover: Point;
      readonly isPulling: boolean;
      readonly erases: boolean;
    };

export const idlePolygon: PolygonTool = { name: "polygon", at: "idle" };

type Drawing = PolygonTool & { at: "drawing" };
type Step = [PolygonTool, Intent[]];

export function stepPolygon(tool: PolygonTool, event: CanvasEvent, context: ToolContext): Step {
  switch (event.on) {
    case "escape":
      return [idlePolygon, []];
    case "enter":
    case "double":
      return tool.at === "drawing" ? close(tool) : [tool, []];
    case "back":
      return [tool.at === "drawing" ? withoutLast(tool) : tool, []];
    case "down":
      return addCorner(tool, clampPoint(event.point, context.size), event.keys, context);
    case "move":
      return [follow(tool, clampPoint(event.point, context.size), context), []];
    case "up":
      return [tool.at === "drawing" ? { ...tool, isPulling: false } : tool, []];
    default:
      return [tool, []];
  }
}

function addCorner(tool: PolygonTool, point: Point, keys: Keys, context: ToolContext): Step {
  if (tool.at === "idle") {
    const erases = operationBy(keys) === "remove";
    return [{ name: "polygon", at: "drawing", points: [point], hover: point, isPulling: true, erases }, []];
  }
  const [first] = tool.points;
  if (tool.points.length >= 3 && first !== undefined && isNear(first, point, context.reach)) {
    return close(tool);
  }
  return [{ ...tool, points: [...tool.points, point], hover: point, isPulling: true }, []];
}

function follow(tool: PolygonTool, point: Point, context: ToolContext): PolygonTool {
  if (tool.at === "idle") {
    return tool;
  }
  const last = tool.points[tool.points.length - 1];
  const isFar = last !== undefined && !isNear(last, point, context.reach);
  return tool.isPulling && isFar
    ? { ...tool, points: [...tool.points, point], hover: point }
    : { ...tool, hover: point };
}

function withoutLast(tool: Drawing): PolygonTool {
  const points = tool.points.slice(0, -1);
  return points.length === 0 ? idlePolygon : { ...tool, points, isPulling: false };
}

function close(tool: Drawing): Step {
  if (tool.points.length < 3) {
    return [idlePolygon, []];
  }
  const operation = tool.erases ? "remove" : "add";
  return [
    idlePolygon,
    [{ do: "paint", spans: polygonSpans(tool.points), operation }, { do: "end painting" }],
  ];
}

function isNear(one: Point, other: Point, reach: number): boolean {
  return Math.hypot(one.x - other.x, one.y - other.y) <= reach;
}
