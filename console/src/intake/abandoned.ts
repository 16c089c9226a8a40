/**
 * What is noted of running uploads, so that a window which is loaded anew can tell what that ended. The files
 * themselves are gone with the page: only who chooses them again can go on. No React.
 */
import type { UploadTarget } from "./uploader";

export interface UploadRecord {
  readonly id: string;
  readonly target: UploadTarget;
  /** Who began it. */
  readonly person: string;
  readonly total: number;
  /** In the dataset by then. */
  readonly entered: number;
}

/** Outlives loading the page anew, and ends with the window. */
const KEY = "vedette-uploads";

function read(): readonly UploadRecord[] {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    return Array.isArray(value) ? (value as readonly UploadRecord[]) : [];
  } catch {
    return [];
  }
}

/** What the window before this one was at; read before anything is written. */
let abandoned = read();
let running: readonly UploadRecord[] = [];

function save(): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify([...abandoned, ...running]));
  } catch {
    // A window without a store tells nothing of what loading it anew has ended.
  }
}

export function abandonedUploads(): readonly UploadRecord[] {
  return abandoned;
}

/** Takes note of everything that runs here now. */
export function writeRunning(records: readonly UploadRecord[]): void {
  running = records;
  save();
}

export function forgetAbandoned(isMeant: (record: UploadRecord) => boolean): void {
  const rest = abandoned.filter((record) => !isMeant(record));
  if (rest.length === abandoned.length) return;
  abandoned = rest;
  save();
}
