/** What masks show: the colours of PNG files as a browser decodes them, and the table that names them. No React. */
import type { SourceFile, SourceFiles } from "./sources";

/** As exchange/mask_files.py has it. */
const TABLE = "labels.csv";
const MASK = /^masks\/.+\.png$/iu;
/** A mask has twenty labels; more colours than this are soft edges, or a photograph. */
export const MOST_COLORS = 64;

export interface MaskColor {
  /** As #rrggbb. */
  readonly color: string;
  readonly pixels: number;
  readonly masks: number;
}

export interface MaskColors {
  readonly colors: readonly MaskColor[];
  readonly isTooMany: boolean;
  /** Names of what no browser can read as a picture. */
  readonly unread: readonly string[];
}

export function masksOf({ files }: SourceFiles): readonly SourceFile[] {
  return files.filter(({ path }) => MASK.test(path));
}

/** Whether colours have to be named by hand. */
export function needsNames(chosen: SourceFiles): boolean {
  return masksOf(chosen).length > 0 && !chosen.files.some(({ path }) => path === TABLE);
}

/** How many pixels have each colour; what is transparent shows nothing. */
export function countColors(pixels: Uint8ClampedArray): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  let last = -1;
  let run = 0;
  for (let place = 0; place < pixels.length; place += 4) {
    const isClear = (pixels[place + 3] ?? 0) < 128;
    const value = isClear
      ? -1
      : ((pixels[place] ?? 0) << 16) | ((pixels[place + 1] ?? 0) << 8) | (pixels[place + 2] ?? 0);
    if (value === last) {
      run += 1;
      continue;
    }
    if (last >= 0) counts.set(last, (counts.get(last) ?? 0) + run);
    [last, run] = [value, 1];
  }
  if (last >= 0) counts.set(last, (counts.get(last) ?? 0) + run);
  return counts;
}

export function asColor(value: number): string {
  return `#${value.toString(16).padStart(6, "0")}`;
}

async function pixelsOf(blob: Blob): Promise<Uint8ClampedArray> {
  const image = await createImageBitmap(blob, {
    imageOrientation: "none",
    colorSpaceConversion: "none",
    premultiplyAlpha: "none",
  });
  try {
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    if (context === null) throw new Error();
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, image.width, image.height).data;
  } finally {
    image.close();
  }
}

/** Looks at every mask until there are too many colours, or nobody waits any more. */
export async function readColors(
  masks: readonly SourceFile[],
  isWanted: () => boolean,
): Promise<MaskColors | null> {
  const found = new Map<number, { pixels: number; masks: number }>();
  const unread: string[] = [];
  for (const mask of masks) {
    if (!isWanted()) return null;
    try {
      for (const [value, pixels] of countColors(await pixelsOf(await mask.open()))) {
        const before = found.get(value) ?? { pixels: 0, masks: 0 };
        found.set(value, { pixels: before.pixels + pixels, masks: before.masks + 1 });
      }
    } catch {
      unread.push(mask.path);
    }
    if (found.size > MOST_COLORS) return { colors: [], isTooMany: true, unread };
  }
  const colors = [...found].map(([value, counts]) => ({ color: asColor(value), ...counts }));
  return { colors: colors.sort((a, b) => b.pixels - a.pixels), isTooMany: false, unread };
}

/** Files as they were, and the table as one more; a colour without a name shows nothing. */
export function withTable(
  files: readonly SourceFile[],
  colors: readonly MaskColor[],
  names: Readonly<Record<string, string>>,
): readonly SourceFile[] {
  const rows = colors.map(({ color }) => `${color},"${(names[color] ?? "").trim().replaceAll('"', '""')}"\n`);
  const table = new Blob([rows.join("")], { type: "text/csv" });
  return [...files, { path: TABLE, size: table.size, open: () => Promise.resolve(table) }];
}
