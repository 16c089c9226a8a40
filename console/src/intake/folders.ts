/** Labels out of the names of folders: which there are, and what each would become. */
import type { ChosenFile } from "./files";

/** The folder that names the label: none, the one right below the top, or the one that the file lies in. */
export type FolderChoice = "none" | "outer" | "inner";

export interface FolderGroup {
  readonly folder: string;
  readonly files: readonly ChosenFile[];
}

/** Folders that divide pictures by their use and not by what they show. */
const USES = /^(?:train|training|test|testing|val|valid|validation|images?|pictures?)$/iu;
const NORMAL = /^(?:normal|good|ok|pass)$/iu;
const ANOMALY = /^(?:anomaly|anomalous|anomalies|bad|defect|defects|defective|fail|ng|nok)$/iu;

/** How many folders all files lie in that nothing can be told from: the one that was dropped, mostly. */
function topOf(files: readonly ChosenFile[]): number {
  const [first] = files;
  const isDeeper = files.some((file) => file.folders.length > 1);
  return first !== undefined && isDeeper && files.every((file) => file.folders[0] === first.folders[0])
    ? 1
    : 0;
}

const UNSEEN = /[\p{Cc}\p{Cs}]/gu;

/**
 * A folder's name as a label. A Mac writes é as e and an accent, and a keyboard as one letter: without this they
 * are two labels that nobody can tell apart. What is not seen becomes a space.
 */
export function asLabel(folder: string): string {
  return folder.normalize("NFC").replace(UNSEEN, " ").trim();
}

/** The folder of each file, in the order of the files; empty where it lies at the top. */
export function foldersOf(files: readonly ChosenFile[], choice: FolderChoice): readonly string[] {
  const top = topOf(files);
  return files.map((file) => {
    const below = file.folders.slice(top);
    return asLabel((choice === "none" ? "" : choice === "outer" ? below[0] : below.at(-1)) ?? "");
  });
}

/** Files by their folder, in the order in which the folders come. */
export function groupsOf(files: readonly ChosenFile[], choice: FolderChoice): readonly FolderGroup[] {
  const groups = new Map<string, ChosenFile[]>();
  foldersOf(files, choice).forEach((folder, place) => {
    const file = files[place];
    if (file === undefined) return;
    const group = groups.get(folder);
    if (group === undefined) groups.set(folder, [file]);
    else group.push(file);
  });
  return [...groups].map(([folder, inside]) => ({ folder, files: inside }));
}

/** Whether the two ways to read labels out of folders differ. */
export function areNested(files: readonly ChosenFile[]): boolean {
  const outer = foldersOf(files, "outer");
  return foldersOf(files, "inner").some((folder, place) => folder !== outer[place]);
}

/** The choice to begin with: a single folder says where pictures lie, several say what they show. */
export function proposedChoice(files: readonly ChosenFile[]): FolderChoice {
  const outer = new Set(foldersOf(files, "outer"));
  outer.delete("");
  const inner = new Set(foldersOf(files, "inner"));
  inner.delete("");
  if ([...outer].every((folder) => USES.test(folder))) return inner.size > 1 ? "inner" : "none";
  return outer.size > 1 ? "outer" : "none";
}

export type AnomalyClass = "normal" | "anomaly" | "";

/** What a folder's name says of its pictures for a model of anomalies; nothing where it does not say. */
export function classOf(folder: string): AnomalyClass {
  if (NORMAL.test(folder)) return "normal";
  return ANOMALY.test(folder) ? "anomaly" : "";
}
