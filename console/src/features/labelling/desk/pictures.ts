/** Pictures decoded ahead of time: the one in sight, those that come next, and those just left. */

/** Eight of 4096 × 4096 are half a gigabyte; no browser minds that for a while. */
const MOST = 8;

export type Decode = (source: string, signal: AbortSignal) => Promise<ImageBitmap>;

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

  load(source: string): Promise<ImageBitmap> {
    const kept = this.#kept.get(source) ?? this.#begin(source);
    // Asked for last, dropped last.
    this.#kept.delete(source);
    this.#kept.set(source, kept);
    this.#drop();
    return kept.picture;
  }

  /** Begin to load, and let failures be: they are told when the picture is looked at. */
  prefetch(source: string): void {
    this.load(source).catch(() => undefined);
  }

  close(): void {
    for (const source of [...this.#kept.keys()]) {
      this.#forget(source);
    }
  }

  #begin(source: string): Kept {
    const abort = new AbortController();
    const picture = this.#decode(source, abort.signal);
    picture.catch(() => {
      // A picture that failed may be there the next time.
      if (this.#kept.get(source)?.picture === picture) {
        this.#kept.delete(source);
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

  #forget(source: string): void {
    // The bitmap is not closed: it may be the one in sight, and the browser frees what nobody holds.
    this.#kept.get(source)?.abort.abort();
    this.#kept.delete(source);
  }
}
