/** Notices above the page: what a long action came to. They stay until they are closed. */
import { useSyncExternalStore, type ReactNode } from "react";

export interface Notice {
  readonly id: string;
  readonly type: "success" | "error" | "warning" | "info" | "in-progress";
  readonly header?: ReactNode;
  readonly content?: ReactNode;
  readonly action?: ReactNode;
}

let notices: readonly Notice[] = [];
let count = 0;
const listeners = new Set<() => void>();

function publish(next: readonly Notice[]): void {
  notices = next;
  for (const listener of listeners) listener();
}

/** Shows a notice, in place of the one with the same id; returns its id. */
export function notify(notice: Omit<Notice, "id"> & { readonly id?: string }): string {
  count += 1;
  const id = notice.id ?? `notice-${String(count)}`;
  const rest = notices.filter((other) => other.id !== id);
  publish([{ ...notice, id }, ...rest]);
  return id;
}

export function closeNotice(id: string): void {
  publish(notices.filter((notice) => notice.id !== id));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useNotices(): readonly Notice[] {
  return useSyncExternalStore(subscribe, () => notices);
}
