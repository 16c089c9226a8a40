/**
 * Thousands of files on their way into a dataset: hashed, sent where they are not there already, and entered.
 * What was sent is known by its hash, so that after a cut connection or a closed page the same folder goes on
 * where it was. No React.
 */
import { asFault, call, currentSession, send } from "../../../api";
import { writeClass } from "../../../manifest/anomaly";
import { Line } from "../../../manifest/lines";
import { withLabels } from "../../../manifest/relabel";
import type { DatasetType, ProjectService } from "../project";
import { labelOf, type ChosenFile } from "./files";

const AT_ONCE = 4;
const HASHES_AT_ONCE = 100;
const ENTRIES_AT_ONCE = 200;
/** A server that restarts is away for seconds; ten minutes of patience, since nobody wants to begin again. */
const RETRIES = 600;
const RETRY_MS = 1000;

export interface UploadTarget {
  readonly arn: string;
  readonly service: ProjectService;
  readonly type: DatasetType;
  readonly hasLabels: boolean;
}

export interface UploadState {
  readonly total: number;
  readonly done: number;
  /** Sent before, or in the dataset already. */
  readonly known: number;
  readonly problems: readonly { readonly name: string; readonly sentence: string }[];
  readonly isWaiting: boolean;
  readonly isOver: boolean;
}

interface Stored {
  readonly sourceRef: string;
}

