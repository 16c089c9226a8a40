/**
 * What was labelled and is not on the server yet: kept in the browser until the server has it.
 *
 * Every edit names the revision that it was made on. Where somebody else was faster, nothing is overwritten:
 * the edit becomes a conflict with both versions, for a person to decide. No React, no fetch: the port sends.
 */

/** An edit of one entry, as it waits. */
export interface PendingEdit {
  readonly source: string;
  readonly line: string;
  /** The revision on the server that the edit was made on. */
  readonly base: string;
  /** An earlier line of this browser that was on its way when this edit was made: the server may have it. */
  readonly after?: string;
  /** The bytes of a mask that the line names, to be stored before it. */
  readonly mask?: { readonly ref: string; readonly bytes: Uint8Array<ArrayBuffer> };
  /** Why the server did not take it; nothing while it is on its way. */
  readonly rejection?: Rejection;
}

/** A refusal as the server said it. */
export interface Rejection {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly requestId: string | null;
}

export interface StoredEntry {
  readonly line: string;
  readonly revision: string;
  /** The line is a picture's own, and nobody's answer yet. */
  readonly isOpen?: boolean;
}

export interface Conflict {
  readonly mine: PendingEdit;
  /** What is on the server now; nothing where the entry was removed. */
  readonly theirs: StoredEntry | undefined;
}

export interface OutboxPort {
  /** Store edits, all or none; returns the revisions by address. */
  readonly send: (edits: readonly PendingEdit[]) => Promise<ReadonlyMap<string, string>>;
  readonly sendMask: (ref: string, bytes: Uint8Array<ArrayBuffer>) => Promise<void>;
  /** Return an entry as it is on the server. */
  readonly find: (source: string) => Promise<StoredEntry | undefined>;
  /** What a failure means. */
  readonly judge: (error: unknown) => Failure;
  /** What the server said, to be kept beside an edit that it refused. */
  readonly explain: (error: unknown) => Rejection;
}

/** `stale`: somebody was faster. `passing`: worth trying again. `refused`: it will never be taken like this. */
export type Failure = "stale" | "passing" | "refused";

/** Keeps edits over a reload; the calls may be lost when the browser gives no room, the edits then are not. */
export interface Keeper {
  readonly load: () => Promise<readonly PendingEdit[]>;
  readonly put: (edit: PendingEdit) => Promise<void>;
  readonly remove: (source: string) => Promise<void>;
}

export type SavingState = "saved" | "saving" | "waiting" | "refused";

export interface Timer {
  readonly start: (run: () => void, milliseconds: number) => unknown;
  readonly stop: (handle: unknown) => void;
}

/** A pause in labelling this long is when to save; the promise is two seconds. */
export const SAVE_AFTER_MS = 400;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 15_000;
/** So many edits go in one call; the server takes 1,000. */
const MOST = 100;

export class Outbox {
  readonly #port: OutboxPort;
  readonly #keeper: Keeper;
  readonly #timer: Timer;
  readonly #pending = new Map<string, PendingEdit>();
  readonly #conflicts = new Map<string, Conflict>();
  /** What the server will not take as it is: kept and shown, and sent again only when a person says so. */
  readonly #rejected = new Map<string, PendingEdit>();
  /** Lines that were sent and not answered yet. */
  readonly #underWay = new Map<string, string>();
  readonly #saved = new Map<string, StoredEntry>();
  readonly #watchers = new Set<() => void>();
  #trouble: unknown;
  #isSending = false;
  #handle: unknown;
  #retryMs = 0;
  /** Edits on their way into the browser's store: until they are there, a reload would lose them. */
  #writing = 0;
  readonly #homeless = new Set<string>();
  #version = 0;

  constructor(port: OutboxPort, keeper: Keeper, timer: Timer) {
    this.#port = port;
    this.#keeper = keeper;
    this.#timer = timer;
  }

