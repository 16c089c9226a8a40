/** Files and folders that were dropped or chosen, each with the folders it lies in; opened when they are needed. */

export interface ChosenFile {
  readonly name: string;
  /** Folders from the outermost, without the file's name. */
  readonly folders: readonly string[];
  readonly open: () => Promise<File>;
}

export interface Chosen {
  readonly pictures: readonly ChosenFile[];
  /** Names of files that are no pictures by their endings. */
  readonly others: readonly string[];
}

const PICTURE = /\.(?:jpe?g|jfif|png|webp|bmp|tiff?|gif|hei[cf]|avif)$/iu;
/** Folders that are listed at once: a listing is answered by another process of the browser. */
const LISTED_AT_ONCE = 8;

export function isPicture(name: string): boolean {
  return PICTURE.test(name) && !name.startsWith(".");
}

class Sorting {
  readonly pictures: ChosenFile[] = [];
  readonly others: string[] = [];

  add(file: ChosenFile): void {
    if (isPicture(file.name)) this.pictures.push(file);
    else this.others.push(file.name);
  }

  get count(): number {
    return this.pictures.length + this.others.length;
  }
}

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

interface Place {
  readonly entry: FileSystemEntry;
  readonly folders: readonly string[];
}

function openEntry(entry: FileSystemEntry): () => Promise<File> {
  return () => new Promise((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
}

/** Goes through folders a few at a time, and says how far it is. */
async function walk(places: Place[], sorting: Sorting, onProgress: (count: number) => void): Promise<void> {
  while (places.length > 0) {
    const some = places.splice(0, LISTED_AT_ONCE);
    await Promise.all(
      some.map(async ({ entry, folders }) => {
        if (entry.isFile) {
          sorting.add({ name: entry.name, folders, open: openEntry(entry) });
          return;
        }
        const inside = [...folders, entry.name];
        for (const inner of await readAll((entry as FileSystemDirectoryEntry).createReader())) {
          if (inner.isFile) sorting.add({ name: inner.name, folders: inside, open: openEntry(inner) });
          else places.push({ entry: inner, folders: inside });
        }
      }),
    );
    onProgress(sorting.count);
  }
}

/** What was dropped. Must be called while the drop is handled: afterwards its items are gone. */
export function filesOfDrop(
  transfer: DataTransfer,
  onProgress: (count: number) => void = () => undefined,
): Promise<Chosen> {
  const places = [...transfer.items]
    .map((item) => item.webkitGetAsEntry())
    .filter((entry) => entry !== null)
    .map((entry) => ({ entry, folders: [] }));
  const plain = [...transfer.files];
  return (async () => {
    const sorting = new Sorting();
    if (places.length === 0) for (const file of plain) sorting.add(ofFile(file, []));
    else await walk(places, sorting, onProgress);
    return sorting;
  })();
}

function ofFile(file: File, folders: readonly string[]): ChosenFile {
  return { name: file.name, folders, open: () => Promise.resolve(file) };
}

/** What was chosen in the browser's own dialog. */
export function filesOfInput(list: FileList): Chosen {
  const sorting = new Sorting();
  for (const file of list) sorting.add(ofFile(file, file.webkitRelativePath.split("/").slice(0, -1)));
  return sorting;
}
