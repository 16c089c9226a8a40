/**
 * The select tool: click to select, again for the box beneath, pull to move, pull a handle to resize, pull on
 * nothing to select what the band encloses. Shift adds to the selection, Alt lets edges not attract.
 */

import {
  boxBetween,
  clampPoint,
  clipBox,
  contains,
  handleAt,
  isInside,
  moveBox,
  resizeBox,
  type Box,
  type Handle,
  type Point,
} from "../shapes/geometry";
import { snapOffset, snapToAny } from "../shapes/snapping";
import type { CanvasEvent, Intent, Keys, PixelBox, ToolContext } from "./machine";

type Boxes = ReadonlyMap<string, Box>;

export type SelectTool =
  | { readonly name: "select"; readonly at: "idle" }
  | { readonly name: "select"; readonly at: "pressed"; readonly from: Point; readonly wasSelected: boolean }
  | { readonly name: "select"; readonly at: "moving"; readonly from: Point; readonly preview: Boxes }
  | { readonly name: "select"; readonly at: "resizing"; readonly handle: Handle; readonly preview: Boxes }
  | { readonly name: "select"; readonly at: "band"; readonly from: Point; readonly to: Point };

export const idleSelect: SelectTool = { name: "select", at: "idle" };

type Step = [SelectTool, Intent[]];

export function stepSelect(tool: SelectTool, event: CanvasEvent, context: ToolContext): Step {
  if (event.on === "escape") {
    return [idleSelect, tool.at === "idle" ? [{ do: "select", ids: [] }] : []];
  }
  if (event.on !== "down" && event.on !== "move" && event.on !== "up") {
    return [tool, []];
  }
  if (event.on === "down") {
    return press(event.point, event.keys, context);
  }
  const isEnd = event.on === "up";
  switch (tool.at) {
    case "idle":
      return [tool, []];
    case "pressed":
      return isEnd
        ? release(tool, event.point, event.keys, context)
        : startMoving(tool, event.point, context);
    case "moving":
      return place(tool, move(tool.from, event.point, event.keys, context), isEnd);
    case "resizing":
      return place(tool, resize(tool.handle, event.point, event.keys, context), isEnd);
    case "band":
      return isEnd ? enclose(tool, event.point, event.keys, context) : [{ ...tool, to: event.point }, []];
  }
}

/** Return the boxes under a point, the uppermost first. */
export function boxesAt(boxes: readonly PixelBox[], point: Point, reach: number): PixelBox[] {
  return boxes.filter(({ box }) => contains(box, point, reach)).reverse();
}

function press(point: Point, keys: Keys, context: ToolContext): Step {
  const single = context.selected.length === 1 ? find(context, context.selected[0]) : undefined;
  const handle = single && handleAt(single.box, point, context.reach);
  if (single && handle) {
    return [{ name: "select", at: "resizing", handle, preview: new Map([[single.id, single.box]]) }, []];
  }
  const under = boxesAt(context.boxes, point, context.reach / 2);
  const [first] = under;
  if (first === undefined) {
    return [{ name: "select", at: "band", from: point, to: point }, []];
  }
  const held = under.find(({ id }) => context.selected.includes(id));
  if (keys.shift) {
    return [{ name: "select", at: "pressed", from: point, wasSelected: false }, [toggle(first.id, context)]];
  }
  const select: Intent[] = held === undefined ? [{ do: "select", ids: [first.id] }] : [];
  return [{ name: "select", at: "pressed", from: point, wasSelected: held !== undefined }, select];
}

function toggle(id: string, { selected }: ToolContext): Intent {
  const ids = selected.includes(id) ? selected.filter((other) => other !== id) : [...selected, id];
  return { do: "select", ids };
}

/** A click on what was selected already goes on to the box beneath it, and from the lowest to the first. */
function release(tool: { wasSelected: boolean }, point: Point, keys: Keys, context: ToolContext): Step {
  if (!tool.wasSelected || keys.shift) {
    return [idleSelect, []];
  }
  const under = boxesAt(context.boxes, point, context.reach / 2);
  const current = under.findIndex(({ id }) => context.selected.includes(id));
  const next = under[(current + 1) % Math.max(1, under.length)];
  return [idleSelect, next === undefined ? [] : [{ do: "select", ids: [next.id] }]];
}

function startMoving(tool: SelectTool & { at: "pressed" }, point: Point, context: ToolContext): Step {
  const isFar = Math.hypot(point.x - tool.from.x, point.y - tool.from.y) > context.reach / 2;
  if (!isFar || context.selected.length === 0) {
    return [tool, []];
  }
  return [{ name: "select", at: "moving", from: tool.from, preview: new Map() }, []];
}

function move(from: Point, to: Point, keys: Keys, context: ToolContext): Boxes {
  const group = context.boxes.filter(({ id }) => context.selected.includes(id));
  const [first] = group;
  if (first === undefined) {
    return new Map();
  }
  // The group moves as one, and stops as one at the picture's edge.
  const frame = group.reduce((all, { box }) => around(all, box), first.box);
  const by = { x: to.x - from.x, y: to.y - from.y };
  const free = moveBox(frame, by, context.size);
  const snap = keys.alt ? { x: 0, y: 0 } : snapOffset(free, context.edges(context.selected), context.reach);
  const moved = moveBox(free, snap, context.size);
  const offset = { x: moved.left - frame.left, y: moved.top - frame.top };
  return new Map(
    group.map(({ id, box }) => [id, { ...box, left: box.left + offset.x, top: box.top + offset.y }]),
  );
}

function resize(handle: Handle, to: Point, keys: Keys, context: ToolContext): Boxes {
  const single = find(context, context.selected[0]);
  if (single === undefined) {
    return new Map();
  }
  const point = clampPoint(to, context.size);
  const aimed = keys.alt
    ? point
    : snapToAny(point, context.edges([single.id]), context.gradients(point), context.reach);
  const box = clipBox(resizeBox(single.box, handle, aimed), context.size);
  const isFlat = box === undefined || box.width < 1 || box.height < 1;
  return new Map([[single.id, isFlat ? single.box : box]]);
}

function place(tool: SelectTool & { at: "moving" | "resizing" }, boxes: Boxes, isEnd: boolean): Step {
  return isEnd ? [idleSelect, [{ do: "place boxes", boxes }]] : [{ ...tool, preview: boxes }, []];
}

function enclose(tool: SelectTool & { at: "band" }, to: Point, keys: Keys, context: ToolContext): Step {
  const band = boxBetween(tool.from, to);
  const enclosed = context.boxes.filter(({ box }) => isInside(box, band)).map(({ id }) => id);
  const ids = keys.shift ? [...new Set([...context.selected, ...enclosed])] : enclosed;
  return [idleSelect, [{ do: "select", ids }]];
}

function find(context: ToolContext, id: string | undefined): PixelBox | undefined {
  return context.boxes.find((shape) => shape.id === id);
}

function around(one: Box, other: Box): Box {
  return boxBetween(
    { x: Math.min(one.left, other.left), y: Math.min(one.top, other.top) },
    {
      x: Math.max(one.left + one.width, other.left + other.width),
      y: Math.max(one.top + one.height, other.top + other.height),
    },
  );
}
