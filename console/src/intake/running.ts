/**
 * Uploads of this window, which go on while other pages are looked at, and those of other tabs, which are told
 * of by a channel of the browser. No React.
 */
import { Uploader, type DatasetType, type Picture, type UploadTarget } from "./uploader";

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
let timer = 0;

function publish(): void {
  ownList = [...own.values()];
  otherList = [...others.values()];
  for (const listener of listeners) listener();
}

function newsOf(id: string, uploader: Uploader): UploadNews {
  const { total, done, isOver } = uploader.state();
  return { id, target: uploader.target, total, done, isOver };
}

function tell(): void {
  for (const [id, uploader] of own) channel?.postMessage(newsOf(id, uploader));
}

function keepUp(): void {
  const late = Date.now() - FORGOTTEN_MS;
  for (const [id, news] of others) if (news.at < late) others.delete(id);
  if (others.size !== otherList.length) publish();
  tell();
  const isBusy = [...own.values()].some((uploader) => !uploader.state().isOver);
  timer = isBusy || others.size > 0 ? window.setTimeout(keepUp, TOLD_EVERY_MS) : 0;
}

function stayAwake(): void {
  if (timer === 0) timer = window.setTimeout(keepUp, TOLD_EVERY_MS);
}

channel?.addEventListener("message", (event: MessageEvent<UploadNews>) => {
  if (event.data.isOver) others.delete(event.data.id);
  else others.set(event.data.id, { ...event.data, at: Date.now() });
  publish();
  stayAwake();
});

function warn(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

/** Begins an upload that outlives the page which began it. */
export function beginUpload(pictures: readonly Picture[], target: UploadTarget): Uploader {
  const id = crypto.getRandomValues(new Uint32Array(4)).join("-");
  const uploader = new Uploader(pictures, target);
  own.set(id, uploader);
  publish();
  stayAwake();
  window.addEventListener("beforeunload", warn);
  void uploader.run().finally(() => {
    tell();
    if ([...own.values()].every((other) => other.state().isOver))
      window.removeEventListener("beforeunload", warn);
    publish();
  });
  return uploader;
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
