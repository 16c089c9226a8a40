import { describe, expect, it } from "vitest";
import { edgesOf } from "../shapes/snapping";
import { IDLE, step, type Tool, type ToolName } from "./tools";
import { NO_KEYS, type CanvasEvent, type Intent, type PixelBox, type ToolContext } from "./machine";

const size = { width: 200, height: 100 };

function contextOf(boxes: readonly PixelBox[] = [], selected: readonly string[] = []): ToolContext {
  return {
    size,
    reach: 4,
    boxes,
    selected,
    edges: (except) =>
      edgesOf(
        boxes.filter(({ id }) => !except.includes(id)).map(({ box }) => box),
        size,
      ),
    radius: 3,
    tolerance: 10,
    pixels: () => undefined,
    gradients: () => ({ xs: [], ys: [] }),
  };
}

/** Play events and return the states passed through, and all intents. */
function play(
  name: ToolName,
  events: readonly CanvasEvent[],
  context = contextOf(),
): { path: string[]; intents: Intent[]; tool: Tool } {
  let tool = IDLE[name];
  const path: string[] = [tool.at];
  const intents: Intent[] = [];
  for (const event of events) {
    const [next, more] = step(tool, event, context);
    tool = next;
    path.push(tool.at);
    intents.push(...more);
  }
  return { path, intents, tool };
}

const at = (on: "down" | "move" | "up" | "double", x: number, y: number, keys = NO_KEYS): CanvasEvent => ({
  on,
  point: { x, y },
  keys,
});
const ALT = { shift: false, alt: true };
const SHIFT = { shift: true, alt: false };
const drag = (x1: number, y1: number, x2: number, y2: number, keys = NO_KEYS): CanvasEvent[] => [
  at("down", x1, y1, keys),
  at("move", (x1 + x2) / 2, (y1 + y2) / 2, keys),
  at("up", x2, y2, keys),
];

describe("the box tool", () => {
  it("draws a box between press and release, whichever way", () => {
    const { path, intents } = play("box", drag(90, 60, 30, 20));
    expect(path).toEqual(["idle", "drawing", "drawing", "idle"]);
    expect(intents).toEqual([{ do: "add box", box: { left: 30, top: 20, width: 60, height: 40 } }]);
  });

  it("takes a slip of the hand for nothing, and Escape for a change of mind", () => {
    expect(play("box", drag(50, 50, 51, 51)).intents).toEqual([]);
    expect(play("box", [at("down", 9, 9), { on: "escape" }, at("up", 90, 90)])).toMatchObject({
      path: ["idle", "drawing", "idle", "idle"],
      intents: [],
    });
  });

  it("stops at the picture, and snaps to edges unless Alt is held", () => {
    const there = contextOf([{ id: "a", box: { left: 100, top: 10, width: 20, height: 20 } }]);
    expect(play("box", drag(50, 50, 97, 300), there).intents).toEqual([
      { do: "add box", box: { left: 50, top: 50, width: 50, height: 50 } },
    ]);
    expect(play("box", drag(50, 50, 97, 90, ALT), there).intents).toEqual([
      { do: "add box", box: { left: 50, top: 50, width: 47, height: 40 } },
    ]);
  });
});

