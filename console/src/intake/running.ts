/**
 * Uploads of this window, which go on while other pages are looked at, and those of other tabs, which are told
 * of by a channel of the browser. Part of the first page's code: what tells of an upload is there before one can
 * begin, and needs no server. Begins none itself (`beginning.ts`). No React.
 */
import { abandonedUploads, forgetAbandoned, writeRunning, type UploadRecord } from "./abandoned";
import type { DatasetType, Uploader, UploadTarget } from "./uploader";

export interface UploadNews {
  readonly id: string;
  readonly target: UploadTarget;
  readonly total: number;
  readonly done: number;
  readonly isOver: boolean;
}

interface Heard extends UploadNews {
  readonly at: number;
}

const CHANNEL = "vedette-uploads";
const TOLD_EVERY_MS = 500;
/** A tab that has said nothing for so long was closed. */
const FORGOTTEN_MS = 5000;

const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(CHANNEL) : null;
const listeners = new Set<() => void>();
const own = new Map<string, Uploader>();
const others = new Map<string, Heard>();
let ownList: readonly Uploader[] = [];
let otherList: readonly UploadNews[] = [];
let leftList: readonly UploadRecord[] = abandonedUploads();
let timer = 0;

function publish(): void {
  ownList = [...own.values()];
  otherList = [...others.values()];
  leftList = abandonedUploads();
  for (const listener of listeners) listener();
}

function newsOf(id: string, uploader: Uploader): UploadNews {
  const { total, done, isOver } = uploader.state();
  return { id, target: uploader.target, total, done, isOver };
}

function tell(): void {
  for (const [id, uploader] of own) channel?.postMessage(newsOf(id, uploader));
}

function recordOf(id: string, uploader: Uploader): UploadRecord {
  const { total, added, known } = uploader.state();
  return { id, target: uploader.target, person: uploader.person, total, entered: added + known };
}

/** Notes how far this window's uploads are, for the case that the window is loaded anew. */
function write(): void {
  const running = [...own].filter(([, uploader]) => !uploader.state().isOver);
  writeRunning(running.map(([id, uploader]) => recordOf(id, uploader)));
}

function keepUp(): void {
  const late = Date.now() - FORGOTTEN_MS;
  for (const [id, news] of others) if (news.at < late) others.delete(id);
  if (others.size !== otherList.length) publish();
  tell();
  if (own.size > 0) write();
  const isBusy = [...own.values()].some((uploader) => !uploader.state().isOver);
  timer = isBusy || others.size > 0 ? window.setTimeout(keepUp, TOLD_EVERY_MS) : 0;
}

function stayAwake(): void {
  if (timer === 0) timer = window.setTimeout(keepUp, TOLD_EVERY_MS);
}

channel?.addEventListener("message", (event: MessageEvent<UploadNews>) => {
  // A window that was duplicated has the other one's notes: that upload goes on.
  forgetAbandoned(({ id }) => id === event.data.id);
  if (event.data.isOver) others.delete(event.data.id);
  else others.set(event.data.id, { ...event.data, at: Date.now() });
  publish();
  stayAwake();
});

const asking = "BroadcastChannel" in globalThis ? new BroadcastChannel(`${CHANNEL}-asked`) : null;
asking?.addEventListener("message", tell);
// Other tabs tell at once, also those in the background, whose clocks browsers hold back.
asking?.postMessage("");

function warn(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

/** Holds an upload that goes on when the page which began it is left. */
export function holdUpload(uploader: Uploader): void {
  own.set(crypto.getRandomValues(new Uint32Array(4)).join("-"), uploader);
  forgetAbandoned(({ target }) => isSame(target, uploader.target));
  write();
  publish();
  stayAwake();
  window.addEventListener("beforeunload", warn);
  window.addEventListener("pagehide", write);
}

/** Says that one of the uploads is over. */
export function noteEnd(): void {
  tell();
  write();
  if ([...own.values()].every((other) => other.state().isOver)) {
    window.removeEventListener("beforeunload", warn);
    window.removeEventListener("pagehide", write);
  }
  publish();
}

/** Whether this window is adding pictures to a dataset, or has done so since it was opened. */
export function hasUpload(arn: string, type: DatasetType): boolean {
  return ownList.some(({ target }) => target.arn === arn && target.type === type);
}

/** Forgets uploads into a dataset that are over. */
export function forgetUploads(target: UploadTarget): void {
  for (const [id, uploader] of own) {
    if (isSame(uploader.target, target) && uploader.state().isOver) own.delete(id);
  }
  publish();
}

export function isSame(one: UploadTarget, other: UploadTarget): boolean {
  return one.arn === other.arn && one.type === other.type;
}

export function subscribeUploads(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Uploads that this window began, those that are over too. */
export function ownUploads(): readonly Uploader[] {
  return ownList;
}

/** Uploads that other tabs of this browser are at. */
export function otherUploads(): readonly UploadNews[] {
  return otherList;
}

/** Uploads that ended when this window was loaded anew, until somebody has read so. */
export function leftUploads(): readonly UploadRecord[] {
  return leftList;
}

export function forgetLeft(id: string): void {
  forgetAbandoned((record) => record.id === id);
  publish();
}
