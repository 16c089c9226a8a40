import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as commands from "./commands";
import { boxKey, Editor, labelKey, type Damage } from "./editor";
import { Scene } from "./scene";
import { overlap, toPixels, type Box } from "./shapes/geometry";
import { NO_KEYS } from "./tools/machine";
import type { ToolName } from "./tools/tools";

const size = { width: 256, height: 128 };

function drag(editor: Editor, x1: number, y1: number, x2: number, y2: number, alt = true): void {
  const keys = { ...NO_KEYS, alt };
  for (const [on, x, y] of [
    ["down", x1, y1],
    ["move", x2, y2],
    ["up", x2, y2],
  ] as const) {
    editor.handle({ on, point: { x, y }, keys });
  }
}

function editorWith(boxes: readonly Box[] = []): Editor {
  const editor = new Editor(new Scene(size));
  editor.setLabel("rust");
  editor.setTool("box");
  for (const { left, top, width, height } of boxes) {
    drag(editor, left, top, left + width, top + height);
  }
  editor.setTool("select");
  return editor;
}

const boxesOf = (editor: Editor): Box[] => editor.scene.boxes.map(({ box }) => toPixels(box, size));
const contentOf = (editor: Editor): unknown => ({
  boxes: editor.scene.boxes,
  masks: editor.scene.visibleTypes.map((label) => [label, [...(editor.scene.mask(label)?.spans() ?? [])]]),
});