describe("the select tool", () => {
  const a = { id: "a", box: { left: 10, top: 10, width: 40, height: 40 } };
  const b = { id: "b", box: { left: 20, top: 20, width: 60, height: 60 } };

  it("selects the uppermost box, and the one beneath with a second click", () => {
    expect(play("select", drag(30, 30, 30, 30), contextOf([a, b])).intents).toEqual([
      { do: "select", ids: ["b"] },
    ]);
    expect(play("select", drag(30, 30, 30, 30), contextOf([a, b], ["b"])).intents).toEqual([
      { do: "select", ids: ["a"] },
    ]);
    expect(play("select", drag(30, 30, 30, 30), contextOf([a, b], ["a"])).intents).toEqual([
      { do: "select", ids: ["b"] },
    ]);
  });

  it("adds and takes away with Shift", () => {
    expect(play("select", drag(70, 70, 70, 70, SHIFT), contextOf([a, b], ["a"])).intents).toEqual([
      { do: "select", ids: ["a", "b"] },
    ]);
    expect(play("select", drag(70, 70, 70, 70, SHIFT), contextOf([a, b], ["a", "b"])).intents).toEqual([
      { do: "select", ids: ["a"] },
    ]);
  });

  it("moves what is selected and stops at the picture", () => {
    const { path, intents } = play(
      "select",
      [at("down", 30, 30), at("move", 31, 30), at("move", 60, 20), at("up", -500, 33, ALT)],
      contextOf([a], ["a"]),
    );
    expect(path).toEqual(["idle", "pressed", "pressed", "moving", "idle"]);
    expect(intents).toEqual([
      { do: "place boxes", boxes: new Map([["a", { left: 0, top: 13, width: 40, height: 40 }]]) },
    ]);
  });

  it("resizes by a handle, turns over, and never becomes flat", () => {
    const there = contextOf([a], ["a"]);
    expect(play("select", drag(50, 50, 90, 70, ALT), there).intents).toEqual([
      { do: "place boxes", boxes: new Map([["a", { left: 10, top: 10, width: 80, height: 60 }]]) },
    ]);
    expect(play("select", drag(50, 50, 5, 5, ALT), there).intents).toEqual([
      { do: "place boxes", boxes: new Map([["a", { left: 5, top: 5, width: 5, height: 5 }]]) },
    ]);
    expect(play("select", drag(50, 30, 10, 30, ALT), there).intents).toEqual([
      { do: "place boxes", boxes: new Map([["a", a.box]]) },
    ]);
  });

  it("selects with a band what it encloses", () => {
    expect(play("select", drag(5, 5, 60, 60), contextOf([a, b])).intents).toEqual([
      { do: "select", ids: ["a"] },
    ]);
    expect(play("select", drag(150, 90, 160, 95), contextOf([a, b], ["a"])).intents).toEqual([
      { do: "select", ids: [] },
    ]);
  });

  it("lets go with Escape: first of the drag, then of the selection", () => {
    const { intents, path } = play(
      "select",
      [at("down", 30, 30), at("move", 60, 60), { on: "escape" }, { on: "escape" }],
      contextOf([a], ["a"]),
    );
    expect(path).toEqual(["idle", "pressed", "moving", "idle", "idle"]);
    expect(intents).toEqual([{ do: "select", ids: [] }]);
  });
});

