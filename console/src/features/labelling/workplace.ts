/** One dataset being labelled: its list, what is not saved yet, and its labels. No React. */

import { asFault, call } from "../../api";
import type { Stamp } from "../../manifest/attributes";
import { Pictures } from "./desk/pictures";
import { isLabelled, namesIn } from "./desk/lines";
import { decodePicture, type Lie } from "./desk/decode";
import { labelsOfProject, type LabelDecision, type LabelInfo } from "./labels";
import type { Place } from "./place";
import { keeperInMemory, keeperOf } from "./saving/keeper";
import { Outbox, type Keeper, type Timer } from "./saving/outbox";
import { EntryList, type EntryRow } from "./session/entryList";
import { LabelSession } from "./session/labelSession";
import type { LabelTarget, ListView } from "./targets/target";

const BROWSER_TIMER: Timer = {
  start: (run, milliseconds) => window.setTimeout(run, milliseconds),
  stop: (handle) => {
    window.clearTimeout(handle as number);
  },
};

export class Workplace {
  readonly place: Place;
  readonly outbox: Outbox;
  readonly session: LabelSession;
  readonly pictures: Pictures;
  readonly #target: LabelTarget;
  readonly #watchers = new Set<() => void>();
  #ends = new AbortController();
  #decided: readonly LabelDecision[] = [];
  #used = new Set<string>();
  #labels: readonly LabelInfo[] = [];
  #fault: unknown;
  #version = 0;

  constructor(place: Place, target: LabelTarget, view: ListView) {
    this.place = place;
    this.#target = target;
    this.outbox = new Outbox(target.outbox, keeperFor(target.scope), BROWSER_TIMER);
    const list = new EntryList(target.entries(view));
    const saving = {
      current: (source: string) => this.outbox.current(source),
      put: (edit: Parameters<Outbox["put"]>[0]) => {
        this.outbox.put(edit);
      },
    };
    this.session = new LabelSession(list, saving, (line) => isLabelled(line, place.service));
    this.pictures = new Pictures((source, lie, signal) => decodePicture(source, lie, place.region, signal));
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
    return this.#target.stamp();
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

  /** Add a label, or decide its colour and key; a refusal is thrown as the server says it. */
  async decide(decision: LabelDecision): Promise<void> {
    const answer = await call(
      "vedette",
      "UpdateLabelSettings",
      {
        ProjectArn: this.place.projectArn,
        Labels: [{ Name: decision.name, Color: decision.color, Key: decision.key }],
      },
      { region: this.place.region },
    );
    this.#setDecided(answer.Labels ?? []);
  }

  async #loadLabels(): Promise<void> {
    const { projectArn, type, region } = this.place;
    try {
      const [settings, counts] = await Promise.all([
        call("vedette", "ListLabelSettings", { ProjectArn: projectArn }, { region }),
        call("vedette", "CountEntries", { ProjectArn: projectArn, DatasetType: type }, { region }),
      ]);
      for (const { Name } of counts.Labels ?? []) {
        this.#used.add(Name ?? "");
      }
      this.#used.delete("");
      this.#setDecided(settings.Labels ?? []);
      this.#fault = undefined;
    } catch (error) {
      this.#fault = asFault(error);
    }
    this.#tell();
  }

  #setDecided(
    settings: readonly { Name?: string | undefined; Color?: string | undefined; Key?: string | undefined }[],
  ): void {
    this.#decided = settings.map(({ Name = "", Color = "", Key = "" }) => ({
      name: Name,
      color: Color,
      key: Key,
    }));
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

function keeperFor(scope: string): Keeper {
  return "indexedDB" in window ? keeperOf(scope) : keeperInMemory();
}
