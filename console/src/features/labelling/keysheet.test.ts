import { describe, expect, it } from "vitest";
import { actOf, KEY_ROWS, type KeyPress, type Mode } from "./keymap";

/** A key as a sheet shows it, pressed. */
function pressOf(name: string): KeyPress {
  const parts = name.length === 1 ? [name] : name.split("+");
  const key = parts.at(-1) ?? "";
  return { key, ctrl: parts.includes("Ctrl"), shift: parts.includes("Shift"), alt: false };
}

describe("the sheet of keys", () => {
  const rows = (["labels", "boxes", "masks"] as const).flatMap((mode: Mode) =>
    KEY_ROWS.filter(({ modes }) => modes.includes(mode)).flatMap(({ command, keys }) =>
      keys.map((key) => ({ mode, key, command })),
    ),
  );

  it.each(rows)("says what $key does in the mode of $mode: $command", ({ mode, key, command }) => {
    const state = { mode, labelOf: new Map<string, string>(), hasSelection: false, isBusy: false };
    expect(actOf(pressOf(key), state)).toEqual({ do: command });
  });
});
