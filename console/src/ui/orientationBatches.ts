/** Gathers the pictures of one drawing into few questions. Knows no React and no server. */

export interface BatchEdges {
  /** Answers in the order asked for; 0 where nobody knows. */
  readonly ask: (sources: readonly string[]) => Promise<readonly number[]>;
  readonly later: (run: () => void) => void;
}

interface Waiting {
  readonly source: string;
  readonly resolve: (orientation: number) => void;
  readonly reject: (reason: unknown) => void;
}

/** As many as the server answers at once. */
export const BATCH = 48;
const UPRIGHT = 1;

export class OrientationBatches {
  readonly #edges: BatchEdges;
  #waiting: Waiting[] = [];

  constructor(edges: BatchEdges) {
    this.#edges = edges;
  }

  load(source: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ source, resolve, reject });
      if (this.#waiting.length === 1) this.#edges.later(() => this.#askAll());
    });
  }

  #askAll(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let start = 0; start < waiting.length; start += BATCH) {
      void this.#ask(waiting.slice(start, start + BATCH));
    }
  }

  async #ask(batch: readonly Waiting[]): Promise<void> {
    try {
      const answer = await this.#edges.ask(batch.map(({ source }) => source));
      for (const [place, { resolve }] of batch.entries())
        resolve(Math.max(answer[place] ?? UPRIGHT, UPRIGHT));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
