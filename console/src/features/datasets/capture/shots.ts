/**
 * Pictures that were taken here, or read from a video, and are in no dataset yet. Those of a camera are nowhere else,
 * and those of a video were chosen by somebody, so they outlive their page, and the end of a session: whoever comes
 * back to the page finds them. No React.
 */
export interface Shot {
  readonly id: number;
  readonly name: string;
  readonly label: string;
  readonly blob: Blob;
  readonly isChosen: boolean;
}

export type ChangeShots = (change: (before: readonly Shot[]) => readonly Shot[]) => void;

let taken = 0;

/** A number that no other picture of this window has. */
export function nextShotId(): number {
  taken += 1;
  return taken;
}

const NONE: readonly Shot[] = [];
const held = new Map<string, readonly Shot[]>();
const listeners = new Set<() => void>();

/** Loading the page anew would lose them, which browsers then say. */
function warn(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

/** The pictures of one person for one dataset. */
export function heldShots(place: string): readonly Shot[] {
  return held.get(place) ?? NONE;
}

export function changeHeldShots(place: string, change: Parameters<ChangeShots>[0]): void {
  const next = change(heldShots(place));
  if (next.length > 0) held.set(place, next);
  else held.delete(place);
  if (held.size > 0) window.addEventListener("beforeunload", warn);
  else window.removeEventListener("beforeunload", warn);
  for (const listener of listeners) listener();
}

export function subscribeShots(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
