/**
 * Which key does what while labelling. Pure: a key and the state of things in, a command out.
 *
 * A key that the person gave to a label wins over everything else.
 */

export type Mode = "labels" | "boxes" | "masks";

export interface KeyPress {
  readonly key: string;
  /** Ctrl, or Command on a Mac. */
  readonly ctrl: boolean;
  readonly shift: boolean;
  readonly alt: boolean;
}

export type Command =
  | "next"
  | "back"
  | "unlabelled"
  | "different"
  | "same"
  | "nothing"
  | "unsure"
  | "sure"
  | "clear"
  | "normal"
  | "anomaly"
  | "undo"
  | "redo"
  | "help"
  | "search"
  | "select"
  | "box"
  | "brush"
  | "eraser"
  | "polygon"
  | "flood"
  | "rectangle"
  | "ellipse"
  | "outline"
  | "thinner"
  | "thicker"
  | "invert"
  | "convert"
  | "delete"
  | "copy"
  | "paste"
  | "duplicate"
  | "all"
  | "backward"
  | "forward"
  | "lock"
  | "hide"
  | "new box"
  | "cycle"
  | "fit"
  | "one to one"
  | "zoom in"
  | "zoom out"
  | "contrast"
  | "take drafts"
  | "escape"
  | "enter"
  | "remove corner";

export type KeyAct =
  | { readonly do: Command }
  | { readonly do: "label"; readonly label: string; readonly isAdded: boolean }
  | { readonly do: "nudge" | "resize"; readonly x: number; readonly y: number };

export interface KeyState {
  readonly mode: Mode;
  readonly labelOf: ReadonlyMap<string, string>;
  readonly hasSelection: boolean;
  /** A tool is in the middle of something that Enter or Backspace ends. */
  readonly isBusy: boolean;
}

/** What every key sheet shows, in its order; `keys` are as they stand on a keyboard. */
export interface KeyRow {
  readonly command: Command;
  readonly keys: readonly string[];
  readonly modes: readonly Mode[];
}

const EVERYWHERE: readonly Mode[] = ["labels", "boxes", "masks"];
const DRAWN: readonly Mode[] = ["boxes", "masks"];

export const KEY_ROWS: readonly KeyRow[] = [
  { command: "next", keys: ["PageDown", "ArrowRight"], modes: EVERYWHERE },
  { command: "back", keys: ["PageUp", "ArrowLeft"], modes: EVERYWHERE },
  { command: "unlabelled", keys: ["u"], modes: EVERYWHERE },
  { command: "different", keys: ["j"], modes: EVERYWHERE },
  { command: "same", keys: ["="], modes: EVERYWHERE },
  { command: "nothing", keys: ["0"], modes: ["labels", "boxes"] },
  { command: "unsure", keys: ["q"], modes: EVERYWHERE },
  { command: "normal", keys: ["n"], modes: ["masks"] },
  { command: "anomaly", keys: ["a"], modes: ["masks"] },
  { command: "undo", keys: ["Ctrl+z"], modes: EVERYWHERE },
  { command: "redo", keys: ["Ctrl+y", "Ctrl+Shift+z"], modes: DRAWN },
  { command: "select", keys: ["v"], modes: DRAWN },
  { command: "box", keys: ["b"], modes: ["boxes"] },
  { command: "brush", keys: ["b"], modes: ["masks"] },
  { command: "eraser", keys: ["e"], modes: ["masks"] },
  { command: "polygon", keys: ["p"], modes: ["masks"] },
  { command: "flood", keys: ["w"], modes: ["masks"] },
  { command: "rectangle", keys: ["r"], modes: ["masks"] },
  { command: "ellipse", keys: ["o"], modes: ["masks"] },
  { command: "outline", keys: ["s"], modes: DRAWN },
  { command: "thinner", keys: ["["], modes: ["masks"] },
  { command: "thicker", keys: ["]"], modes: ["masks"] },
  { command: "invert", keys: ["i"], modes: ["masks"] },
  { command: "convert", keys: ["x"], modes: DRAWN },
  { command: "new box", keys: ["k"], modes: DRAWN },
  { command: "cycle", keys: ["m"], modes: DRAWN },
  { command: "delete", keys: ["Delete", "Backspace"], modes: EVERYWHERE },
  { command: "copy", keys: ["Ctrl+c"], modes: DRAWN },
  { command: "paste", keys: ["Ctrl+v"], modes: DRAWN },
  { command: "duplicate", keys: ["d"], modes: DRAWN },
  { command: "all", keys: ["Ctrl+a"], modes: ["boxes"] },
  { command: "backward", keys: ["["], modes: ["boxes"] },
  { command: "forward", keys: ["]"], modes: ["boxes"] },
  { command: "lock", keys: ["l"], modes: DRAWN },
  { command: "hide", keys: ["h"], modes: DRAWN },
  { command: "take drafts", keys: ["t"], modes: EVERYWHERE },
  { command: "fit", keys: ["f"], modes: EVERYWHERE },
  { command: "one to one", keys: ["z"], modes: EVERYWHERE },
  { command: "zoom in", keys: ["+"], modes: EVERYWHERE },
  { command: "zoom out", keys: ["-"], modes: EVERYWHERE },
  { command: "contrast", keys: ["c"], modes: EVERYWHERE },
  { command: "search", keys: ["/"], modes: EVERYWHERE },
  { command: "help", keys: ["?"], modes: EVERYWHERE },
];

const ARROWS: ReadonlyMap<string, readonly [number, number]> = new Map([
  ["ArrowLeft", [-1, 0]],
  ["ArrowRight", [1, 0]],
  ["ArrowUp", [0, -1]],
  ["ArrowDown", [0, 1]],
]);
/** With Shift an arrow moves by so many pixels at once. */
const LEAP = 10;

/** Return what a key does, or nothing. */
export function actOf(press: KeyPress, state: KeyState): KeyAct | undefined {
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  if (!press.ctrl && !press.alt) {
    const label = state.labelOf.get(key);
    if (label !== undefined) {
      return { do: "label", label, isAdded: press.shift };
    }
  }
  return toolAct(press, key, state) ?? arrowAct(press, state) ?? rowAct(press, key, state);
}

function toolAct(press: KeyPress, key: string, state: KeyState): KeyAct | undefined {
  if (key === "Escape") {
    return { do: "escape" };
  }
  if (key === "Enter") {
    return { do: state.isBusy ? "enter" : "next" };
  }
  return key === "Backspace" && state.isBusy && !press.ctrl ? { do: "remove corner" } : undefined;
}

function arrowAct(press: KeyPress, state: KeyState): KeyAct | undefined {
  const arrow = ARROWS.get(press.key);
  if (arrow === undefined || !state.hasSelection || press.ctrl) {
    return undefined;
  }
  const step = press.shift ? LEAP : 1;
  return { do: press.alt ? "resize" : "nudge", x: arrow[0] * step, y: arrow[1] * step };
}

function rowAct(press: KeyPress, key: string, { mode }: KeyState): KeyAct | undefined {
  if (press.alt) {
    return undefined;
  }
  // Shift says nothing of its own for a character that is typed with it, such as the question mark.
  const isShifted = press.shift && (press.ctrl || press.key.length > 1);
  const name = `${press.ctrl ? "Ctrl+" : ""}${isShifted ? "Shift+" : ""}${key}`;
  const row = KEY_ROWS.find(({ keys, modes }) => modes.includes(mode) && keys.includes(name));
  return row && { do: row.command };
}
