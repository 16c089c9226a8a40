/**
 * One bitmap a type: which pixels of the picture show it.
 *
 * The bitmap is cut into tiles of 64 by 64 bits; a tile without any pixel does not exist. A tile that was
 * handed out in a change is never written to again, so a change of a mask is a list of tiles before and
 * after, and undo shares them with the mask itself: half a kilobyte for each tile that a step touched, however
 * large the picture is. There are no strokes in here: what was painted is pixels at once.
 */

import type { Box, Size } from "../shapes/geometry";

export const TILE = 64;
const WORDS_A_ROW = TILE / 32;
const WORDS = TILE * WORDS_A_ROW;
const FULL = 0xffffffff;

export type Tile = Uint32Array;

export type Operation = "add" | "remove" | "flip";

/** A run of pixels in a row: from `from` up to, and without, `to`. */
export interface Span {
  readonly y: number;
  readonly from: number;
  readonly to: number;
}

export interface TileChange {
  readonly index: number;
  readonly before: Tile | undefined;
  readonly after: Tile | undefined;
}

export class Mask {
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  readonly #tiles = new Map<number, Tile>();

  constructor(size: Size) {
    this.width = size.width;
    this.height = size.height;
    this.columns = Math.ceil(size.width / TILE);
  }

  get isEmpty(): boolean {
    return this.#tiles.size === 0;
  }

  tile(index: number): Tile | undefined {
    return this.#tiles.get(index);
  }

  tileIndices(): IterableIterator<number> {
    return this.#tiles.keys();
  }

  /** Put a tile in its place; for changes, and for nothing else. */
  setTile(index: number, tile: Tile | undefined): void {
    if (tile === undefined) {
      this.#tiles.delete(index);
    } else {
      this.#tiles.set(index, tile);
    }
  }

  has(x: number, y: number): boolean {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) {
      return false;
    }
    const tile = this.#tiles.get(Math.floor(y / TILE) * this.columns + Math.floor(x / TILE));
    const word = tile?.[(y % TILE) * WORDS_A_ROW + ((x % TILE) >> 5)] ?? 0;
    return ((word >>> (x & 31)) & 1) === 1;
  }

  /** Return how many pixels there are. */
  count(): number {
    let sum = 0;
    for (const tile of this.#tiles.values()) {
      for (const word of tile) {
        sum += bitsIn(word);
      }
    }
    return sum;
  }

  /** Yield the runs of pixels, row by row from the top. */
  *spans(): Generator<Span> {
    const rows = new Set<number>();
    for (const index of this.#tiles.keys()) {
      rows.add(Math.floor(index / this.columns));
    }
    for (const row of [...rows].sort((a, b) => a - b)) {
      for (let line = 0; line < TILE && row * TILE + line < this.height; line += 1) {
        yield* this.#spansOfLine(row, line);
      }
    }
  }

  /** Return the smallest box, in pixels, around everything; nothing where there is nothing. */
  bounds(): Box | undefined {
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const span of this.spans()) {
      left = Math.min(left, span.from);
      right = Math.max(right, span.to);
      top = Math.min(top, span.y);
      bottom = Math.max(bottom, span.y + 1);
    }
    return right < left ? undefined : { left, top, width: right - left, height: bottom - top };
  }

  *#spansOfLine(row: number, line: number): Generator<Span> {
    const y = row * TILE + line;
    let from = -1;
    for (let part = 0; part < this.columns * WORDS_A_ROW; part += 1) {
      const word = this.#word(row, line, part);
      // Most words are all or nothing and go on as the last one ended: no need to look at their bits.
      const isUniform = word === (from < 0 ? 0 : FULL);
      for (let bit = isUniform ? 32 : 0; bit < 32; bit += 1) {
        const isSet = ((word >>> bit) & 1) === 1;
        if (isSet && from < 0) {
          from = part * 32 + bit;
        } else if (!isSet && from >= 0) {
          yield { y, from, to: part * 32 + bit };
          from = -1;
        }
      }
    }
    if (from >= 0) {
      yield { y, from, to: this.width };
    }
  }

  #word(row: number, line: number, part: number): number {
    const tile = this.#tiles.get(row * this.columns + Math.floor(part / WORDS_A_ROW));
    return tile?.[line * WORDS_A_ROW + (part % WORDS_A_ROW)] ?? 0;
  }
}

