/** One dataset being labelled: its list, what is not saved yet, and its labels. No React. */

import { asFault } from "../../api";
import type { Stamp } from "../../manifest/attributes";
import { isUnsure } from "../../manifest/unsure";
import { Pictures } from "./desk/pictures";
import { DraftStore } from "./drafts/store";
import { isLabelled, namesIn } from "./desk/lines";
import { decodePicture, type Lie } from "./desk/decode";
import { labelsOfProject, type LabelDecision, type LabelInfo } from "./labels";
import type { Place } from "./place";
import { keeperInMemory, keeperOf } from "./saving/keeper";
import { Outbox, type Keeper, type Timer } from "./saving/outbox";
import { EntryList, type EntryRow } from "./session/entryList";
import { LabelSession } from "./session/labelSession";
import type { LabelTarget, ListView } from "./targets/target";

export const BROWSER_TIMER: Timer = {
  start: (run, milliseconds) => window.setTimeout(run, milliseconds),
  stop: (handle) => {
    window.clearTimeout(handle as number);
  },
};

export class Workplace {
  readonly place: Place;
  readonly target: LabelTarget;
  readonly outbox: Outbox;
  readonly session: LabelSession;
  readonly pictures: Pictures;
  readonly drafts: DraftStore;
  readonly #watchers = new Set<() => void>();
  #ends = new AbortController();
  #decided: readonly LabelDecision[] = [];
  #used = new Set<string>();
  #labels: readonly LabelInfo[] = [];
  #fault: unknown;
  #version = 0;

  constructor(place: Place, target: LabelTarget, view: ListView) {
    this.place = place;
    this.target = target;
    this.drafts = new DraftStore(place);
    this.outbox = new Outbox(target.outbox, keeperFor(target.scope), BROWSER_TIMER);
    const list = new EntryList(target.entries(view));
    const saving = {
      current: (source: string) => this.outbox.current(source),
      put: (edit: Parameters<Outbox["put"]>[0]) => {
        this.outbox.put(edit);
      },
    };
    this.session = new LabelSession(
      list,
      saving,
      (line) => isUnsure(line) || isLabelled(line, place.service),
    );
    this.pictures = new Pictures((source, lie, signal) =>
      decodePicture(target.files.fetch(source, signal), lie),
    );
  }

  get labels(): readonly LabelInfo[] {
    return this.#labels;
  }
  /** Why the labels' settings could not be read or stored. */
  get fault(): unknown {
    return this.#fault;
  }
  get version(): number {
    return this.#version;
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  async open(entry: string | undefined): Promise<void> {
    this.#ends = new AbortController();
    const { signal } = this.#ends;
    // The network is back, or the person is: do not wait for the next try.
    window.addEventListener("online", () => void this.outbox.flush(), { signal });
    document.addEventListener("visibilitychange", () => void this.outbox.flush(), { signal });
    const stop = this.session.watch(() => {
      this.#noteNames();
    });
    signal.addEventListener("abort", stop);
    await this.outbox.open();
    await Promise.all([this.#loadLabels(), this.session.open(entry)]);
  }

  close(): void {
    this.#ends.abort();
    void this.outbox.flush();
    this.outbox.close();
    this.pictures.close();
  }

  stamp(): Stamp {
    return this.target.stamp();
  }

  colorOf(label: string): string {
    return this.#labels.find(({ name }) => name === label)?.color ?? "#7D8998";
  }

  /** Load the pictures that come next. */
  prefetch(lie: Lie): void {
    for (const step of [1, 2, 3]) {
      const row: EntryRow | undefined = this.session.list.at(this.session.index + step);
      if (row !== undefined) {
        this.pictures.prefetch(row.source, lie);
      }
    }
  }

  /** Whether labels may be added here. */
  get canDecide(): boolean {
    return this.target.decide !== undefined;
  }

  /** Add a label, or decide its colour and key; a refusal is thrown as the server says it. */
  async decide(decision: LabelDecision): Promise<void> {
    if (this.target.decide !== undefined) {
      this.#setDecided(await this.target.decide(decision));
    }
  }

  async #loadLabels(): Promise<void> {
    try {
      const { decided, used } = await this.target.loadLabels();
      for (const name of used) {
        this.#used.add(name);
      }
      this.#used.delete("");
      this.#setDecided(decided);
      this.#fault = undefined;
    } catch (error) {
      this.#fault = asFault(error);
    }
    this.#tell();
  }

  #setDecided(decided: readonly LabelDecision[]): void {
    this.#decided = decided;
    this.#labels = labelsOfProject(this.#decided, this.#used);
    this.#tell();
  }

  /** A label that only the picture in sight has, from somebody else's work, is a label too. */
  #noteNames(): void {
    const before = this.#used.size;
    try {
      for (const name of this.session.line === undefined
        ? []
        : namesIn(this.session.line, this.place.service)) {
        this.#used.add(name);
      }
    } catch {
      // What is malformed in the line is told where it is opened.
    }
    if (this.#used.size > before) {
      this.#labels = labelsOfProject(this.#decided, this.#used);
      this.#tell();
    }
  }

  #tell(): void {
    this.#version += 1;
    for (const watcher of this.#watchers) {
      watcher();
    }
  }
}

export function keeperFor(scope: string): Keeper {
  return "indexedDB" in window ? keeperOf(scope) : keeperInMemory();
}
