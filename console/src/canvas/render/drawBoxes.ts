/** Draws all boxes of a scene in one go: one path a colour, not one node a box. */

import type { Boxes, BoxShape } from "../shapes/boxes";
import { HANDLES, handlePoint, toPixels, type Box, type Size } from "../shapes/geometry";
import type { Viewport } from "../viewport";
import { contextOf, newCanvas } from "./pyramid";

export interface BoxStyle {
  readonly color: (label: string) => string;
  readonly selected: readonly string[];
  /** Where a box is shown while it is pulled. */
  readonly preview: ReadonlyMap<string, Box>;
  readonly isLocked: (shape: BoxShape) => boolean;
  /** Boxes that lie almost on another one: hatched, so that both are noticed. */
  readonly twins?: ReadonlySet<string>;
}

/** A name is written on boxes at least this wide on the screen, and on those that are selected. */
const NAMED_FROM = 56;
const HANDLE = 8;
/** Between the lines of a hatch, in pixels of the screen. */
const HATCH = 12;
const FONT = '12px "Open Sans", system-ui, sans-serif';
const LONGEST_NAME = 40;

interface Placed {
  readonly shape: BoxShape;
  readonly box: Box;
}

export function drawBoxes(
  context: CanvasRenderingContext2D,
  boxes: Boxes,
  size: Size,
  view: Viewport,
  screen: Size,
  style: BoxStyle,
): void {
  const placed = boxes
    .map((shape) => ({
      shape,
      box: onScreen(style.preview.get(shape.id) ?? toPixels(shape.box, size), view),
    }))
    .filter(({ box }) => isOnScreen(box, screen));
  for (const [color, group] of byColor(placed, style)) {
    strokeGroup(context, color, group);
  }
  for (const { shape, box } of placed) {
    const isSelected = style.selected.includes(shape.id);
    if (style.twins?.has(shape.id) === true) {
      drawHatched(context, box);
    }
    if (isSelected) {
      drawSelected(context, box, style.color(shape.label), style.selected.length === 1);
    }
    if (isSelected || box.width >= NAMED_FROM) {
      drawName(context, shape, box, style);
    }
  }
}

function strokeGroup(context: CanvasRenderingContext2D, color: string, group: readonly Placed[]): void {
  for (const isDashed of [false, true]) {
    const part = group.filter(({ shape }) => (shape.draft !== undefined) === isDashed);
    if (part.length === 0) {
      continue;
    }
    context.beginPath();
    for (const { box } of part) {
      context.rect(box.left, box.top, box.width, box.height);
    }
    context.setLineDash(isDashed ? [6, 4] : []);
    // A light line under the coloured one keeps it apart from pictures of any colour.
    context.lineWidth = 4;
    context.strokeStyle = "rgba(255, 255, 255, 0.55)";
    context.stroke();
    context.lineWidth = 2;
    context.strokeStyle = color;
    context.stroke();
  }
  context.setLineDash([]);
}

/** Lines across a box, light on dark, so that they are seen on any picture. */
function drawHatched(context: CanvasRenderingContext2D, { left, top, width, height }: Box): void {
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  context.beginPath();
  for (let shift = HATCH; shift < width + height; shift += HATCH) {
    context.moveTo(left + shift, top);
    context.lineTo(left + shift - height, top + height);
  }
  context.lineWidth = 3;
  context.strokeStyle = "rgba(0, 0, 0, 0.5)";
  context.stroke();
  context.lineWidth = 1;
  context.strokeStyle = "rgba(255, 255, 255, 0.9)";
  context.stroke();
  context.restore();
}

function drawSelected(context: CanvasRenderingContext2D, box: Box, color: string, hasHandles: boolean): void {
  context.globalAlpha = 0.18;
  context.fillStyle = color;
  context.fillRect(box.left, box.top, box.width, box.height);
  context.globalAlpha = 1;
  if (!hasHandles) {
    return;
  }
  context.lineWidth = 1.5;
  context.strokeStyle = color;
  context.fillStyle = "#ffffff";
  for (const handle of HANDLES) {
    const { x, y } = handlePoint(box, handle);
    context.fillRect(x - HANDLE / 2, y - HANDLE / 2, HANDLE, HANDLE);
    context.strokeRect(x - HANDLE / 2, y - HANDLE / 2, HANDLE, HANDLE);
  }
}

function drawName(context: CanvasRenderingContext2D, shape: BoxShape, box: Box, style: BoxStyle): void {
  const sure = shape.draft === undefined ? "" : ` ${Math.round(shape.draft * 100)} %`;
  const name = shape.label.length > LONGEST_NAME ? `${shape.label.slice(0, LONGEST_NAME)}…` : shape.label;
  const tag = tagOf(`${name}${sure}${style.isLocked(shape) ? " 🔒" : ""}`, style.color(shape.label));
  const top = box.top >= TAG_HEIGHT ? box.top - TAG_HEIGHT : box.top;
  context.drawImage(tag.canvas, Math.round(box.left) - 1, Math.round(top), tag.width, TAG_HEIGHT);
}

interface Tag {
  readonly canvas: HTMLCanvasElement;
  readonly width: number;
}

/** Text is the dearest of all to draw, and 300 boxes have few names: each is drawn once, and copied. */
const tags = new Map<string, Tag>();
const MOST_TAGS = 1000;
const TAG_HEIGHT = 18;

function tagOf(text: string, color: string): Tag {
  const key = `${color} ${devicePixelRatio} ${text}`;
  let tag = tags.get(key);
  if (tag === undefined) {
    if (tags.size >= MOST_TAGS) {
      tags.clear();
    }
    tag = drawTag(text, color);
    tags.set(key, tag);
  }
  return tag;
}

function drawTag(text: string, color: string): Tag {
  const measuring = contextOf(newCanvas(1, 1));
  measuring.font = FONT;
  const width = Math.ceil(measuring.measureText(text).width) + 8;
  const canvas = newCanvas(Math.ceil(width * devicePixelRatio), Math.ceil(TAG_HEIGHT * devicePixelRatio));
  const context = contextOf(canvas);
  context.scale(devicePixelRatio, devicePixelRatio);
  context.fillStyle = color;
  context.fillRect(0, 0, width, TAG_HEIGHT);
  context.font = FONT;
  context.textBaseline = "middle";
  context.fillStyle = inkOn(color);
  context.fillText(text, 4, TAG_HEIGHT / 2 + 0.5);
  return { canvas, width };
}

/** Return black or white, whichever is read more easily on a colour (relative luminance of WCAG). */
export function inkOn(color: string): string {
  const value = Number.parseInt(color.slice(1), 16);
  const [red = 0, green = 0, blue = 0] = [value >> 16, (value >> 8) & 255, value & 255].map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  // At 0.179 both inks have the same contrast.
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000000" : "#ffffff";
}

function onScreen(box: Box, view: Viewport): Box {
  return {
    left: box.left * view.scale + view.x,
    top: box.top * view.scale + view.y,
    width: box.width * view.scale,
    height: box.height * view.scale,
  };
}

function isOnScreen(box: Box, screen: Size): boolean {
  return (
    box.left < screen.width + 4 &&
    box.top < screen.height + 4 &&
    box.left + box.width > -4 &&
    box.top + box.height > -4
  );
}

function byColor(placed: readonly Placed[], style: BoxStyle): Map<string, Placed[]> {
  const groups = new Map<string, Placed[]>();
  for (const item of placed) {
    const color = style.color(item.shape.label);
    const group = groups.get(color);
    if (group === undefined) {
      groups.set(color, [item]);
    } else {
      group.push(item);
    }
  }
  return groups;
}
