/**
 * The masks of all types as coloured pixels off the screen, in several sizes, each half of the one before: drawn
 * small, a mask over the whole picture is a few copies and not its millions of pixels.
 *
 * Every size lies in pieces of 512 by 512, because a canvas that was drawn from is copied whole before it is next
 * written to: with one canvas for a picture of 4096 pixels, each dab of a brush would copy 64 MB. A piece
 * without pixels does not exist.
 */

import { TILE, type Mask, type Tile } from "../mask/mask";
import { channelsOf } from "../mask/png";
import type { Box, Size } from "../shapes/geometry";
import type { Viewport } from "../viewport";
import { halfOf } from "./halves";
import { contextOf, newCanvas } from "./pyramid";

const PIECE = 512;
/** Where two types overlap they alternate in squares of so many pixels, so that both are seen. */
const HATCH = 3;
const OPAQUE = 0xff000000;
/** A tile of 64 pixels is 4 in the smallest size: smaller scales than 1/16 are far below what fits a window. */
const LEVELS = 5;

export interface ColoredMask {
  readonly mask: Mask;
  readonly color: string;
}

/** One of the sizes: its pieces, and a tile's picture in it. */
interface Level {
  readonly pieces: Map<number, CanvasRenderingContext2D>;
  readonly image: ImageData;
  readonly pixels: Uint32Array;
}

export class MaskRaster {
  readonly #size: Size;
  readonly #levels: readonly Level[];
  readonly #columns: number;

  constructor(size: Size) {
    this.#size = size;
    this.#columns = Math.ceil(size.width / TILE);
    const longest = Math.max(size.width, size.height);
    // A picture of one piece needs no smaller size: it is one copy as it is.
    const count = Math.min(LEVELS, 1 + Math.ceil(Math.log2(Math.max(1, longest / PIECE))));
    this.#levels = Array.from({ length: count }, (_, level) => newLevel(TILE >> level));
  }

  /** Paint tiles anew, from the lowest type to the uppermost. */
  paint(tiles: Iterable<number>, layers: readonly ColoredMask[]): void {
    const colored = layers.map(({ mask, color }) => ({ mask, value: littleEndian(color) }));
    for (const index of tiles) {
      const isEmpty = this.#spread(index, colored);
      this.#shrink(isEmpty);
      for (const [place, level] of this.#levels.entries()) {
        this.#put(level, place, index, isEmpty);
      }
    }
  }

  /** Paint everything anew. */
  paintAll(layers: readonly ColoredMask[]): void {
    for (const { pieces } of this.#levels) {
      pieces.clear();
    }
    this.paint(new Set(layers.flatMap(({ mask }) => [...mask.tileIndices()])), layers);
  }

  /** Return the box of the picture, in pixels, that a tile covers. */
  boxOf(index: number): Box {
    const left = (index % this.#columns) * TILE;
    return { left, top: Math.floor(index / this.#columns) * TILE, width: TILE, height: TILE };
  }

  /** Draw the pieces that touch a part of the screen, from the size that is just large enough. */
  draw(context: CanvasRenderingContext2D, view: Viewport, part: Box): void {
    context.imageSmoothingEnabled = false;
    const wanted = Math.floor(Math.log2(1 / Math.min(1, view.scale)) + 1e-9);
    const place = Math.min(wanted, this.#levels.length - 1);
    const side = PIECE << place;
    for (const [key, piece] of this.#levels[place]?.pieces ?? []) {
      const [column, row] = [key % KEY_ROW, Math.floor(key / KEY_ROW)];
      const width = Math.min(side, this.#size.width - column * side);
      const height = Math.min(side, this.#size.height - row * side);
      // Whole pixels of the screen, so that neighbours meet without a seam.
      const left = Math.round(column * side * view.scale + view.x);
      const top = Math.round(row * side * view.scale + view.y);
      const right = Math.round((column * side + width) * view.scale + view.x);
      const bottom = Math.round((row * side + height) * view.scale + view.y);
      const isOutside =
        right <= part.left ||
        bottom <= part.top ||
        left >= part.left + part.width ||
        top >= part.top + part.height;
      if (!isOutside) {
        const [wide, high] = [width / (1 << place), height / (1 << place)];
        context.drawImage(piece.canvas, 0, 0, wide, high, left, top, right - left, bottom - top);
      }
    }
  }

  /** Write a tile's pixels in full size; says whether there are none. */
  #spread(index: number, colored: readonly { readonly mask: Mask; readonly value: number }[]): boolean {
    const pixels = this.#levels[0]?.pixels;
    pixels?.fill(0);
    let isEmpty = true;
    for (const { mask, value } of colored) {
      const tile = mask.tile(index);
      if (tile !== undefined && pixels !== undefined) {
        isEmpty = false;
        addTile(pixels, tile, value);
      }
    }
    return isEmpty;
  }

  #shrink(isEmpty: boolean): void {
    for (let place = 1; place < this.#levels.length; place += 1) {
      const [from, to] = [this.#levels[place - 1]?.pixels, this.#levels[place]?.pixels];
      if (from !== undefined && to !== undefined) {
        if (isEmpty) {
          to.fill(0);
        } else {
          halfOf(from, to, TILE >> place);
        }
      }
    }
  }

  #put(level: Level, place: number, index: number, isEmpty: boolean): void {
    const side = TILE >> place;
    const tilesAPiece = PIECE / side;
    const column = index % this.#columns;
    const row = Math.floor(index / this.#columns);
    const key = Math.floor(column / tilesAPiece) + KEY_ROW * Math.floor(row / tilesAPiece);
    let piece = level.pieces.get(key);
    if (piece === undefined) {
      if (isEmpty) {
        return;
      }
      piece = contextOf(newCanvas(PIECE, PIECE));
      level.pieces.set(key, piece);
    }
    piece.putImageData(level.image, (column % tilesAPiece) * side, (row % tilesAPiece) * side);
  }
}

/** A piece is known by its column and so many times its row: more than any picture has columns. */
const KEY_ROW = 4096;

function newLevel(side: number): Level {
  const image = new ImageData(side, side);
  return { pieces: new Map(), image, pixels: new Uint32Array(image.data.buffer) };
}

function addTile(pixels: Uint32Array, tile: Tile, value: number): void {
  for (let place = 0; place < pixels.length; place += 1) {
    const bits = tile[place >> 5] ?? 0;
    if (bits === 0) {
      place |= 31; // on to the next word
    } else if (((bits >>> (place & 31)) & 1) === 1 && (pixels[place] === 0 || !isHatched(place))) {
      pixels[place] = value;
    }
  }
}

function isHatched(place: number): boolean {
  const x = place % TILE;
  const y = Math.floor(place / TILE);
  return ((Math.floor(x / HATCH) + Math.floor(y / HATCH)) & 1) === 1;
}

function littleEndian(color: string): number {
  const [red, green, blue] = channelsOf(color);
  return (OPAQUE | (blue << 16) | (green << 8) | red) >>> 0;
}
