/** Pictures that are tried one after the other: what was found in each, and what could not be tried. No React. */
import { asFault, type Fault } from "../../api";
import type { Detection } from "./detection";
import { Unfit, type UnfitReason } from "./prepare";

export interface TriedPicture {
  readonly name: string;
  readonly open: () => Promise<Blob>;
}

export type TryState =
  | { readonly kind: "waiting" }
  | { readonly kind: "running" }
  | { readonly kind: "done"; readonly detection: Detection }
  | { readonly kind: "unfit"; readonly reason: UnfitReason }
  | { readonly kind: "failed"; readonly fault: Fault };

export interface Try extends TriedPicture {
  readonly id: number;
  readonly state: TryState;
}

/** More are no look at a model any more, but a trial of it; each is remembered with what was found. */
export const MOST_TRIES = 1000;
/** A model that has too much to do is asked again so often, each time after a longer while. */
const MOST_RETRIES = 6;
const RETRY_MS = 250;

type TryOne = (picture: Blob, signal: AbortSignal) => Promise<Detection>;

export class TryQueue {
  #tries: readonly Try[] = [];
  #passedOver = 0;
  #number = 0;
  #isRunning = false;
  #stopping = new AbortController();
  readonly #listeners = new Set<() => void>();
  readonly #tryOne: TryOne;
  readonly #wait: (ms: number) => Promise<void>;

  constructor(tryOne: TryOne, wait = (ms: number) => new Promise<void>((done) => setTimeout(done, ms))) {
    this.#tryOne = tryOne;
    this.#wait = wait;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly tries = (): readonly Try[] => this.#tries;

  /** How many were given beyond the most. */
  get passedOver(): number {
    return this.#passedOver;
  }

  /** Takes more pictures; the first of them are tried at once. */
  add(pictures: readonly TriedPicture[]): readonly number[] {
    const taken = pictures.slice(0, Math.max(0, MOST_TRIES - this.#tries.length));
    this.#passedOver += pictures.length - taken.length;
    const added = taken.map(({ name, open }) => {
      this.#number += 1;
      return { id: this.#number, name, open, state: { kind: "waiting" } } as const;
    });
    this.#set([...this.#tries, ...added]);
    void this.#run();
    return added.map(({ id }) => id);
  }

  /** Tries again what could not be tried: the model was started since, or had too much to do. */
  again(): void {
    this.#set(
      this.#tries.map((item) =>
        item.state.kind === "failed" ? { ...item, state: { kind: "waiting" } } : item,
      ),
    );
    void this.#run();
  }

  clear(): void {
    this.#stopping.abort();
    this.#stopping = new AbortController();
    this.#passedOver = 0;
    this.#set([]);
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      for (;;) {
        const next = this.#tries.find(({ state }) => state.kind === "waiting");
        if (next === undefined) return;
        this.#change(next.id, { kind: "running" });
        const state = await this.#stateOf(next);
        this.#change(next.id, state);
        // What keeps one picture from being tried keeps them all.
        if (state.kind === "failed" && !isAboutPicture(state.fault)) this.#failRest(state.fault);
      }
    } finally {
      this.#isRunning = false;
    }
  }

  async #stateOf(item: Try): Promise<TryState> {
    const { signal } = this.#stopping;
    for (let retry = 0; ; retry += 1) {
      try {
        return { kind: "done", detection: await this.#tryOne(await item.open(), signal) };
      } catch (error) {
        if (error instanceof Unfit) return { kind: "unfit", reason: error.reason };
        // A file that was moved since, or a folder's that may not be read.
        if (error instanceof DOMException) return { kind: "unfit", reason: "unreadable" };
        const fault = asFault(error);
        if (!isBusy(fault) || retry >= MOST_RETRIES) return { kind: "failed", fault };
        await this.#wait(RETRY_MS * 2 ** retry);
      }
    }
  }

  #failRest(fault: Fault): void {
    this.#set(
      this.#tries.map((item) =>
        item.state.kind === "waiting" ? { ...item, state: { kind: "failed", fault } } : item,
      ),
    );
  }

  #change(id: number, state: TryState): void {
    this.#set(this.#tries.map((item) => (item.id === id ? { ...item, state } : item)));
  }

  #set(tries: readonly Try[]): void {
    this.#tries = tries;
    for (const listener of this.#listeners) listener();
  }
}

const BUSY = new Set(["ProvisionedThroughputExceededException", "ThrottlingException"]);
const ABOUT_PICTURE = new Set([
  "InvalidImageFormatException",
  "ImageTooLargeException",
  "InvalidParameterException",
  "ValidationException",
]);

export function isBusy(fault: Fault): boolean {
  return BUSY.has(fault.code) || fault.status === 429;
}

export function isAboutPicture(fault: Fault): boolean {
  return ABOUT_PICTURE.has(fault.code);
}
