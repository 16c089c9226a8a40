import { describe, expect, it } from "vitest";
import { actOf, KEY_ROWS, type KeyPress, type KeyState, type Mode } from "./keymap";

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrl: false,
  shift: false,
  alt: false,
  ...more,
});
const state = (mode: Mode, more: Partial<KeyState> = {}): KeyState => ({
  mode,
  labelOf: new Map([
    ["1", "rust"],
    ["b", "bolt"],
  ]),
  hasSelection: false,
  isBusy: false,
  ...more,
});

describe("a key", () => {
  it("of a label wins over a tool's, but not with Ctrl", () => {
    expect(actOf(press("1"), state("labels"))).toEqual({ do: "label", label: "rust", isAdded: false });
    expect(actOf(press("B", { shift: true }), state("boxes"))).toEqual({
      do: "label",
      label: "bolt",
      isAdded: true,
    });
    expect(actOf(press("b"), state("boxes", { labelOf: new Map() }))).toEqual({ do: "box" });
    expect(actOf(press("c", { ctrl: true }), state("boxes", { labelOf: new Map([["c", "x"]]) }))).toEqual({
      do: "copy",
    });
  });

  it("means what its mode says", () => {
    const none = { labelOf: new Map<string, string>() };
    expect(actOf(press("b"), state("masks", none))).toEqual({ do: "brush" });
    expect(actOf(press("n"), state("masks", none))).toEqual({ do: "normal" });
    expect(actOf(press("n"), state("labels", none))).toBeUndefined();
    expect(actOf(press("?", { shift: true }), state("labels", none))).toEqual({ do: "help" });
    expect(actOf(press("z", { ctrl: true, shift: true }), state("boxes", none))).toEqual({ do: "redo" });
  });

  it("of an arrow moves what is selected, and goes on where nothing is", () => {
    expect(actOf(press("ArrowRight"), state("boxes"))).toEqual({ do: "next" });
    expect(actOf(press("ArrowRight"), state("boxes", { hasSelection: true }))).toEqual({
      do: "nudge",
      x: 1,
      y: 0,
    });
    expect(actOf(press("ArrowUp", { shift: true }), state("boxes", { hasSelection: true }))).toEqual({
      do: "nudge",
      x: 0,
      y: -10,
    });
    expect(actOf(press("ArrowDown", { alt: true }), state("boxes", { hasSelection: true }))).toEqual({
      do: "resize",
      x: 0,
      y: 1,
    });
  });

  it("ends what a tool is in the middle of", () => {
    expect(actOf(press("Enter"), state("masks", { isBusy: true }))).toEqual({ do: "enter" });
    expect(actOf(press("Enter"), state("masks"))).toEqual({ do: "next" });
    expect(actOf(press("Backspace"), state("masks", { isBusy: true }))).toEqual({ do: "remove corner" });
    expect(actOf(press("Backspace"), state("masks"))).toEqual({ do: "delete" });
  });

  it.each(["labels", "boxes", "masks"] as const)("does one thing only in the mode of %s", (mode) => {
    const keys = KEY_ROWS.filter(({ modes }) => modes.includes(mode)).flatMap((row) => row.keys);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
