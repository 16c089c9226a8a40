/**
 * Labelling one picture after the other: where one is, what is said of it, and the way to the next. Keys that
 * come before a picture's entry is loaded wait in a queue and are never lost. No React.
 */

import { Line } from "../../../manifest/lines";
import type { PendingEdit, StoredEntry } from "../saving/outbox";
import type { EntryList, EntryRow } from "./entryList";

export interface SavingPort {
  /** What is known of an entry here that the list does not know. */
  readonly current: (source: string) => StoredEntry | undefined;
  readonly put: (edit: PendingEdit) => void;
}

/** What a key does to the line of the picture in sight. */
export type LineChange = (line: Line) => Line;

export type MaskBytes = NonNullable<PendingEdit["mask"]>;

interface Step {
  /** Saved also where it changes nothing. */
  readonly isAnswer?: boolean;
  readonly change?: LineChange;
  readonly then: "stay" | "next";
}

interface Undo {
  readonly index: number;
  readonly before: string;
  readonly after: string;
}

/** So many entries are remembered as those of lately; a server takes fifty. */
const LATELY = 20;

function lately(ids: readonly string[], id: string): readonly string[] {
  return [...ids.filter((other) => other !== id), id].slice(-LATELY);
}

export class LabelSession {
  readonly list: EntryList;
  readonly #saving: SavingPort;
  readonly #isLabelled: (line: Line) => boolean;
  readonly #queue: Step[] = [];
  readonly #undos: Undo[] = [];
  readonly #watchers = new Set<() => void>();
  #index = 0;
  #last: Line | undefined;
  #recent: readonly string[] = [];
  #passed: readonly string[] = [];
  #changed = 0;
  #isDraining = false;
  #error: unknown;
  #version = 0;

  constructor(list: EntryList, saving: SavingPort, isLabelled: (line: Line) => boolean) {
    this.list = list;
    this.#saving = saving;
    this.#isLabelled = isLabelled;
  }

  get index(): number {
    return this.#index;
  }
  /** Past the last picture: keys say nothing here, so that none changes the last picture unseen. */
  get isAtEnd(): boolean {
    return this.list.total !== undefined && this.#index >= this.list.total;
  }
  get row(): EntryRow | undefined {
    return this.list.at(this.#index);
  }
  get error(): unknown {
    return this.#error;
  }
  /** How many changes were made here. */
  get changed(): number {
    return this.#changed;
  }
  get canUndo(): boolean {
    return this.#undos.length > 0;
  }
  get version(): number {
    return this.#version;
  }
  /** Keys that wait for their picture's entry. */
  get waiting(): number {
    return this.#queue.length;
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Return the line of an entry as it is here. */
  lineOf(row: EntryRow): Line {
    return Line.read(this.#saving.current(row.source)?.line ?? row.line);
  }

  get line(): Line | undefined {
    return this.row === undefined ? undefined : this.lineOf(this.row);
  }

  /** The picture that was changed last; for "same as last". */
  get last(): Line | undefined {
    return this.#last;
  }

  /** The entries that were changed last, and those that somebody was led to by `gotoEntry`. */
  get trail(): { readonly recent: readonly string[]; readonly passed: readonly string[] } {
    return { recent: this.#recent, passed: this.#passed };
  }

  /** Go to an entry, wherever it stands; says whether it is in the list. */
  async gotoEntry(id: string): Promise<boolean> {
    const index = await this.list.findPage(id).catch(() => undefined);
    if (index === undefined) {
      return false;
    }
    this.#passed = lately(this.#passed, id);
    this.#queue.length = 0;
    this.#goto(index);
    return true;
  }

  /** Begin at an entry, or at the first one. */
  async open(id: string | undefined): Promise<void> {
    await this.#attempt(async () => {
      const index = id === undefined ? 0 : ((await this.list.findPage(id)) ?? 0);
      await this.list.require(index);
      this.#goto(index);
    });
  }

  /** Change the picture in sight; an answer is saved also where the line says it already. Then go on to the next if that is asked for. */
  change(change: LineChange, then: "stay" | "next" = "stay", isAnswer = false): void {
    this.#queue.push({ change, then, isAnswer });
    void this.#drain();
  }

  /** Go on without a word, after the keys that wait. */
  skip(): void {
    this.#queue.push({ then: "next" });
    void this.#drain();
  }

  back(): void {
    if (this.#queue.length === 0 && this.#index > 0) {
      this.#goto(this.#index - 1);
      void this.#attempt(async () => {
        await this.list.require(this.#index);
      });
    }
  }

  goto(index: number): void {
    this.#queue.length = 0;
    this.#goto(index);
    void this.#attempt(async () => {
      await this.list.require(this.#index);
    });
  }