describe("the tools that paint", () => {
  const areaOf = (intents: readonly Intent[]): number =>
    intents.reduce(
      (sum, intent) =>
        sum +
        (intent.do === "paint" ? [...intent.spans].reduce((all, { from, to }) => all + to - from, 0) : 0),
      0,
    );
  const kinds = (intents: readonly Intent[]): string[] =>
    intents.map((intent) => (intent.do === "paint" ? `paint ${intent.operation}` : intent.do));

  it("close a polygon by its first corner, Enter or a double click", () => {
    const corners = [...drag(10, 10, 10, 10), ...drag(60, 10, 60, 10), ...drag(60, 60, 60, 60)];
    for (const end of [at("down", 11, 11), { on: "enter" } as const, at("double", 60, 60)]) {
      const { path, intents } = play("polygon", [...corners, end]);
      expect(path.at(-1)).toBe("idle");
      expect(kinds(intents)).toEqual(["paint add", "end painting"]);
      expect(Math.abs(areaOf(intents) - 1250)).toBeLessThan(60);
    }
  });

  it("take a corner back with Backspace, and forget a polygon of two", () => {
    const { tool } = play("polygon", [...drag(10, 10, 10, 10), ...drag(60, 10, 60, 10), { on: "back" }]);
    expect(tool).toMatchObject({ at: "drawing", points: [{ x: 10, y: 10 }] });
    expect(
      play("polygon", [...drag(10, 10, 10, 10), ...drag(60, 10, 60, 10), { on: "enter" }]).intents,
    ).toEqual([]);
  });

  it("draw freehand with the button held", () => {
    const { tool } = play("polygon", [
      at("down", 10, 10),
      at("move", 20, 10),
      at("move", 22, 10),
      at("move", 30, 30),
      at("up", 30, 30),
    ]);
    expect(tool).toMatchObject({
      points: [
        { x: 10, y: 10 },
        { x: 20, y: 10 },
        { x: 30, y: 30 },
      ],
    });
  });

  it("paint along the way, erase with Alt or the eraser, and take a stroke back with Escape", () => {
    expect(kinds(play("brush", drag(10, 10, 50, 10)).intents)).toEqual([
      "paint add",
      "paint add",
      "paint add",
      "end painting",
    ]);
    expect(kinds(play("brush", drag(10, 10, 50, 10, ALT)).intents)[0]).toBe("paint remove");
    expect(kinds(play("eraser", drag(10, 10, 50, 10)).intents)[0]).toBe("paint remove");
    expect(kinds(play("brush", [at("down", 10, 10), { on: "escape" }]).intents)).toEqual([
      "paint add",
      "revert painting",
    ]);
  });

  it("pull a straight line with Shift from the end of the last stroke", () => {
    const { intents } = play("brush", [...drag(10, 50, 20, 50), at("down", 120, 50, SHIFT)]);
    const last = intents.at(-1);
    expect(last?.do === "paint" && [...last.spans].some(({ from, to }) => from < 20 && to > 119)).toBe(true);
  });

  it("fill rectangle and ellipse", () => {
    expect(areaOf(play("rectangle", drag(10, 10, 30, 20)).intents)).toBe(200);
    expect(Math.abs(areaOf(play("ellipse", drag(10, 10, 50, 50)).intents) - Math.PI * 400)).toBeLessThan(20);
    expect(play("ellipse", drag(10, 10, 10, 50)).intents).toEqual([]);
  });

  it("flood from the pixel that was clicked", () => {
    const pixels = { width: 2, height: 1, data: Uint8Array.from([1, 1, 1, 255, 99, 99, 99, 255]) };
    const there = { ...contextOf(), pixels: () => pixels };
    expect(areaOf(play("flood", [at("down", 0, 0)], there).intents)).toBe(1);
    expect(play("flood", [at("down", 0, 0)]).intents).toEqual([]);
  });
});

describe("the smart outline", () => {
  const spans = [{ y: 3, from: 1, to: 5 }];

  it("asks with the box that was pulled, shows the answer and takes it with Enter", () => {
    const { path, intents } = play("outline", [
      ...drag(20, 20, 80, 60),
      { on: "outline", number: 1, spans },
      { on: "enter" },
    ]);
    expect(path).toEqual(["idle", "pulling", "pulling", "asking", "proposed", "idle"]);
    expect(intents).toEqual([
      {
        do: "ask outline",
        request: { number: 1, box: { left: 20, top: 20, width: 60, height: 40 }, inside: [], outside: [] },
      },
      { do: "paint", spans, operation: "add" },
      { do: "end painting" },
    ]);
  });

  it("asks with a point, and again with what is missing and what is too much", () => {
    const { intents } = play("outline", [
      ...drag(20, 20, 21, 20),
      { on: "outline", number: 1, spans },
      at("down", 40, 40),
      at("down", 60, 60, ALT),
    ]);
    expect(intents.at(-1)).toEqual({
      do: "ask outline",
      request: {
        number: 3,
        inside: [
          { x: 20, y: 20 },
          { x: 40, y: 40 },
        ],
        outside: [{ x: 60, y: 60 }],
      },
    });
  });

  it("passes over an answer to an older question", () => {
    const { tool } = play("outline", [
      ...drag(20, 20, 80, 60),
      at("down", 40, 40),
      { on: "outline", number: 1, spans },
    ]);
    expect(tool).toMatchObject({ at: "asking", number: 2 });
  });

  it("says that it was refused, and may be asked again", () => {
    const { path } = play("outline", [
      ...drag(20, 20, 80, 60),
      { on: "no outline", number: 1 },
      at("down", 20, 20),
    ]);
    expect(path.slice(-2)).toEqual(["refused", "pulling"]);
  });
});
