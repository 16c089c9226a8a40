/**
 * What the newest model guesses of the pictures in sight, asked for one picture after the other as it comes.
 * Drafts are nobody's answer: they are shown apart, and taken by a key. No React.
 */

import { call, type Own } from "../../../api";
import type { Place } from "../place";

export type Draft = Own.Draft;
/** None where there is nothing to be accepted; nothing while the server is asked. */
export type DraftOf = Draft | "none" | undefined;

/** Who rushes through pictures asks for few of them. */
const PAUSE_MS = 120;

export class DraftStore {
  readonly #place: Place;
  readonly #drafts = new Map<string, DraftOf>();
  readonly #watchers = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #version = 0;

  constructor(place: Place) {
    this.#place = place;
  }

  get version(): number {
    return this.#version;
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  of(id: string | undefined): Draft | undefined {
    const draft = id === undefined ? undefined : this.#drafts.get(id);
    return draft === "none" ? undefined : draft;
  }

  /** Ask for a picture's draft, unless it was asked for. */
  want(id: string | undefined): void {
    clearTimeout(this.#timer);
    if (id !== undefined && !this.#drafts.has(id)) {
      this.#timer = setTimeout(() => void this.#load(id), PAUSE_MS);
    }
  }

  /** A draft that was taken, or is not wanted, is shown no more. */
  drop(id: string): void {
    this.#set(id, "none");
  }

  async #load(id: string): Promise<void> {
    const { projectArn, type, region } = this.#place;
    this.#drafts.set(id, undefined);
    try {
      const answer = await call(
        "vedette",
        "ListDrafts",
        { ProjectArn: projectArn, DatasetType: type, EntryIds: [id], WithMasks: true },
        { region },
      );
      this.#set(id, answer.Drafts?.[0] ?? "none");
    } catch {
      // Labelling goes on without guesses; they are asked for when the picture comes again.
      this.#drafts.delete(id);
    }
  }

  #set(id: string, draft: DraftOf): void {
    this.#drafts.set(id, draft);
    this.#version += 1;
    for (const watcher of this.#watchers) {
      watcher();
    }
  }
}
