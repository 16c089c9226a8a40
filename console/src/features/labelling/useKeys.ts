/** Keys of the whole page become commands, but for those that a field or a button takes itself. */

import { useEffect, useMemo, useRef } from "react";
import type { Desk } from "./desk/desk";
import { actOf, type KeyAct, type Mode } from "./keymap";
import type { LabelInfo } from "./labels";

export function useKeys(
  labels: readonly LabelInfo[],
  mode: Mode,
  desk: Desk | undefined,
  onAct: (act: KeyAct) => void,
): void {
  const labelOf = useMemo(
    () => new Map(labels.filter(({ key }) => key !== "").map(({ key, name }) => [key, name])),
    [labels],
  );
  const latest = useRef({ labelOf, mode, desk, onAct });
  useEffect(() => {
    latest.current = { labelOf, mode, desk, onAct };
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (isTaken(event)) {
        return;
      }
      if (event.key === " " && latest.current.desk !== undefined) {
        event.preventDefault();
        latest.current.desk.view.setSpaceHeld(true);
        return;
      }
      const act = actOf(pressOf(event), stateOf(latest.current));
      if (act !== undefined) {
        event.preventDefault();
        latest.current.onAct(act);
      }
    };
    const release = (event: KeyboardEvent) => {
      if (event.key === " ") {
        latest.current.desk?.view.setSpaceHeld(false);
      }
    };
    window.addEventListener("keydown", press);
    window.addEventListener("keyup", release);
    return () => {
      window.removeEventListener("keydown", press);
      window.removeEventListener("keyup", release);
    };
  }, []);
}

function pressOf(event: KeyboardEvent) {
  // With Shift, and on French keyboards without it, a digit's key gives another character.
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1];
  return {
    key: digit !== undefined && (event.shiftKey || !/^[0-9a-z]$/i.test(event.key)) ? digit : event.key,
    ctrl: event.ctrlKey || event.metaKey,
    shift: event.shiftKey,
    alt: event.altKey,
  };
}

function stateOf({
  labelOf,
  mode,
  desk,
}: {
  labelOf: Map<string, string>;
  mode: Mode;
  desk: Desk | undefined;
}) {
  const editor = desk?.editor;
  const at = editor?.tool.at;
  return {
    mode,
    labelOf,
    hasSelection: mode !== "labels" && (editor?.selected.length ?? 0) > 0,
    isBusy: mode !== "labels" && at !== undefined && at !== "idle" && at !== "refused",
  };
}

const KEYS_OF_BUTTONS = new Set(["Enter", " "]);
const KEYS_OF_SLIDERS = new Set([
  "ArrowLeft",
  "ArrowRight",
  "ArrowUp",
  "ArrowDown",
  "PageUp",
  "PageDown",
  "Home",
  "End",
]);

/** Say whether the focused part of the page wants this key for itself. */
function isTaken(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing || document.querySelector('[role="dialog"]') !== null) {
    return true;
  }
  const { target } = event;
  if (!(target instanceof HTMLElement)) {
    return false;
  }
  if (target instanceof HTMLInputElement && target.type === "range") {
    return KEYS_OF_SLIDERS.has(event.key);
  }
  if (
    target.closest(
      "input:not([type=range]), textarea, select, [contenteditable=true], [role=listbox], [role=menu]",
    )
  ) {
    return true;
  }
  // Between "Pictures" and "Boxes" arrows go from one to the other, and no picture further.
  if (target.closest(".vedette-labelling-top [role=toolbar]") !== null && event.key.startsWith("Arrow")) {
    return true;
  }
  return (
    target.closest("button, a, [role=button], [role=radio], [role=tab]") !== null &&
    KEYS_OF_BUTTONS.has(event.key)
  );
}
