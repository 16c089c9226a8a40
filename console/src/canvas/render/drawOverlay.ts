/** Draws what a tool is about to do: the crosshair, the brush, the shape that is being pulled, a proposal. */

import type { Span } from "../mask/mask";
import { boxBetween, type Point, type Size } from "../shapes/geometry";
import type { Tool } from "../tools/tools";
import { toScreen, type Viewport } from "../viewport";

export interface OverlayState {
  readonly tool: Tool;
  readonly hover: Point | undefined;
  readonly radius: number;
  readonly color: string;
}

const DARK = "rgba(0, 0, 0, 0.7)";
const LIGHT = "rgba(255, 255, 255, 0.9)";

export function drawOverlay(
  context: CanvasRenderingContext2D,
  view: Viewport,
  screen: Size,
  state: OverlayState,
): void {
  const { tool, hover } = state;
  if (hover !== undefined) {
    drawCursor(context, view, screen, hover, state);
  }
  if ("from" in tool && "to" in tool) {
    drawPulled(context, view, tool.from, tool.to, tool.name === "ellipse");
  }
  if (tool.name === "polygon" && tool.at === "drawing") {
    drawPolygon(context, view, [...tool.points, tool.hover], state.color);
  }
  if (tool.name === "outline" && (tool.at === "proposed" || tool.at === "asking")) {
    drawSpans(context, view, tool.spans, state.color);
    drawPoints(context, view, tool.request.inside, "+");
    drawPoints(context, view, tool.request.outside, "−");
  }
}

function drawCursor(
  context: CanvasRenderingContext2D,
  view: Viewport,
  screen: Size,
  hover: Point,
  { tool, radius }: OverlayState,
): void {
  const at = toScreen(view, hover);
  if (tool.name === "brush" || tool.name === "eraser") {
    context.beginPath();
    context.arc(at.x, at.y, Math.max(1, radius * view.scale), 0, 2 * Math.PI);
    strokeTwice(context);
  } else if (tool.name === "box" || tool.name === "rectangle" || tool.name === "ellipse") {
    context.beginPath();
    context.moveTo(0, Math.round(at.y) + 0.5);
    context.lineTo(screen.width, Math.round(at.y) + 0.5);
    context.moveTo(Math.round(at.x) + 0.5, 0);
    context.lineTo(Math.round(at.x) + 0.5, screen.height);
    strokeTwice(context);
  }
}

function drawPulled(
  context: CanvasRenderingContext2D,
  view: Viewport,
  from: Point,
  to: Point,
  isRound: boolean,
): void {
  const { left, top, width, height } = boxBetween(toScreen(view, from), toScreen(view, to));
  context.beginPath();
  if (isRound) {
    context.ellipse(left + width / 2, top + height / 2, width / 2, height / 2, 0, 0, 2 * Math.PI);
  } else {
    context.rect(left, top, width, height);
  }
  strokeTwice(context);
}

function drawPolygon(
  context: CanvasRenderingContext2D,
  view: Viewport,
  points: readonly Point[],
  color: string,
): void {
  context.beginPath();
  for (const point of points) {
    const { x, y } = toScreen(view, point);
    context.lineTo(x, y);
  }
  context.globalAlpha = 0.25;
  context.fillStyle = color;
  context.fill("evenodd");
  context.globalAlpha = 1;
  strokeTwice(context);
  const [first] = points;
  if (first !== undefined) {
    const { x, y } = toScreen(view, first);
    context.fillStyle = "#ffffff";
    context.fillRect(x - 4, y - 4, 8, 8);
    context.strokeRect(x - 4, y - 4, 8, 8);
  }
}

function drawSpans(
  context: CanvasRenderingContext2D,
  view: Viewport,
  spans: readonly Span[],
  color: string,
): void {
  context.globalAlpha = 0.55;
  context.fillStyle = color;
  context.beginPath();
  for (const { y, from, to } of spans) {
    const at = toScreen(view, { x: from, y });
    context.rect(at.x, at.y, (to - from) * view.scale, view.scale);
  }
  context.fill();
  context.globalAlpha = 1;
}

function drawPoints(
  context: CanvasRenderingContext2D,
  view: Viewport,
  points: readonly Point[],
  sign: string,
): void {
  context.font = "bold 14px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const point of points) {
    const { x, y } = toScreen(view, point);
    context.beginPath();
    context.arc(x, y, 8, 0, 2 * Math.PI);
    context.fillStyle = DARK;
    context.fill();
    context.fillStyle = "#ffffff";
    context.fillText(sign, x, y + 0.5);
  }
  context.textAlign = "start";
}

/** A dark line and a light one within: seen on any picture. */
function strokeTwice(context: CanvasRenderingContext2D): void {
  context.lineWidth = 3;
  context.strokeStyle = DARK;
  context.stroke();
  context.lineWidth = 1;
  context.strokeStyle = LIGHT;
  context.stroke();
}
