/** Which format files are of, by their names and the beginning of one of them. No React; nothing is sent. */
import type { Format, SourceFile } from "./sources";

/** What tools write first fits in it; a picture that LabelMe embeds may come behind its shapes. */
const HEAD_BYTES = 256 * 1024;

/** Names that say it alone, the most particular first. */
const BY_NAME: readonly (readonly [Format, RegExp])[] = [
  ["supervisely", /(?:^|\/)ann\/(?:.*\/)?[^/]+\.json$/u],
  ["fiftyone", /(?:^|\/)samples\.json$/u],
  ["roboflow", /(?:^|\/)_(?:annotations|classes)\.csv$|(?:^|\/)_annotations\.coco\.json$/u],
  ["imagefolder", /(?:^|\/)metadata\.jsonl$/u],
  ["mvtec", /(?:^|\/)(?:train|test)\/good\/[^/]+$/u],
  ["visa", /(?:^|\/)Images\/(?:Normal|Anomaly)\/[^/]+$/u],
  ["masks", /^masks\/.+\.png$/iu],
  ["yolo", /(?:^|\/)(?:data\.ya?ml|classes\.txt|obj\.names)$/iu],
];

/** Words of a file's beginning, the most particular first. */
const OF_JSON: readonly (readonly [Format, RegExp])[] = [
  ["manifest", /"source-ref"\s*:/u],
  ["labelme", /"shapes"\s*:|"imagePath"\s*:/u],
  ["via", /"_via_img_metadata"\s*:|"(?:file|region)_attributes"\s*:/u],
  ["datumaro", /"items"\s*:\s*\[|^\s*\{\s*"info"[^]*"categories"\s*:\s*\{/u],
  ["fiftyone", /"classes"\s*:[^]*"labels"\s*:\s*\{/u],
  ["coco", /"images"\s*:\s*\[|"annotations"\s*:\s*\[[^]*"image_id"/u],
  ["labelstudio", /^\s*\[\s*\{[^]*"(?:annotations|completions|data|image|annotator)"\s*:/u],
];
const OF_XML: readonly (readonly [Format, RegExp])[] = [
  ["cvat", /<annotations[\s>]/u],
  ["voc", /<annotation[\s>]/u],
];

/** The format that files look like; null where nothing speaks for one. */
export async function recogniseFormat(files: readonly SourceFile[]): Promise<Format | null> {
  const named = BY_NAME.find(([, form]) => files.some(({ path }) => form.test(path)));
  if (named !== undefined) return named[0];
  const xml = ofEnding(files, /\.xml$/iu);
  if (xml !== undefined) return match(OF_XML, await headOf(xml));
  const json = ofEnding(files, /\.(?:json|jsonl|manifest)$/iu);
  if (json !== undefined) return ofJson(await headOf(json));
  return ofEnding(files, /\.csv$/iu) === undefined ? null : "csv";
}

function ofJson(head: string): Format | null {
  const found = match(OF_JSON, head);
  return found === "manifest" && head.includes("multi-label-classification") ? "groundtruth" : found;
}

function ofEnding(files: readonly SourceFile[], ending: RegExp): SourceFile | undefined {
  return files.find(({ path }) => ending.test(path));
}

function match(forms: readonly (readonly [Format, RegExp])[], head: string): Format | null {
  return forms.find(([, form]) => form.test(head))?.[0] ?? null;
}

async function headOf(file: SourceFile): Promise<string> {
  try {
    return await (await file.open()).slice(0, HEAD_BYTES).text();
  } catch {
    return ""; // the file is gone; sending it says so
  }
}
