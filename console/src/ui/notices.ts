/** Notices above the page: what a long action came to. They stay until they are closed. */
import { useSyncExternalStore, type ReactNode } from "react";

export interface Notice {
  readonly id: string;
  readonly type: "success" | "error" | "warning" | "info" | "in-progress";
  readonly header?: ReactNode;
  readonly content?: ReactNode;
  readonly action?: ReactNode;
  /** Called when somebody closes it, and not when it is taken away. */
  readonly onClose?: () => void;
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

let reader = "";

/** Takes away what another person was told in this window; the same person finds it after signing in again. */
export function showNoticesTo(person: string): void {
  if (reader !== person && reader !== "") publish([]);
  reader = person;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function listNotices(): readonly Notice[] {
  return notices;
}

export function useNotices(): readonly Notice[] {
  return useSyncExternalStore(subscribe, listNotices);
}