/** A change of a mask while it is being made: every tile is copied before it is first written to. */
export class MaskEdit {
  readonly mask: Mask;
  readonly #before = new Map<number, Tile | undefined>();
  #dirty = new Set<number>();

  constructor(mask: Mask) {
    this.mask = mask;
  }

  /** Change the pixels of a run; what lies off the picture is passed over. */
  apply(span: Span, operation: Operation): void {
    const y = Math.round(span.y);
    const from = Math.max(0, Math.round(span.from));
    const to = Math.min(this.mask.width, Math.round(span.to));
    if (y < 0 || y >= this.mask.height || from >= to) {
      return;
    }
    const row = Math.floor(y / TILE) * this.mask.columns;
    const last = Math.floor((to - 1) / TILE);
    for (let column = Math.floor(from / TILE); column <= last; column += 1) {
      this.#applyInTile(row + column, y % TILE, from - column * TILE, to - column * TILE, operation);
    }
  }

  applyAll(spans: Iterable<Span>, operation: Operation): void {
    for (const span of spans) {
      this.apply(span, operation);
    }
  }

  /** Return the tiles written to since this was last asked, for who draws them. */
  takeDirty(): Set<number> {
    const dirty = this.#dirty;
    this.#dirty = new Set();
    return dirty;
  }

  /** End the edit and return what it changed; tiles that came out as they were are left out. */
  finish(): TileChange[] {
    const changes: TileChange[] = [];
    for (const [index, before] of this.#before) {
      const current = this.mask.tile(index);
      const after = current?.some((word) => word !== 0) === true ? current : undefined;
      if (isSameTile(before, after)) {
        this.mask.setTile(index, before);
      } else {
        this.mask.setTile(index, after);
        changes.push({ index, before, after });
      }
    }
    this.#before.clear();
    return changes;
  }

  /** Take everything back, as if the edit had never begun. */
  revert(): void {
    for (const [index, before] of this.#before) {
      this.mask.setTile(index, before);
      this.#dirty.add(index);
    }
    this.#before.clear();
  }

  #applyInTile(index: number, line: number, from: number, to: number, operation: Operation): void {
    if (operation === "remove" && this.mask.tile(index) === undefined) {
      return;
    }
    const tile = this.#writable(index);
    for (let part = 0; part < WORDS_A_ROW; part += 1) {
      const bits = bitsBetween(from - part * 32, to - part * 32);
      if (bits === 0) {
        continue;
      }
      const place = line * WORDS_A_ROW + part;
      const word = tile[place] ?? 0;
      tile[place] = operation === "add" ? word | bits : operation === "remove" ? word & ~bits : word ^ bits;
    }
  }

  #writable(index: number): Tile {
    this.#dirty.add(index);
    const tile = this.mask.tile(index);
    if (this.#before.has(index) && tile !== undefined) {
      return tile;
    }
    if (!this.#before.has(index)) {
      this.#before.set(index, tile);
    }
    const copy = tile?.slice() ?? new Uint32Array(WORDS);
    this.mask.setTile(index, copy);
    return copy;
  }
}

/** Make a change, or take it back, and return the tiles that are other now. */
export function applyTiles(mask: Mask, changes: readonly TileChange[], side: "before" | "after"): number[] {
  for (const change of changes) {
    mask.setTile(change.index, change[side]);
  }
  return changes.map((change) => change.index);
}

function isSameTile(one: Tile | undefined, other: Tile | undefined): boolean {
  if (one === undefined || other === undefined) {
    return one === other;
  }
  return one.every((word, place) => word === other[place]);
}

/** Return a word with the bits from `from` up to, and without, `to`; both may lie outside of 0…32. */
function bitsBetween(from: number, to: number): number {
  const first = Math.max(0, from);
  const end = Math.min(32, to);
  if (first >= end) {
    return 0;
  }
  const upper = end === 32 ? 0xffffffff : (1 << end) - 1;
  return (upper & ~((1 << first) - 1)) >>> 0;
}

function bitsIn(word: number): number {
  let rest = word - ((word >>> 1) & 0x55555555);
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333);
  return (((rest + (rest >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
