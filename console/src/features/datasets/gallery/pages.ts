/** The entries that were fetched: pages of one answer, few of them kept, so that memory stays flat. No React. */
import type { Own } from "../../../api";
import type { Span } from "./layout";

export const PAGE = 100;
const MOST_PAGES = 80;
/** While a scrollbar is dragged nothing is asked for; a wheel's steps lie closer together than this. */
const REST_MS = 40;
/** After so long without a step the next one is asked for at once: it may be the only one. */
const QUIET_MS = 150;

export type Entry = Own.EntrySummary;
export interface Asked {
  readonly offset: number;
  readonly snapshot: string | undefined;
  readonly signal: AbortSignal;
}
export type Ask = (asked: Asked) => Promise<Own.QueryEntriesResponse>;

export interface PagesState {
  readonly total: number | undefined;
  readonly error: unknown;
  readonly isStale: boolean;
  readonly isPending: boolean;
  /** Grows with every change, so that who watches sees one. */
  readonly version: number;
}

export class EntryPages {
  #pages = new Map<number, readonly Entry[]>();
  #running = new Map<number, AbortController>();
  #span: Span = { first: 0, end: 0 };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #movedAt = -Infinity;
  #snapshot: string | undefined;
  #state: PagesState = { total: undefined, error: null, isStale: false, isPending: false, version: 0 };
  readonly #listeners = new Set<() => void>();
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  readonly state = (): PagesState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** An entry that was fetched; undefined while it was not. */
  at(index: number): Entry | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Says what is in sight: what is missing of it is fetched, once it stays in sight. */
  show(span: Span): void {
    const isQuiet = performance.now() - this.#movedAt > QUIET_MS;
    if (span.first !== this.#span.first || span.end !== this.#span.end) this.#movedAt = performance.now();
    this.#span = span;
    if (this.#missing().length === 0) return;
    clearTimeout(this.#timer);
    if (isQuiet) this.#fetch();
    else this.#timer = setTimeout(() => this.#fetch(), REST_MS);
  }

  /** Asks everything anew; what is shown stays until the answer is there. */
  refresh(): void {
    this.#abort();
    this.#snapshot = undefined;
    void this.#load(Math.floor(this.#span.first / PAGE), true);
  }

  /** Shows a change before the server tells of it. */
  patch(index: number, change: Partial<Entry>): void {
    const number = Math.floor(index / PAGE);
    const page = this.#pages.get(number);
    if (page === undefined) return;
    this.#pages.set(
      number,
      page.map((entry, place) => (place === index % PAGE ? { ...entry, ...change } : entry)),
    );
    this.#publish({});
  }

  /** The identifiers of entries at these places, fetched where they are missing. */
  async idsOf(spans: readonly Span[]): Promise<string[]> {
    const ids: string[] = [];
    for (const span of spans) {
      for (let index = span.first; index < span.end; index += 1) {
        if (this.at(index) === undefined) await this.#load(Math.floor(index / PAGE), false);
        const id = this.at(index)?.Id;
        if (id !== undefined) ids.push(id);
      }
    }
    return ids;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#abort();
  }

  #missing(): number[] {
    const { first, end } = this.#span;
    const numbers: number[] = [];
    for (let number = Math.floor(first / PAGE); number * PAGE < Math.max(end, 1); number += 1) {
      if (!this.#pages.has(number)) numbers.push(number);
    }
    return numbers;
  }

  #fetch(): void {
    const missing = this.#missing();
    for (const [number, controller] of this.#running) if (!missing.includes(number)) controller.abort();
    for (const number of missing) if (!this.#running.has(number)) void this.#load(number, false);
  }

  async #load(number: number, isFresh: boolean): Promise<void> {
    const controller = new AbortController();
    this.#running.set(number, controller);
    try {
      const answer = await this.#ask({
        offset: number * PAGE,
        snapshot: isFresh ? undefined : this.#snapshot,
        signal: controller.signal,
      });
      this.#take(number, answer);
    } catch (error) {
      if (!controller.signal.aborted) this.#publish({ error });
    } finally {
      if (this.#running.get(number) === controller) this.#running.delete(number);
    }
  }

  #take(number: number, answer: Own.QueryEntriesResponse): void {
    // Another answer than the pages are of: its places are others.
    if (answer.Snapshot !== this.#snapshot) this.#pages.clear();
    this.#snapshot = answer.Snapshot;
    this.#pages.delete(number);
    this.#pages.set(number, answer.Entries ?? []);
    const oldest = this.#pages.keys().next().value;
    if (this.#pages.size > MOST_PAGES && oldest !== undefined) this.#pages.delete(oldest);
    this.#publish({
      total: answer.Total ?? 0,
      error: null,
      isStale: answer.IsStale ?? false,
      isPending: answer.IsPending ?? false,
    });
    this.show(this.#span);
  }

  #abort(): void {
    for (const controller of this.#running.values()) controller.abort();
    this.#running.clear();
  }

  #publish(change: Partial<PagesState>): void {
    this.#state = { ...this.#state, ...change, version: this.#state.version + 1 };
    for (const listener of this.#listeners) listener();
  }
}
