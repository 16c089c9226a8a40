/** From the raster of a picture as it is stored to the picture as it is seen, by EXIF's orientation. Asks nothing. */

/** In shares of the picture, as SVG writes a matrix; the twin of `upright_box` (src/vedette/vision/turn.py). */
const MATRICES: Readonly<Record<number, readonly [number, number, number, number, number, number]>> = {
  2: [-1, 0, 0, 1, 1, 0],
  3: [-1, 0, 0, -1, 1, 1],
  4: [1, 0, 0, -1, 0, 1],
  5: [0, 1, 1, 0, 0, 0],
  6: [0, 1, -1, 0, 1, 0],
  7: [0, -1, -1, 0, 1, 1],
  8: [0, -1, 1, 0, 0, 1],
};

/** What turns a picture by a quarter, so that width and height change places. */
export function isLying(orientation: number): boolean {
  return orientation >= 5 && orientation <= 8;
}

/** How SVG turns what lies on the stored raster; nothing for a picture that is stored upright. */
export function turnOf(orientation: number): string | undefined {
  const matrix = MATRICES[orientation];
  return matrix === undefined ? undefined : `matrix(${matrix.join(" ")})`;
}

export interface PlacedBox {
  readonly Left?: number | undefined;
  readonly Top?: number | undefined;
  readonly Width?: number | undefined;
  readonly Height?: number | undefined;
}

/** Where a box of the stored raster lies in the picture as it is seen. */
export function uprightBox(box: PlacedBox, orientation: number): Required<PlacedBox> {
  const { Left = 0, Top = 0, Width = 0, Height = 0 } = box;
  const [a, b, c, d, e, f] = MATRICES[orientation] ?? [1, 0, 0, 1, 0, 0];
  const corner = (x: number, y: number) => [a * x + c * y + e, b * x + d * y + f] as const;
  const [x1, y1] = corner(Left, Top);
  const [x2, y2] = corner(Left + Width, Top + Height);
  return {
    Left: Math.min(x1, x2),
    Top: Math.min(y1, y2),
    Width: Math.abs(x2 - x1),
    Height: Math.abs(y2 - y1),
  };
}

export interface Sides {
  readonly width: number;
  readonly height: number;
}

/**
 * Whether a drawing over a picture that is turned by a quarter was made on the picture as it is seen: it stands as
 * that does. A square tells nothing, and lies on the stored raster as most do (decisions/0148).
 */
export function isLikeUpright(drawing: Sides, picture: Sides): boolean {
  const [own, seen] = [drawing.width - drawing.height, picture.width - picture.height];
  return own !== 0 && Math.sign(own) === Math.sign(seen);
}
