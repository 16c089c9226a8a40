/**
 * The smart outline: pull a box around a thing, or click on it; a proposal comes from elsewhere, is refined by
 * clicks (on what is missing; with Alt, on what is too much) and taken with Enter.
 *
 * The tool asks by an intent and hears the answer as an event. An answer to an older question is passed over.
 */

import type { Span } from "../mask/mask";
import { boxBetween, clampPoint, clipBox, type Box, type Point } from "../shapes/geometry";
import type { CanvasEvent, Intent, Keys, OutlineRequest, ToolContext } from "./machine";

interface Named {
  readonly name: "outline";
  /** Questions are numbered, over the life of the tool. */
  readonly number: number;
}

export type OutlineTool =
  | (Named & { readonly at: "idle" | "refused" })
  | (Named & { readonly at: "pulling"; readonly from: Point; readonly to: Point; readonly keys: Keys })
  | (Named & { readonly at: "asking"; readonly request: OutlineRequest; readonly spans: readonly Span[] })
  | (Named & { readonly at: "proposed"; readonly request: OutlineRequest; readonly spans: readonly Span[] });

type Step = [OutlineTool, Intent[]];

export const idleOutline: OutlineTool = { name: "outline", at: "idle", number: 0 };

export function stepOutline(tool: OutlineTool, event: CanvasEvent, context: ToolContext): Step {
  switch (event.on) {
    case "escape":
      return [idle(tool), []];
    case "enter":
    case "double":
      return tool.at === "proposed" ? accept(tool) : [tool, []];
    case "down":
      return press(tool, clampPoint(event.point, context.size), event.keys);
    case "move":
      return [tool.at === "pulling" ? { ...tool, to: clampPoint(event.point, context.size) } : tool, []];
    case "up":
      return tool.at === "pulling" ? ask(tool, clampPoint(event.point, context.size), context) : [tool, []];
    case "outline":
      return tool.at === "asking" && event.number === tool.number
        ? [{ ...tool, at: "proposed", spans: event.spans }, []]
        : [tool, []];
    case "no outline":
      return tool.at === "asking" && event.number === tool.number
        ? [{ name: "outline", at: "refused", number: tool.number }, []]
        : [tool, []];
    default:
      return [tool, []];
  }
}

function idle(tool: OutlineTool): OutlineTool {
  return { name: "outline", at: "idle", number: tool.number };
}

function press(tool: OutlineTool, point: Point, keys: Keys): Step {
  if (tool.at === "proposed" || tool.at === "asking") {
    return refine(tool, point, keys);
  }
  return [{ name: "outline", at: "pulling", number: tool.number, from: point, to: point, keys }, []];
}

function ask(tool: OutlineTool & { at: "pulling" }, to: Point, context: ToolContext): Step {
  const box = clipBox(boxBetween(tool.from, to), context.size);
  const isClick = box === undefined || (box.width < context.reach && box.height < context.reach);
  const isFlat = box === undefined || box.width < 2 || box.height < 2;
  if (isClick || isFlat) {
    return asking(tool, { inside: [tool.from], outside: [] }, []);
  }
  return asking(tool, { box, inside: [], outside: [] }, []);
}

function refine(tool: OutlineTool & { at: "proposed" | "asking" }, point: Point, keys: Keys): Step {
  const { box, inside, outside } = tool.request;
  const question = {
    ...(box === undefined ? {} : { box }),
    inside: keys.alt ? inside : [...inside, point],
    outside: keys.alt ? [...outside, point] : outside,
  };
  return asking(tool, question, tool.spans);
}

interface Question {
  readonly box?: Box;
  readonly inside: readonly Point[];
  readonly outside: readonly Point[];
}

function asking(tool: OutlineTool, question: Question, spans: readonly Span[]): Step {
  const number = tool.number + 1;
  const request: OutlineRequest = { number, ...question };
  return [{ name: "outline", at: "asking", number, request, spans }, [{ do: "ask outline", request }]];
}

function accept(tool: OutlineTool & { at: "proposed" }): Step {
  return [idle(tool), [{ do: "paint", spans: tool.spans, operation: "add" }, { do: "end painting" }]];
}
