/** What a page tells the frame around it: its title, where it stands, and how much room it wants. */
import { useEffect, useSyncExternalStore } from "react";

export interface Crumb {
  readonly text: string;
  /** A route such as /projects. */
  readonly to: string;
}

export interface PageFacts {
  readonly title: string;
  /** From the console's home down to this page's parent. */
  readonly crumbs?: readonly Crumb[];
  /** The whole window without padding and without the side navigation: galleries and canvases. */
  readonly isFull?: boolean;
}

const NOWHERE: PageFacts = { title: "" };
let facts: PageFacts = NOWHERE;
const listeners = new Set<() => void>();

function publish(next: PageFacts): void {
  if (JSON.stringify(next) === JSON.stringify(facts)) return;
  facts = next;
  document.title = next.title === "" ? "Vedette" : `${next.title} · Vedette`;
  for (const listener of listeners) listener();
}

/** Called by every page once it knows what it shows. */
export function usePage(page: PageFacts): void {
  useEffect(() => publish(page));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function usePageFacts(): PageFacts {
  return useSyncExternalStore(subscribe, () => facts);
}
