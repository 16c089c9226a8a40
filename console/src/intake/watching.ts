/** Long work of the server that somebody began in this window: watched until it is over, from whatever page. */
export interface WatchedWork {
  readonly kind: "import" | "export";
  readonly arn: string;
  readonly id: string;
  readonly region: string;
  /** Of the project, for the notice, and of the page that shows what came of it. */
  readonly name: string;
  readonly route: string;
}

/** Outlives loading the page anew, and ends with the window. */
const KEY = "vedette-watched";

let works: readonly WatchedWork[] | null = null;
const listeners = new Set<() => void>();

function read(): readonly WatchedWork[] {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    return Array.isArray(value) ? (value as readonly WatchedWork[]) : [];
  } catch {
    return [];
  }
}

function publish(next: readonly WatchedWork[]): void {
  works = next;
  try {
    sessionStorage.setItem(KEY, JSON.stringify(next));
  } catch {
    // A window without a store forgets it when it is loaded anew.
  }
  for (const listener of listeners) listener();
}

export function watchedWorks(): readonly WatchedWork[] {
  return (works ??= read());
}

export function watchWork(work: WatchedWork): void {
  if (watchedWorks().some((other) => other.id === work.id)) return;
  publish([...watchedWorks(), work]);
}

export function unwatchWork(id: string): void {
  publish(watchedWorks().filter((work) => work.id !== id));
}

export function subscribeWorks(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