  get state(): SavingState {
    if (this.#rejected.size > 0) {
      return "refused";
    }
    if (this.#pending.size === 0) {
      return "saved";
    }
    // Who reads "waiting" may close the page: so it is not said before the browser keeps every edit.
    return this.#retryMs > 0 && this.#writing === 0 ? "waiting" : "saving";
  }
  /** Whether the browser would give no room, so that closing the page loses what waits. */
  get isVolatile(): boolean {
    return this.#homeless.size > 0;
  }
  /** What was not accepted, each with the server's reason. */
  get rejected(): readonly PendingEdit[] {
    return [...this.#rejected.values()];
  }
  /** Why the last try failed, where the next one may do better: a full disk, a server that is away. */
  get trouble(): unknown {
    return this.#retryMs > 0 ? this.#trouble : undefined;
  }
  get count(): number {
    return this.#pending.size;
  }
  /** The pictures whose labels are not on the server yet. */
  get waiting(): readonly string[] {
    return [...this.#pending.keys()];
  }
  get conflicts(): readonly Conflict[] {
    return [...this.#conflicts.values()];
  }
  get version(): number {
    return this.#version;
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Return an entry as it is here: with what is not saved yet, or as it was saved last. */
  current(source: string): StoredEntry | undefined {
    const edit = this.#pending.get(source) ?? this.#conflicts.get(source)?.mine ?? this.#rejected.get(source);
    return edit === undefined ? this.#saved.get(source) : { line: edit.line, revision: edit.base };
  }

  /** Take up what an earlier visit left behind. */
  async open(): Promise<void> {
    for (const edit of await this.#keeper.load()) {
      if (!this.#pending.has(edit.source)) {
        (edit.rejection === undefined ? this.#pending : this.#rejected).set(edit.source, edit);
      }
    }
    this.#tell();
    this.#schedule(0);
  }

  /** Put an edit in; a newer one of the same entry replaces an older one and keeps its base. */
  put(edit: PendingEdit): void {
    const conflict = this.#conflicts.get(edit.source);
    const next = this.#continued(
      edit,
      this.#pending.get(edit.source) ?? conflict?.mine ?? this.#rejected.get(edit.source),
    );
    this.#rejected.delete(edit.source);
    if (conflict !== undefined) {
      // The person goes on with a version that is in conflict: it stays one.
      this.#conflicts.set(edit.source, { ...conflict, mine: next });
    } else {
      this.#pending.set(edit.source, next);
    }
    this.#keep(next);
    this.#tell();
    if (this.#handle === undefined && !this.#isSending) {
      this.#schedule(SAVE_AFTER_MS);
    }
  }

  /** Return an edit with what an earlier one of its entry hands on. */
  #continued(edit: PendingEdit, before: PendingEdit | undefined): PendingEdit {
    const base = before?.base ?? this.#saved.get(edit.source)?.revision ?? edit.base;
    const after = this.#underWay.get(edit.source) ?? before?.after;
    return withMaskOf(before, { ...edit, base, ...(after === undefined ? {} : { after }) });
  }

  /** Try at once, for instance when the network is back. */
  flush(): Promise<void> {
    this.#stopTimer();
    return this.#send();
  }

  /** Settle a conflict: put mine over theirs, or drop mine. */
  resolve(source: string, choice: "mine" | "theirs"): void {
    const conflict = this.#conflicts.get(source);
    if (conflict === undefined) {
      return;
    }
    this.#conflicts.delete(source);
    if (choice === "mine") {
      const edit = { ...conflict.mine, base: conflict.theirs?.revision ?? "none" };
      this.#pending.set(source, edit);
      this.#keep(edit);
      this.#schedule(0);
    } else {
      this.#forget(source);
      if (conflict.theirs !== undefined) {
        this.#saved.set(source, conflict.theirs);
      }
    }
    this.#tell();
  }

  /** Send again what was not accepted, because a person thinks that it will be now. */
  retry(source: string): void {
    const edit = this.#rejected.get(source);
    if (edit === undefined) {
      return;
    }
    this.#rejected.delete(source);
    const again = withoutRejection(edit);
    this.#pending.set(source, again);
    this.#keep(again);
    this.#tell();
    this.#schedule(0);
  }

  /** Drop what was not accepted, because a person says so. */
  discard(source: string): void {
    if (this.#rejected.delete(source)) {
      this.#forget(source);
      this.#tell();
    }
  }

  close(): void {
    this.#stopTimer();
  }

  async #send(): Promise<void> {
    if (this.#isSending || this.#pending.size === 0) {
      return;
    }
    this.#isSending = true;
    const batch = [...this.#pending.values()].slice(0, MOST);
    for (const { source, line } of batch) {
      this.#underWay.set(source, line);
    }
    try {
      await this.#deliver(batch);
      this.#retryMs = 0;
    } catch (error) {
      await this.#afterFailure(batch, error);
    }
    this.#isSending = false;
    this.#underWay.clear();
    this.#tell();
    if (this.#pending.size > 0) {
      this.#schedule(this.#retryMs);
    }
  }

  async #deliver(batch: readonly PendingEdit[]): Promise<void> {
    for (const { mask } of batch) {
      if (mask !== undefined) {
        await this.#port.sendMask(mask.ref, mask.bytes);
      }
    }
    const revisions = await this.#port.send(batch);
    for (const edit of batch) {
      this.#settle(edit, revisions.get(edit.source) ?? edit.base);
    }
  }

  /** Note that the server has an edit; one that was made meanwhile goes on from its revision. */
  #settle(edit: PendingEdit, revision: string): void {
    this.#saved.set(edit.source, { line: edit.line, revision });
    const current = this.#pending.get(edit.source);
    if (current === edit) {
      this.#pending.delete(edit.source);
      this.#forget(edit.source);
    } else {
      this.#rebase(edit.source, revision);
    }
  }

  /** Let a waiting edit go on from what this browser itself stored before it. */
  #rebase(source: string, revision: string): void {
    const edit = this.#pending.get(source);
    if (edit !== undefined) {
      const { line, mask } = edit;
      const next = { source, line, base: revision, ...(mask === undefined ? {} : { mask }) };
      this.#pending.set(source, next);
      this.#keep(next);
    }
  }

