/** Pictures decoded ahead of time: the one in sight, those that come next, and those just left. */

import type { Lie } from "./decode";

/** Eight of 4096 × 4096 are half a gigabyte; no browser minds that for a while. */
const MOST = 8;

export type Decode = (source: string, lie: Lie, signal: AbortSignal) => Promise<ImageBitmap>;

interface Kept {
  readonly picture: Promise<ImageBitmap>;
  readonly abort: AbortController;
}

export class Pictures {
  readonly #decode: Decode;
  readonly #kept = new Map<string, Kept>();

  constructor(decode: Decode) {
    this.#decode = decode;
  }

  load(source: string, lie: Lie): Promise<ImageBitmap> {
    const name = `${lie} ${source}`;
    const kept = this.#kept.get(name) ?? this.#begin(name, source, lie);
    // Asked for last, dropped last.
    this.#kept.delete(name);
    this.#kept.set(name, kept);
    this.#drop();
    return kept.picture;
  }

  /** Begin to load, and let failures be: they are told when the picture is looked at. */
  prefetch(source: string, lie: Lie): void {
    this.load(source, lie).catch(() => undefined);
  }

  close(): void {
    for (const name of [...this.#kept.keys()]) {
      this.#forget(name);
    }
  }

  #begin(name: string, source: string, lie: Lie): Kept {
    const abort = new AbortController();
    const picture = this.#decode(source, lie, abort.signal);
    picture.catch(() => {
      // A picture that failed may be there the next time.
      if (this.#kept.get(name)?.picture === picture) {
        this.#kept.delete(name);
      }
    });
    return { picture, abort };
  }

  #drop(): void {
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST && oldest !== undefined) {
      this.#forget(oldest);
    }
  }

  #forget(name: string): void {
    // The bitmap is not closed: it may be the one in sight, and the browser frees what nobody holds.
    this.#kept.get(name)?.abort.abort();
    this.#kept.delete(name);
  }
}