describe("the editor", () => {
  it("shows guesses without a change, and keeps them through an undo", () => {
    const editor = new Editor(new Scene(size));
    editor.setLabel("rust");
    const guess = {
      id: "guess",
      label: "chip",
      box: { left: 0, top: 0, width: 0.5, height: 0.5 },
      draft: 0.7,
    };
    editor.propose([guess]);
    expect([editor.scene.boxes, editor.contentVersion, editor.canUndo]).toEqual([[guess], 0, false]);
    editor.setTool("box");
    drag(editor, 130, 70, 200, 120);
    editor.propose([{ ...guess, id: "later" }]);
    expect(editor.scene.boxes.map(({ id }) => id)).toEqual(["new-1", "later"]);
    editor.undo();
    expect(editor.scene.boxes.map(({ id }) => id)).toEqual(["guess", "new-1"]);
    editor.undo();
    expect(editor.scene.boxes).toEqual([guess]);
  });

  it("adds boxes of the label in hand, and refuses without one", () => {
    const refusals: string[] = [];
    const editor = new Editor(new Scene(size), { onRefusal: (refusal) => refusals.push(refusal) });
    editor.setTool("box");
    drag(editor, 10, 10, 50, 50);
    expect([editor.scene.boxes, refusals]).toEqual([[], ["no label"]]);
    editor.setLabel("rust");
    drag(editor, 10, 10, 50, 50);
    expect(editor.scene.boxes).toEqual([
      {
        id: "new-1",
        label: "rust",
        box: { left: 10 / 256, top: 10 / 128, width: 40 / 256, height: 40 / 128 },
      },
    ]);
    expect(editor.selected).toEqual(["new-1"]);
  });

  it("undoes and redoes whatever is done, however much", () => {
    const tools = fc.constantFrom<ToolName>(
      "box",
      "select",
      "brush",
      "eraser",
      "rectangle",
      "ellipse",
      "polygon",
    );
    const x = fc.integer({ min: -10, max: 270 });
    const act = fc.oneof(
      fc.record({
        kind: fc.constant("drag" as const),
        tool: tools,
        x1: x,
        y1: x,
        x2: x,
        y2: x,
        alt: fc.boolean(),
      }),
      fc.record({
        kind: fc.constantFrom(
          "delete" as const,
          "invert" as const,
          "paste" as const,
          "masks" as const,
          "to boxes" as const,
          "front" as const,
          "clear" as const,
          "nudge" as const,
        ),
      }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 14 }), (acts) => {
        const editor = editorWith([{ left: 20, top: 20, width: 30, height: 30 }]);
        editor.setRadius(5);
        for (const one of acts) {
          if (one.kind === "drag") {
            editor.setTool(one.tool);
            drag(editor, one.x1, one.y1, one.x2, one.y2, one.alt);
          } else {
            run(editor, one.kind);
          }
        }
        const last = contentOf(editor);
        const states: unknown[] = [];
        while (editor.canUndo) {
          states.push(contentOf(editor));
          editor.undo();
        }
        expect(editor.scene.boxes).toEqual([]);
        expect(editor.scene.visibleTypes).toEqual([]);
        while (editor.canRedo) {
          editor.redo();
          expect(contentOf(editor)).toEqual(states.pop());
        }
        expect(contentOf(editor)).toEqual(last);
        for (const box of boxesOf(editor)) {
          expect(box.left >= 0 && box.top >= 0 && box.width > 0 && box.height > 0).toBe(true);
          expect(box.left + box.width).toBeLessThanOrEqual(size.width + 1e-6);
          expect(box.top + box.height).toBeLessThanOrEqual(size.height + 1e-6);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("makes one step of a stroke, and none of a stroke that was taken back", () => {
    const editor = new Editor(new Scene(size));
    editor.setLabel("rust");
    editor.setTool("brush");
    drag(editor, 20, 20, 60, 60, false);
    const painted = editor.scene.mask("rust")?.count() ?? 0;
    expect(painted).toBeGreaterThan(100);
    editor.handle({ on: "down", point: { x: 100, y: 20 }, keys: NO_KEYS });
    editor.handle({ on: "escape" });
    expect(editor.scene.mask("rust")?.count()).toBe(painted);
    editor.undo();
    expect([editor.scene.mask("rust")?.count(), editor.canUndo]).toEqual([0, false]);
  });

  it("ends a stroke when the tool is changed in the middle of it, and does not lose it", () => {
    const editor = new Editor(new Scene(size));
    editor.setLabel("rust");
    editor.setTool("brush");
    editor.handle({ on: "down", point: { x: 100, y: 20 }, keys: NO_KEYS });
    editor.setTool("select");
    expect([editor.canUndo, editor.contentVersion]).toEqual([true, 1]);
  });

  it("nudges, orders, relabels and removes what is selected", () => {
    const editor = editorWith([
      { left: 0, top: 0, width: 10, height: 10 },
      { left: 50, top: 50, width: 10, height: 10 },
    ]);
    const [first = "", second = ""] = editor.scene.boxes.map(({ id }) => id);
    editor.select([first]);
    commands.nudge(editor, { x: -1, y: 1 });
    expect(boxesOf(editor)[0]).toEqual({ left: 0, top: 1, width: 10, height: 10 });
    commands.orderSelected(editor, "front");
    expect(editor.scene.boxes.map(({ id }) => id)).toEqual([second, first]);
    commands.orderSelected(editor, "backward");
    expect(editor.scene.boxes.map(({ id }) => id)).toEqual([first, second]);
    commands.relabelSelected(editor, "chip");
    expect(editor.scene.boxes.map(({ label }) => label)).toEqual(["chip", "rust"]);
    commands.removeSelected(editor);
    expect(editor.scene.boxes.map(({ id }) => id)).toEqual([second]);
  });

  it("copies to another picture: boxes by their shares, masks where the size is the same", () => {
    const editor = editorWith([{ left: 0, top: 0, width: 128, height: 64 }]);
    editor.setTool("rectangle");
    drag(editor, 10, 10, 20, 20, false);
    const clipboard = commands.copy(editor);
    const larger = new Editor(new Scene({ width: 512, height: 512 }));
    commands.paste(larger, clipboard);
    expect(larger.scene.boxes.map(({ box }) => box)).toEqual([{ left: 0, top: 0, width: 0.5, height: 0.5 }]);
    expect(larger.scene.visibleTypes).toEqual([]);
    const alike = new Editor(new Scene(size));
    commands.paste(alike, clipboard);
    expect(alike.scene.mask("rust")?.count()).toBe(100);
    alike.undo();
    expect([alike.scene.boxes, alike.scene.visibleTypes]).toEqual([[], []]);
  });

  it("turns boxes into masks and masks into boxes", () => {
    const editor = editorWith([
      { left: 10, top: 10, width: 20, height: 20 },
      { left: 100, top: 10, width: 8, height: 8 },
    ]);
    editor.select([]);
    commands.boxesToMasks(editor);
    expect([editor.scene.boxes.length, editor.scene.mask("rust")?.count()]).toEqual([0, 464]);
    commands.maskToBoxes(editor, "rust");
    expect(boxesOf(editor)).toEqual([
      { left: 10, top: 10, width: 20, height: 20 },
      { left: 100, top: 10, width: 8, height: 8 },
    ]);
    expect(editor.scene.visibleTypes).toEqual([]);
  });

  it("lets neither pointer nor brush touch what is locked", () => {
    const editor = editorWith([{ left: 10, top: 10, width: 20, height: 20 }]);
    const id = editor.scene.boxes[0]?.id ?? "";
    editor.select([id]);
    editor.setLocked(boxKey(id), true);
    expect(editor.selected).toEqual([]);
    drag(editor, 15, 15, 90, 90);
    expect(boxesOf(editor)).toEqual([{ left: 10, top: 10, width: 20, height: 20 }]);
    editor.setLocked(labelKey("rust"), true);
    editor.setTool("brush");
    drag(editor, 15, 15, 90, 90, false);
    expect(editor.scene.visibleTypes).toEqual([]);
  });

  it("takes drafts by confidence or by selection, and never counts those that are left", () => {
    const box = { left: 0, top: 0, width: 0.1, height: 0.1 };
    const drafts = [0.9, 0.4].map((draft, place) => ({ id: `d${String(place)}`, label: "rust", box, draft }));
    const editor = new Editor(new Scene(size, drafts));
    commands.acceptDrafts(editor, 0.5);
    expect(editor.scene.boxes).toEqual([{ id: "d0", label: "rust", box }, drafts[1]]);
    commands.rejectDrafts(editor);
    expect(editor.scene.boxes.map(({ id }) => id)).toEqual(["d0"]);
  });

  it("tells which tiles have to be drawn again, and no others", () => {
    const damages: Damage[] = [];
    const editor = new Editor(new Scene(size), { onDamage: (damage) => damages.push(damage) });
    editor.setLabel("rust");
    editor.setTool("rectangle");
    drag(editor, 70, 10, 80, 20, false);
    const tiles = damages.flatMap(({ mask }) => (mask?.tiles === undefined ? [] : [...mask.tiles]));
    expect(new Set(tiles)).toEqual(new Set([1]));
  });

  it("asks for an outline, drops a late answer of an earlier picture of the tool, and says when there is none", async () => {
    const answers: (() => void)[] = [];
    const refusals: string[] = [];
    const editor = new Editor(new Scene(size), {
      outline: () =>
        new Promise((resolve) => {
          answers.push(() => {
            resolve([{ y: 5, from: 5, to: 9 }]);
          });
        }),
      onRefusal: (refusal) => refusals.push(refusal),
    });
    editor.setLabel("rust");
    editor.setTool("outline");
    drag(editor, 10, 10, 60, 60, false);
    editor.setTool("outline");
    drag(editor, 10, 10, 60, 60, false);
    answers[0]?.();
    await Promise.resolve();
    expect(editor.tool.at).toBe("asking");
    answers[1]?.();
    await Promise.resolve();
    expect(editor.tool.at).toBe("proposed");
    editor.handle({ on: "enter" });
    expect(editor.scene.mask("rust")?.count()).toBe(4);
    const plain = new Editor(new Scene(size), { onRefusal: (refusal) => refusals.push(refusal) });
    plain.setTool("outline");
    drag(plain, 10, 10, 60, 60, false);
    expect([plain.tool.at, refusals]).toEqual(["refused", ["no outline"]]);
  });
});

it("finds overlap the same from either side", () => {
  const box = fc.record({
    left: fc.nat(50),
    top: fc.nat(50),
    width: fc.integer({ min: 1, max: 50 }),
    height: fc.integer({ min: 1, max: 50 }),
  });
  fc.assert(
    fc.property(box, box, (one, other) => {
      expect(overlap(one, other)).toBe(overlap(other, one));
      expect(overlap(one, one)).toBe(1);
    }),
  );
});

function run(
  editor: Editor,
  kind: "delete" | "invert" | "paste" | "masks" | "to boxes" | "front" | "clear" | "nudge",
): void {
  const acts: Record<typeof kind, () => void> = {
    delete: () => {
      commands.removeSelected(editor);
    },
    invert: () => {
      commands.invertType(editor, "rust");
    },
    paste: () => {
      commands.paste(editor, commands.copy(editor), { x: 3, y: 3 });
    },
    masks: () => {
      commands.boxesToMasks(editor);
    },
    "to boxes": () => {
      commands.maskToBoxes(editor, "rust");
    },
    front: () => {
      commands.selectNext(editor, 1);
      commands.orderSelected(editor, "front");
    },
    clear: () => {
      commands.clearAll(editor);
    },
    nudge: () => {
      commands.nudge(editor, { x: 10, y: -10 });
    },
  };
  acts[kind]();
}