  async #afterFailure(batch: readonly PendingEdit[], error: unknown): Promise<void> {
    switch (this.#port.judge(error)) {
      case "passing":
        this.#trouble = error;
        this.#retryMs = this.#longer();
        return;
      case "stale":
        await this.#compare(batch);
        return;
      case "refused":
        await this.#isolate(batch, error);
    }
  }

  /** One of a batch is stale: look at each. */
  async #compare(batch: readonly PendingEdit[]): Promise<void> {
    try {
      let isClear = true;
      for (const edit of batch) {
        isClear = !(await this.#look(edit)) && isClear;
      }
      // None is stale after all: the dataset is busy with something else, and is asked again later.
      this.#retryMs = isClear ? this.#longer() : 0;
    } catch {
      this.#retryMs = this.#longer();
    }
  }

  /** Hold an edit against what is on the server; what the server will not even show is not accepted. */
  async #look(edit: PendingEdit): Promise<boolean> {
    try {
      return this.#weigh(edit, await this.#port.find(edit.source));
    } catch (error) {
      if (this.#port.judge(error) !== "refused") {
        throw error;
      }
      this.#reject(edit, error);
      return true;
    }
  }

  /**
   * Hold an edit against what is on the server, and say whether anything came of it. An edit whose answer was
   * lost is there already; one that this browser stored before it is what it goes on from.
   */
  #weigh(edit: PendingEdit, theirs: StoredEntry | undefined): boolean {
    if (theirs !== undefined && theirs.isOpen !== true && isSameLine(theirs.line, edit.line)) {
      this.#settle(edit, theirs.revision);
      return true;
    }
    if (theirs !== undefined && edit.after !== undefined && isSameLine(theirs.line, edit.after)) {
      this.#rebase(edit.source, theirs.revision);
      return true;
    }
    if (theirs?.revision === edit.base) {
      return false;
    }
    const mine = this.#pending.get(edit.source) ?? edit;
    this.#pending.delete(edit.source);
    this.#conflicts.set(edit.source, { mine, theirs });
    return true;
  }

  /** One of a batch is refused: the others must not wait for it. */
  async #isolate(batch: readonly PendingEdit[], error: unknown): Promise<void> {
    const [only] = batch;
    if (batch.length === 1 && only !== undefined) {
      if (!(await this.#isStored(only))) {
        this.#reject(only, error);
      }
      return;
    }
    for (const edit of batch) {
      try {
        await this.#deliver([edit]);
      } catch (reason) {
        await this.#afterFailure([edit], reason);
      }
    }
  }

  /** Whether the server has what it refuses: it was sent before, and the answer to that was lost. */
  async #isStored(edit: PendingEdit): Promise<boolean> {
    try {
      const theirs = await this.#port.find(edit.source);
      if (theirs !== undefined && theirs.isOpen !== true && isSameLine(theirs.line, edit.line)) {
        this.#settle(edit, theirs.revision);
        return true;
      }
    } catch {
      // Not even to be looked at any more: then it is not accepted either.
    }
    return false;
  }

  /** Take an edit out of the queue, with the reason; one that was made meanwhile is tried on its own. */
  #reject(edit: PendingEdit, error: unknown): void {
    if (this.#pending.get(edit.source) !== edit) {
      return;
    }
    this.#pending.delete(edit.source);
    const rejected = { ...edit, rejection: this.#port.explain(error) };
    this.#rejected.set(edit.source, rejected);
    this.#keep(rejected);
  }

  #longer(): number {
    return Math.min(LONGEST_RETRY_MS, Math.max(FIRST_RETRY_MS, this.#retryMs * 2));
  }

  #schedule(milliseconds: number): void {
    this.#stopTimer();
    this.#handle = this.#timer.start(() => {
      this.#handle = undefined;
      void this.#send();
    }, milliseconds);
  }

  #stopTimer(): void {
    if (this.#handle !== undefined) {
      this.#timer.stop(this.#handle);
      this.#handle = undefined;
    }
  }

  #keep(edit: PendingEdit): void {
    this.#writing += 1;
    this.#keeper
      .put(edit)
      .then(
        () => this.#homeless.delete(edit.source),
        // Where the browser has no room, the edit still lives in this page and is sent from here.
        () => this.#homeless.add(edit.source),
      )
      .finally(() => {
        this.#writing -= 1;
        this.#tell();
      });
  }

  #forget(source: string): void {
    this.#homeless.delete(source);
    this.#keeper.remove(source).catch(() => undefined);
  }

  #tell(): void {
    this.#version += 1;
    for (const watcher of this.#watchers) {
      watcher();
    }
  }
}

function withoutRejection({ source, line, base, after, mask }: PendingEdit): PendingEdit {
  return {
    source,
    line,
    base,
    ...(after === undefined ? {} : { after }),
    ...(mask === undefined ? {} : { mask }),
  };
}

/** Return an edit with the mask that an earlier one still has to bring, where the line names it yet. */
function withMaskOf(before: PendingEdit | undefined, edit: PendingEdit): PendingEdit {
  const mask = before?.mask;
  const isNamed = mask !== undefined && edit.line.includes(JSON.stringify(mask.ref));
  return edit.mask === undefined && isNamed ? { ...edit, mask } : edit;
}

/** Say whether two lines say the same, whatever their spacing and the order of their keys. */
function isSameLine(one: string, other: string): boolean {
  return one === other || canonical(JSON.parse(one)) === canonical(JSON.parse(other));
}

function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null) {
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) {
    return `[${value.map(canonical).join(",")}]`;
  }
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(",")}}`;
}
