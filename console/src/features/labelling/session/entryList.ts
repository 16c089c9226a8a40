/**
 * The entries that are labelled one after the other: pages of a list that may be a quarter of a million long,
 * loaded around the cursor. No React; the port asks the server.
 */

export interface EntryRow {
  readonly id: string;
  readonly source: string;
  readonly line: string;
  readonly revision: string;
  readonly isLabelled: boolean;
  readonly width?: number;
  readonly height?: number;
}

export interface EntryPage {
  readonly rows: readonly EntryRow[];
  readonly offset: number;
  readonly total: number;
}

export interface EntryPort {
  /** Return a page from a place on, or the page that an entry stands in. */
  readonly page: (from: { readonly offset: number } | { readonly around: string }) => Promise<EntryPage>;
}

/** The next page is asked for when so few entries are left of what was loaded. */
const AHEAD = 100;

export class EntryList {
  readonly #port: EntryPort;
  readonly #rows = new Map<number, EntryRow>();
  readonly #loading = new Map<string, Promise<EntryPage>>();
  #total: number | undefined;

  constructor(port: EntryPort) {
    this.#port = port;
  }

  /** How many entries there are; nothing before the first page came. */
  get total(): number | undefined {
    return this.#total;
  }

  at(index: number): EntryRow | undefined {
    return this.#rows.get(index);
  }

  indexOf(id: string): number | undefined {
    for (const [index, row] of this.#rows) {
      if (row.id === id) {
        return index;
      }
    }
    return undefined;
  }

  /** Load the page that an entry stands in; returns where it stands, or nothing where it does not. */
  async findPage(id: string): Promise<number | undefined> {
    await this.#load({ around: id });
    return this.indexOf(id);
  }

  /** Load what is missing at a place. */
  async require(index: number): Promise<EntryRow | undefined> {
    if (!this.#rows.has(index) && index >= 0 && index < (this.#total ?? Infinity)) {
      await this.#load({ offset: index });
    }
    return this.#rows.get(index);
  }

  /** Load ahead of a place, without waiting; a failure shows when the place itself is required. */
  prefetch(index: number): void {
    const ahead = Math.min(index + AHEAD, (this.#total ?? 0) - 1);
    if (ahead > index && !this.#rows.has(ahead)) {
      let first = index;
      while (this.#rows.has(first)) {
        first += 1;
      }
      this.#load({ offset: first }).catch(() => undefined);
    }
  }

  async #load(from: { readonly offset: number } | { readonly around: string }): Promise<void> {
    const key = JSON.stringify(from);
    const running = this.#loading.get(key) ?? this.#port.page(from);
    this.#loading.set(key, running);
    try {
      const page = await running;
      this.#total = page.total;
      for (const [place, row] of page.rows.entries()) {
        this.#rows.set(page.offset + place, row);
      }
    } finally {
      this.#loading.delete(key);
    }
  }
}
