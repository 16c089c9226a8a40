/**
 * Small pictures of a gallery: asked for by the dozen, those in sight first, and kept while they are young.
 *
 * What is no longer wanted when its turn comes is not asked for. Knows no React and no server.
 */

export interface ThumbnailQuery {
  readonly source: string;
  readonly side: number;
  /** "mask" leaves the background of a mask out. */
  readonly layer: string;
}

/** Answers the pictures in the order asked for; nothing where there is none. All are of one size. */
export type AskThumbnails = (queries: readonly ThumbnailQuery[]) => Promise<readonly (Blob | undefined)[]>;

export interface ThumbnailEdges {
  readonly ask: AskThumbnails;
  readonly now: () => number;
  readonly later: (run: () => void, milliseconds: number) => void;
  readonly urlOf: (blob: Blob) => string;
  readonly release: (url: string) => void;
  /** Whether asking the same again may help. */
  readonly isPassing: (error: unknown) => boolean;
}

/** A few rows of tiles: each of them costs the browser more as a request of its own than the server to draw. */
export const BATCH = 12;
/** As many as two processes draw while one answer is under way; a browser has six connections to a server. */
export const AT_ONCE = 3;
/** As long as browsers keep a single thumbnail. */
export const AGE_MS = 300_000;
/** About 8,000 of the smallest and 800 of the largest. */
export const MOST_BYTES = 24 * 1024 * 1024;
const AGAIN_MS = 2000;

interface Kept {
  readonly url: string;
  readonly bytes: number;
  readonly since: number;
}

interface Wish {
  readonly query: ThumbnailQuery;
  rank: number;
  readonly tellers: Set<() => void>;
}

export function keyOf({ source, side, layer }: ThumbnailQuery): string {
  return `${String(side)} ${layer} ${source}`;
}

export class Thumbnails {
  readonly #edges: ThumbnailEdges;
  /** The longest unused first. */
  readonly #kept = new Map<string, Kept>();
  readonly #wishes = new Map<string, Wish>();
  readonly #asked = new Set<string>();
  #bytes = 0;
  #running = 0;
  #isDue = false;

  constructor(edges: ThumbnailEdges) {
    this.#edges = edges;
  }

  /** The address of a thumbnail that is here. */
  at(key: string): string | undefined {
    return this.#kept.get(key)?.url;
  }

  /** Wants a thumbnail, of a lower rank the sooner; `tell` is called when it is here. Returns what ends that. */
  want(query: ThumbnailQuery, rank: number, tell: () => void): () => void {
    const key = keyOf(query);
    const kept = this.#kept.get(key);
    if (kept !== undefined) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      if (this.#edges.now() - kept.since < AGE_MS) return () => undefined;
    }
    const wish = this.#wishes.get(key) ?? { query, rank, tellers: new Set() };
    wish.rank = Math.min(wish.rank, rank);
    wish.tellers.add(tell);
    this.#wishes.set(key, wish);
    this.#soon(0);
    return () => {
      wish.tellers.delete(tell);
      if (wish.tellers.size === 0 && this.#wishes.get(key) === wish) this.#wishes.delete(key);
    };
  }

  /** After all tiles of one drawing have said what they want. */
  #soon(milliseconds: number): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#edges.later(() => {
      this.#isDue = false;
      while (this.#running < AT_ONCE && this.#askOnce());
    }, milliseconds);
  }

  #askOnce(): boolean {
    const open = [...this.#wishes].filter(([key]) => !this.#asked.has(key));
    open.sort(([, one], [, other]) => one.rank - other.rank);
    const first = open[0]?.[1].query;
    if (first === undefined) return false;
    const batch = open.filter(([, wish]) => wish.query.side === first.side).slice(0, BATCH);
    void this.#ask(batch.map(([, wish]) => wish.query));
    return true;
  }

  async #ask(queries: readonly ThumbnailQuery[]): Promise<void> {
    const keys = queries.map(keyOf);
    for (const key of keys) this.#asked.add(key);
    this.#running += 1;
    let pause = 0;
    try {
      const blobs = await this.#edges.ask(queries);
      for (const [place, key] of keys.entries()) this.#keep(key, blobs[place]);
      this.#fulfil(keys);
    } catch (error) {
      if (this.#edges.isPassing(error)) pause = AGAIN_MS;
      else this.#fulfil(keys);
    } finally {
      for (const key of keys) this.#asked.delete(key);
      this.#running -= 1;
      this.#soon(pause);
    }
  }

  #fulfil(keys: readonly string[]): void {
    for (const key of keys) {
      const wish = this.#wishes.get(key);
      this.#wishes.delete(key);
      for (const tell of wish?.tellers ?? []) tell();
    }
  }

  #keep(key: string, blob: Blob | undefined): void {
    if (blob === undefined) return;
    this.#drop(key);
    this.#kept.set(key, { url: this.#edges.urlOf(blob), bytes: blob.size, since: this.#edges.now() });
    this.#bytes += blob.size;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= MOST_BYTES) break;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    const kept = this.#kept.get(key);
    if (kept === undefined) return;
    this.#kept.delete(key);
    this.#bytes -= kept.bytes;
    this.#edges.release(kept.url);
  }
}

/** Reads an answer: each picture behind its length in four bytes, the highest first. */
export function readThumbnails(answer: ArrayBuffer): (Blob | undefined)[] {
  const lengths = new DataView(answer);
  const blobs: (Blob | undefined)[] = [];
  for (let place = 0; place + 4 <= answer.byteLength;) {
    const length = lengths.getUint32(place);
    const end = place + 4 + length;
    blobs.push(length === 0 ? undefined : new Blob([answer.slice(place + 4, end)], { type: "image/webp" }));
    place = end;
  }
  return blobs;
}
