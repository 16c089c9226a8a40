/**
 * A zip archive read where it lies: its directory first, then one entry at a time, never all of it.
 *
 * Entries that are links, are encrypted, have paths that climb, or inflate beyond what they declare are passed
 * over, each by its name. No React.
 */

export interface ArchiveEntry {
  readonly path: string;
  readonly size: number;
  readonly open: () => Promise<Blob>;
}

export interface Archive {
  readonly entries: readonly ArchiveEntry[];
  /** Names of what is passed over, and why. */
  readonly refused: readonly { readonly path: string; readonly reason: RefusedEntry }[];
}

export type RefusedEntry = "link" | "encrypted" | "path" | "method" | "large" | "unfinished";

/** What is no archive, or a damaged one. */
export class BadArchive extends Error {
  override readonly name = "BadArchive";
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const MOST_COMMENT = 65_535;
/** A directory of half a million entries; a larger one is no data set. */
const MOST_DIRECTORY = 256 * 1024 * 1024;
const MOST_ENTRIES = 500_000;
/** The largest file of labels that is taken. */
const MOST_SIZE = 1024 * 1024 * 1024;
const UNKNOWN_32 = 0xffffffff;
const LINK = 0xa000;
const KIND = 0xf000;

async function viewOf(blob: Blob): Promise<DataView<ArrayBuffer>> {
  return new DataView(await blob.arrayBuffer());
}

interface Directory {
  readonly offset: number;
  readonly size: number;
  readonly count: number;
}

async function findDirectory(file: Blob): Promise<Directory> {
  const start = Math.max(0, file.size - END_BYTES - MOST_COMMENT);
  const tail = await viewOf(file.slice(start));
  for (let place = tail.byteLength - END_BYTES; place >= 0; place -= 1) {
    if (tail.getUint32(place, true) !== END) continue;
    const short = {
      count: tail.getUint16(place + 10, true),
      size: tail.getUint32(place + 12, true),
      offset: tail.getUint32(place + 16, true),
    };
    const isLong = short.count === 0xffff || short.size === UNKNOWN_32 || short.offset === UNKNOWN_32;
    return isLong ? findLongDirectory(file, start + place) : short;
  }
  throw new BadArchive();
}

async function findLongDirectory(file: Blob, end: number): Promise<Directory> {
  const locator = await viewOf(file.slice(Math.max(0, end - 20), end));
  if (locator.byteLength < 20 || locator.getUint32(0, true) !== LOCATOR_64) throw new BadArchive();
  const place = Number(locator.getBigUint64(8, true));
  const record = await viewOf(file.slice(place, place + 56));
  if (record.byteLength < 56 || record.getUint32(0, true) !== END_64) throw new BadArchive();
  return {
    count: Number(record.getBigUint64(32, true)),
    size: Number(record.getBigUint64(40, true)),
    offset: Number(record.getBigUint64(48, true)),
  };
}

interface Record {
  readonly path: string;
  readonly flags: number;
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
  readonly kind: number;
}

/** Sizes and the offset that did not fit into 32 bits stand in an extra field, in this order. */
function long(view: DataView, start: number, length: number, values: number[]): number[] {
  let place = start;
  while (place + 4 <= start + length) {
    const id = view.getUint16(place, true);
    const size = view.getUint16(place + 2, true);
    if (id === 1) {
      let inner = place + 4;
      return values.map((value) => {
        if (value !== UNKNOWN_32 || inner + 8 > place + 4 + size) return value;
        inner += 8;
        return Number(view.getBigUint64(inner - 8, true));
      });
    }
    place += 4 + size;
  }
  return values;
}

function readRecord(view: DataView<ArrayBuffer>, place: number): { record: Record; next: number } {
  if (place + 46 > view.byteLength || view.getUint32(place, true) !== ENTRY) throw new BadArchive();
  const nameLength = view.getUint16(place + 28, true);
  const extraLength = view.getUint16(place + 30, true);
  const next = place + 46 + nameLength + extraLength + view.getUint16(place + 32, true);
  if (next > view.byteLength) throw new BadArchive();
  const bytes = new Uint8Array(view.buffer, place + 46, nameLength);
  const sizes = [
    view.getUint32(place + 24, true),
    view.getUint32(place + 20, true),
    view.getUint32(place + 42, true),
  ];
  const [size = 0, packed = 0, offset = 0] = long(view, place + 46 + nameLength, extraLength, sizes);
  const record = {
    path: new TextDecoder().decode(bytes).replaceAll("\\", "/"),
    flags: view.getUint16(place + 8, true),
    method: view.getUint16(place + 10, true),
    packed,
    size,
    offset,
    kind: (view.getUint32(place + 38, true) >>> 16) & KIND,
  };
  return { record, next };
}

function reasonAgainst(record: Record): RefusedEntry | null {
  if (record.kind === LINK) return "link";
  if ((record.flags & 1) !== 0) return "encrypted";
  if (!isPlainPath(record.path)) return "path";
  if (record.method !== 0 && record.method !== 8) return "method";
  return record.size > MOST_SIZE ? "large" : null;
}

/** Whether a path stays below its folder on every system. */
export function isPlainPath(path: string): boolean {
  const parts = path.split("/");
  // eslint-disable-next-line no-control-regex
  const isOdd = /[\u0000-\u001f]|^[a-z]:/iu.test(path);
  return !isOdd && parts.every((part) => part !== "" && part !== "." && part !== "..");
}

/** What an export leaves that was cut off, or is still being written: as exchange/unfinished.py has it. */
const CUT_OFF = /(?:^|\/)\.vedette-(?:writing-|unfinished)/u;

/** Whether a path is the mark of an export that is not whole. */
export function isCutOff(path: string): boolean {
  return CUT_OFF.test(path);
}

/** Folders, and what systems leave beside files. */
function isHidden(path: string): boolean {
  return (
    path.endsWith("/") ||
    path.split("/").some((part) => part.startsWith(".") && !/^\.+$/u.test(part)) ||
    path.startsWith("__MACOSX/")
  );
}

/** Reads an archive's directory. */
export async function readArchive(file: Blob): Promise<Archive> {
  const directory = await findDirectory(file);
  if (directory.size > MOST_DIRECTORY || directory.count > MOST_ENTRIES) throw new BadArchive();
  const view = await viewOf(file.slice(directory.offset, directory.offset + directory.size));
  const entries: ArchiveEntry[] = [];
  const refused: { path: string; reason: RefusedEntry }[] = [];
  let place = 0;
  for (let number = 0; number < directory.count; number += 1) {
    const { record, next } = readRecord(view, place);
    place = next;
    const isMark = isCutOff(record.path);
    if (!isMark && isHidden(record.path)) continue;
    const reason = isMark ? "unfinished" : reasonAgainst(record);
    if (reason === null) {
      entries.push({ path: record.path, size: record.size, open: () => open(file, record) });
    } else refused.push({ path: record.path, reason });
  }
  return { entries, refused };
}

async function open(file: Blob, record: Record): Promise<Blob> {
  const head = await viewOf(file.slice(record.offset, record.offset + 30));
  if (head.byteLength < 30 || head.getUint32(0, true) !== LOCAL) throw new BadArchive();
  const start = record.offset + 30 + head.getUint16(26, true) + head.getUint16(28, true);
  const packed = file.slice(start, start + record.packed);
  if (record.method === 0) return packed;
  const inflated = packed.stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(inflated.pipeThrough(upTo(record.size))).blob();
}

/** Lets so many bytes through, and fails where more come: an archive that says less than it holds. */
function upTo(most: number): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let count = 0;
  return new TransformStream({
    transform(chunk, controller) {
      count += chunk.byteLength;
      if (count > most) controller.error(new BadArchive());
      else controller.enqueue(chunk);
    },
  });
}
