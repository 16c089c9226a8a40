/** Files of this computer as one list, wherever they come from: chosen, in a folder, or in an archive. No React. */
import type { Own } from "../../api";
import { isCutOff, isPlainPath, readArchive, type RefusedEntry } from "./archive";

export type Format = Own.ImportSource["Format"];

export interface SourceFile {
  readonly path: string;
  readonly size: number;
  readonly open: () => Promise<Blob>;
}

export interface SourceFiles {
  readonly files: readonly SourceFile[];
  readonly refused: readonly { readonly path: string; readonly reason: RefusedEntry }[];
}

/** Endings of the files that hold a format's labels: as the server has them. */
const ENDINGS: Readonly<Record<Format, RegExp | null>> = {
  folder: null,
  manifest: /\.(?:manifest|jsonl|json|txt)$|^[^.]+$/iu,
  groundtruth: /\.(?:manifest|jsonl|json|txt)$|^[^.]+$/iu,
  coco: /\.json$/iu,
  labelstudio: /\.json$/iu,
  cvat: /\.xml$/iu,
  voc: /\.xml$/iu,
  csv: /\.(?:csv|txt)$/iu,
  yolo: /\.(?:txt|ya?ml|names)$/iu,
  labelme: /\.json$/iu,
  via: /\.json$/iu,
  datumaro: /\.json$/iu,
  supervisely: /\.json$/iu,
  fiftyone: /\.json$/iu,
  imagefolder: /\.jsonl$/iu,
  roboflow: /\.(?:csv|json)$/iu,
  mvtec: null,
  visa: null,
  masks: /\.csv$/iu,
};

/** Formats whose files tell shapes, of which masks can be drawn: as exchange/shape_masks.py has them. */
const WITH_SHAPES: ReadonlySet<Format> = new Set<Format>([
  "coco",
  "voc",
  "yolo",
  "labelstudio",
  "cvat",
  "labelme",
  "via",
  "datumaro",
  "imagefolder",
  "supervisely",
  "fiftyone",
  "roboflow",
]);

export function hasShapes(format: Format): boolean {
  return WITH_SHAPES.has(format);
}

export function isLabelFile(path: string, format: Format): boolean {
  return ENDINGS[format]?.test(path.split("/").at(-1) ?? "") ?? false;
}

/** Whether the places of pictures say what they show, so that no label file is needed. */
export function isByPlace(format: Format): boolean {
  return ENDINGS[format] === null;
}

async function expand(file: File): Promise<SourceFiles> {
  const path = (file.webkitRelativePath === "" ? file.name : file.webkitRelativePath).normalize("NFC");
  if (/\.zip$/iu.test(file.name)) {
    const { entries, refused } = await readArchive(file);
    return { files: entries, refused };
  }
  if (!isPlainPath(path)) return { files: [], refused: [{ path, reason: "path" }] };
  if (isCutOff(path)) return { files: [], refused: [{ path, reason: "unfinished" }] };
  if (path.split("/").some((part) => part.startsWith("."))) return { files: [], refused: [] };
  return { files: [{ path, size: file.size, open: () => Promise.resolve(file) }], refused: [] };
}

/** Opens archives, and leaves out the folder that all paths have in common. */
export async function sourceFiles(list: Iterable<File>): Promise<SourceFiles> {
  const parts: SourceFiles[] = [];
  for (const file of list) parts.push(await expand(file));
  const files = parts.flatMap((part) => part.files);
  const refused = parts.flatMap((part) => part.refused);
  const root = commonRoot(files.map(({ path }) => path));
  return { files: files.map((file) => ({ ...file, path: file.path.slice(root.length) })), refused };
}

function commonRoot(paths: readonly string[]): string {
  const first = /^[^/]+\//u.exec(paths[0] ?? "")?.[0] ?? "";
  return first !== "" && paths.every((path) => path.startsWith(first)) ? first : "";
}