  /** Go to the next picture that has no label, from here on and then from the first; says whether there is one. */
  async nextUnlabelled(): Promise<boolean> {
    let isThere = false;
    await this.#attempt(async () => {
      const total = this.list.total ?? 0;
      for (let step = 1; step <= total; step += 1) {
        const index = (this.#index + step) % total;
        const row = await this.list.require(index);
        if (row !== undefined && !this.#isLabelled(this.lineOf(row))) {
          this.#goto(index);
          isThere = true;
          return;
        }
      }
    });
    return isThere;
  }

  /** Save the line of an entry that a canvas changed; the mask's bytes with it. */
  save(row: EntryRow, line: Line, mask?: MaskBytes): void {
    const current = this.#saving.current(row.source) ?? row;
    if (current.line === line.text) {
      return;
    }
    this.#put(row, line.text, mask);
    this.#last = line;
  }

  /** Take back the last change by key, wherever it was made, and show that picture. */
  undo(): void {
    const undo = this.#undos.pop();
    const row = undo === undefined ? undefined : this.list.at(undo.index);
    if (undo === undefined || row === undefined) {
      return;
    }
    this.#queue.length = 0;
    if (this.lineOf(row).text === undo.after) {
      this.#put(row, undo.before);
    }
    this.#goto(undo.index);
  }

  async #drain(): Promise<void> {
    if (this.#isDraining) {
      return;
    }
    this.#isDraining = true;
    this.#tell();
    for (;;) {
      const step = this.#queue[0];
      if (step === undefined || this.isAtEnd) {
        this.#queue.length = 0;
        break;
      }
      if (this.row === undefined) {
        await this.#attempt(async () => {
          await this.list.require(this.#index);
        });
      }
      if (this.row === undefined) {
        // Not loaded, and the person was told; the keys wait for the next one to try again.
        break;
      }
      if (this.#queue[0] === step) {
        this.#queue.shift();
        this.#take(step, this.row);
      }
    }
    this.#isDraining = false;
    this.#tell();
  }

  #take(step: Step, row: EntryRow): void {
    if (step.change !== undefined) {
      const before = this.lineOf(row);
      const after = step.change(before);
      if (after.text !== before.text || step.isAnswer === true) {
        this.#undos.push({ index: this.#index, before: before.text, after: after.text });
        this.#put(row, after.text);
      }
      this.#last = after;
    }
    if (step.then === "next") {
      this.#goto(this.#index + 1);
    }
  }

  #put(row: EntryRow, line: string, mask?: MaskBytes): void {
    const base = this.#saving.current(row.source)?.revision ?? row.revision;
    this.#saving.put({ source: row.source, line, base, ...(mask === undefined ? {} : { mask }) });
    this.#changed += 1;
    this.#recent = lately(this.#recent, row.id);
    this.#tell();
  }

  #goto(index: number): void {
    this.#index = Math.max(0, Math.min(index, this.list.total ?? index));
    this.list.prefetch(this.#index);
    this.#tell();
  }

  async #attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act();
      this.#error = undefined;
    } catch (error) {
      this.#error = error;
    }
    this.#tell();
  }

  #tell(): void {
    this.#version += 1;
    for (const watcher of this.#watchers) {
      watcher();
    }
  }
}
