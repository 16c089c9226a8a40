/**
 * The masks of all types as coloured pixels off the screen, in pieces of 512 by 512.
 *
 * In pieces because a canvas that was drawn from is copied whole before it is next written to: with one canvas
 * for a picture of 4096 pixels, each dab of a brush would copy 64 MB. A piece without pixels does not exist.
 */

import { TILE, type Mask, type Tile } from "../mask/mask";
import { channelsOf } from "../mask/png";
import type { Box, Size } from "../shapes/geometry";
import type { Viewport } from "../viewport";
import { contextOf, newCanvas } from "./pyramid";

const PIECE = 512;
const TILES_A_PIECE = PIECE / TILE;
/** Where two types overlap they alternate in squares of so many pixels, so that both are seen. */
const HATCH = 3;
const OPAQUE = 0xff000000;

export interface ColoredMask {
  readonly mask: Mask;
  readonly color: string;
}

export class MaskRaster {
  readonly #size: Size;
  readonly #pieces = new Map<string, CanvasRenderingContext2D>();
  readonly #image = new ImageData(TILE, TILE);
  readonly #pixels = new Uint32Array(this.#image.data.buffer);
  readonly #columns: number;

  constructor(size: Size) {
    this.#size = size;
    this.#columns = Math.ceil(size.width / TILE);
  }

  /** Paint tiles anew, from the lowest type to the uppermost. */
  paint(tiles: Iterable<number>, layers: readonly ColoredMask[]): void {
    const colored = layers.map(({ mask, color }) => ({ mask, value: littleEndian(color) }));
    for (const index of tiles) {
      this.#pixels.fill(0);
      let isEmpty = true;
      for (const { mask, value } of colored) {
        const tile = mask.tile(index);
        if (tile !== undefined) {
          isEmpty = false;
          this.#addTile(tile, value);
        }
      }
      this.#put(index, isEmpty);
    }
  }

  /** Paint everything anew. */
  paintAll(layers: readonly ColoredMask[]): void {
    this.#pieces.clear();
    this.paint(new Set(layers.flatMap(({ mask }) => [...mask.tileIndices()])), layers);
  }

  /** Return the box of the picture, in pixels, that a tile covers. */
  boxOf(index: number): Box {
    const left = (index % this.#columns) * TILE;
    return { left, top: Math.floor(index / this.#columns) * TILE, width: TILE, height: TILE };
  }

  /** Draw the pieces that touch a part of the screen. */
  draw(context: CanvasRenderingContext2D, view: Viewport, part: Box): void {
    context.imageSmoothingEnabled = false;
    for (const [key, piece] of this.#pieces) {
      const [column = 0, row = 0] = key.split(" ").map(Number);
      const width = Math.min(PIECE, this.#size.width - column * PIECE);
      const height = Math.min(PIECE, this.#size.height - row * PIECE);
      // Whole pixels of the screen, so that neighbours meet without a seam.
      const left = Math.round(column * PIECE * view.scale + view.x);
      const top = Math.round(row * PIECE * view.scale + view.y);
      const right = Math.round((column * PIECE + width) * view.scale + view.x);
      const bottom = Math.round((row * PIECE + height) * view.scale + view.y);
      const isOutside =
        right <= part.left ||
        bottom <= part.top ||
        left >= part.left + part.width ||
        top >= part.top + part.height;
      if (!isOutside) {
        context.drawImage(piece.canvas, 0, 0, width, height, left, top, right - left, bottom - top);
      }
    }
  }

  #addTile(tile: Tile, value: number): void {
    for (let place = 0; place < this.#pixels.length; place += 1) {
      const bits = tile[place >> 5] ?? 0;
      if (bits === 0) {
        place |= 31; // on to the next word
      } else if (((bits >>> (place & 31)) & 1) === 1 && (this.#pixels[place] === 0 || !isHatched(place))) {
        this.#pixels[place] = value;
      }
    }
  }

  #put(index: number, isEmpty: boolean): void {
    const column = index % this.#columns;
    const row = Math.floor(index / this.#columns);
    const key = `${Math.floor(column / TILES_A_PIECE)} ${Math.floor(row / TILES_A_PIECE)}`;
    let piece = this.#pieces.get(key);
    if (piece === undefined) {
      if (isEmpty) {
        return;
      }
      piece = contextOf(newCanvas(PIECE, PIECE));
      this.#pieces.set(key, piece);
    }
    piece.putImageData(this.#image, (column % TILES_A_PIECE) * TILE, (row % TILES_A_PIECE) * TILE);
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
