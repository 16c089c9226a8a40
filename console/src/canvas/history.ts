/**
 * Undo and redo without a limit: what was done and what was undone, each a change that goes both ways.
 *
 * A change holds what differs and nothing else (a mask's changed tiles, see mask/mask.ts), so that the memory
 * taken is that of the work done, never a copy of the picture for each step.
 */

export class History<Change> {
  readonly #done: Change[] = [];
  readonly #undone: Change[] = [];

  get canUndo(): boolean {
    return this.#done.length > 0;
  }

  get canRedo(): boolean {
    return this.#undone.length > 0;
  }

  /** Note a change that was made; what had been undone before it is gone. */
  push(change: Change): void {
    this.#done.push(change);
    this.#undone.length = 0;
  }

  /** Return the change to take back, or nothing. */
  undo(): Change | undefined {
    const change = this.#done.pop();
    if (change !== undefined) {
      this.#undone.push(change);
    }
    return change;
  }

  /** Return the change to make again, or nothing. */
  redo(): Change | undefined {
    const change = this.#undone.pop();
    if (change !== undefined) {
      this.#done.push(change);
    }
    return change;
  }

  clear(): void {
    this.#done.length = 0;
    this.#undone.length = 0;
  }
}