interface Sent {
  readonly chosen: ChosenFile;
  readonly source: string;
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Whether the same may succeed later: the server is away, or the dataset is busy with something else. */
function mayPass(error: unknown): boolean {
  const fault = asFault(error);
  const isBusy = fault.code === "ConflictException" && fault.message.includes("dataset is being");
  return fault.isPassing || isBusy;
}

/** The hash of a file; nothing where the page has no right to compute one (plain http from another machine). */
async function hashOf(file: File): Promise<string> {
  // Without a secure context there is none, whatever the type says.
  const { subtle } = globalThis.crypto as { readonly subtle?: SubtleCrypto };
  if (subtle === undefined) return "";
  const digest = await subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Uploader {
  #state: UploadState;
  #isStopped = false;
  readonly #files: readonly ChosenFile[];
  readonly #target: UploadTarget;
  readonly #listeners = new Set<() => void>();

  constructor(files: readonly ChosenFile[], target: UploadTarget) {
    this.#files = files;
    this.#target = target;
    this.#state = { total: files.length, done: 0, known: 0, problems: [], isWaiting: false, isOver: false };
  }

  readonly state = (): UploadState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  stop(): void {
    this.#isStopped = true;
  }

  async run(): Promise<void> {
    for (let start = 0; start < this.#files.length && !this.#isStopped; start += HASHES_AT_ONCE) {
      await this.#sendSome(this.#files.slice(start, start + HASHES_AT_ONCE));
    }
    this.#publish({ isOver: true, isWaiting: false });
  }

  async #sendSome(files: readonly ChosenFile[]): Promise<void> {
    const hashes = await Promise.all(files.map(({ file }) => hashOf(file).catch(() => "")));
    const stored = await this.#patiently(() => this.#ask(hashes.filter((hash) => hash !== "")));
    const sent: Sent[] = [];
    const waiting = files.map((chosen, place) => ({ chosen, hash: hashes[place] ?? "" }));
    const worker = async () => {
      for (let next = waiting.shift(); next !== undefined && !this.#isStopped; next = waiting.shift()) {
        const known = stored.get(next.hash);
        if (known !== undefined) sent.push({ chosen: next.chosen, source: known });
        else await this.#sendOne(next.chosen, next.hash, sent);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    for (let start = 0; start < sent.length; start += ENTRIES_AT_ONCE) {
      await this.#enter(sent.slice(start, start + ENTRIES_AT_ONCE));
    }
  }

  async #sendOne(chosen: ChosenFile, hash: string, sent: Sent[]): Promise<void> {
    const query = new URLSearchParams({ name: chosen.file.name, ...(hash === "" ? {} : { sha256: hash }) });
    try {
      const stored = await this.#patiently(async () => {
        const csrf = currentSession()?.csrf;
        const answer = await send(`upload?${query.toString()}`, { method: "PUT", body: chosen.file, csrf });
        return (await answer.json()) as Stored;
      });
      sent.push({ chosen, source: stored.sourceRef });
    } catch (error) {
      this.#refuse(chosen, error);
    }
  }

  async #ask(hashes: readonly string[]): Promise<Map<string, string>> {
    if (hashes.length === 0) return new Map();
    const csrf = currentSession()?.csrf;
    const answer = await send("uploads", { method: "POST", json: { sha256: hashes }, csrf });
    const { uploads } = (await answer.json()) as { readonly uploads: Readonly<Record<string, Stored>> };
    return new Map(Object.entries(uploads).map(([hash, stored]) => [hash, stored.sourceRef]));
  }

  /** Adds entries for pictures that the dataset has not yet; the same picture in two folders is one entry. */
  async #enter(sent: readonly Sent[], isAgain = false): Promise<void> {
    const bySource = new Map(sent.map((item) => [item.source, item]));
    try {
      const present = await this.#patiently(() => this.#present([...bySource.keys()]));
      const items = [...bySource.values()].filter((item) => !present.has(item.source));
      if (items.length > 0) await this.#update(items);
      const known = sent.length - items.length;
      this.#publish({ done: this.#state.done + sent.length, known: this.#state.known + known });
    } catch (error) {
      // Somebody else added one of them in between.
      if (!isAgain && asFault(error).code === "ConflictException") return this.#enter(sent, true);
      for (const item of sent) this.#refuse(item.chosen, error);
    }
  }

  /** Which of these pictures the dataset has. */
  async #present(sources: readonly string[]): Promise<Set<string>> {
    const answer = await call("vedette", "QueryEntries", {
      ProjectArn: this.#target.arn,
      DatasetType: this.#target.type,
      Filter: { SourceRefs: sources },
      MaxResults: ENTRIES_AT_ONCE,
    });
    return new Set((answer.Entries ?? []).map((entry) => entry.SourceRef ?? ""));
  }

  #update(items: readonly Sent[]): Promise<unknown> {
    return this.#patiently(() =>
      call("vedette", "UpdateEntries", {
        ProjectArn: this.#target.arn,
        DatasetType: this.#target.type,
        Edits: items.map((item) => ({ Line: this.#lineOf(item).text, Revision: "none" })),
      }),
    );
  }

  #lineOf({ chosen, source }: Sent): Line {
    const line = Line.read(JSON.stringify({ "source-ref": source }));
    const label = this.#target.hasLabels ? labelOf(chosen) : undefined;
    if (label === undefined) return line;
    const stamp = { moment: new Date(), job: "labeling-job/folders" };
    if (this.#target.service === "rekognition") return withLabels(line, [label], stamp);
    const isAnomalous = !/^(?:normal|good|ok)$/iu.test(label);
    return line.change(writeClass(isAnomalous, stamp));
  }

  #refuse({ file }: ChosenFile, error: unknown): void {
    const problem = { name: file.name, sentence: asFault(error).message };
    this.#publish({ done: this.#state.done + 1, problems: [...this.#state.problems, problem] });
  }

  /** Tries again while the server is away or the dataset is busy with something else. */
  async #patiently<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const result = await work();
        if (this.#state.isWaiting) this.#publish({ isWaiting: false });
        return result;
      } catch (error) {
        if (!mayPass(error) || attempt >= RETRIES || this.#isStopped) throw error;
        await this.#wait(asFault(error).isOffline);
      }
    }
  }

  async #wait(isOffline: boolean): Promise<void> {
    if (isOffline) this.#publish({ isWaiting: true });
    await delay(isOffline ? RETRY_MS : RETRY_MS / 2);
  }

  #publish(change: Partial<UploadState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
