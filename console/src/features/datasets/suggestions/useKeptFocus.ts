/**
 * Keeps the keyboard's place in a list whose rows go away when they are acted on: the same button of the next
 * row has it then, and where the list has come to its end, the panel's first button.
 */
import { useEffect, useRef, type RefObject } from "react";

/** Says that a row is about to go, by the button with this name. */
export type Leave = (list: string, index: number, action: string) => void;

interface Left {
  readonly list: string;
  readonly index: number;
  readonly action: string;
  readonly row: Element | undefined;
}

/** `contents` are what the lists show: whenever they are others, a row may have gone. */
export function useKeptFocus(panel: RefObject<HTMLDivElement | null>, contents: readonly unknown[]): Leave {
  const left = useRef<Left>(undefined);
  useEffect(() => {
    const { current } = left;
    if (current === undefined || panel.current === null || current.row?.isConnected === true) return;
    left.current = undefined;
    // Who has gone on elsewhere meanwhile stays there.
    if (document.activeElement === null || document.activeElement === document.body) {
      targetOf(panel.current, current)?.focus();
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps -- whatever is shown is what it depends on
  }, contents);
  return (list, index, action) => {
    const row = panel.current === null ? undefined : rowsOf(panel.current, list)[index];
    left.current = { list, index, action, row };
  };
}

function rowsOf(panel: HTMLElement, list: string): readonly Element[] {
  return [...panel.querySelectorAll(`[data-list="${list}"] > li`)];
}

function targetOf(panel: HTMLElement, { list, index, action }: Left): HTMLElement | null {
  const rows = rowsOf(panel, list);
  const row = rows[Math.min(index, rows.length - 1)];
  return (
    row?.querySelector<HTMLElement>(`[data-action="${action}"] button`) ??
    row?.querySelector<HTMLElement>("button") ??
    panel.querySelector<HTMLElement>("button")
  );
}
