/** Files and folders that were dropped or chosen, each with the folder it lies in. */

export interface ChosenFile {
  readonly file: File;
  /** Folders from the outermost, without the file's name. */
  readonly folders: readonly string[];
}

const PICTURE = /\.(?:jpe?g|png|webp|bmp|tiff?|gif|heic|avif)$/iu;

async function readAll(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  const entries: FileSystemEntry[] = [];
  // A browser hands out a hundred at a time, and none when it is through.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return entries;
    entries.push(...some);
  }
}

async function walk(entry: FileSystemEntry, folders: readonly string[], into: ChosenFile[]): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    into.push({ file, folders });
  } else {
    const entries = await readAll((entry as FileSystemDirectoryEntry).createReader());
    for (const inner of entries) await walk(inner, [...folders, entry.name], into);
  }
}

/** Must be called while the drop is handled: afterwards its items are gone. */
export function filesOfDrop(transfer: DataTransfer): Promise<ChosenFile[]> {
  const entries = [...transfer.items]
    .map((item) => item.webkitGetAsEntry())
    .filter((entry) => entry !== null);
  const plain = [...transfer.files];
  return (async () => {
    const files: ChosenFile[] = [];
    for (const entry of entries) await walk(entry, [], files);
    return entries.length > 0 ? files : plain.map((file) => ({ file, folders: [] }));
  })();
}

export function filesOfInput(list: FileList): ChosenFile[] {
  return [...list].map((file) => ({ file, folders: file.webkitRelativePath.split("/").slice(0, -1) }));
}

export function isPicture({ file }: ChosenFile): boolean {
  return PICTURE.test(file.name) && !file.name.startsWith(".");
}

/** The label that a file's folder names: the innermost folder, as both services' own consoles do it. */
export function labelOf({ folders }: ChosenFile): string | undefined {
  return folders.at(-1);
}
