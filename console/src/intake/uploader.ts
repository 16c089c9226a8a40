/**
 * Thousands of pictures on their way into a dataset: hashed, sent where they are not there already, and entered.
 * What was sent is known by its hash, so that after a cut line or a closed page the same folder goes on where it
 * was. The three steps run beside one another. No React.
 */
import { asFault, call, currentSession, jsonOf, send } from "../api";
import { writeClass } from "../manifest/anomaly";
import { Line } from "../manifest/lines";
import { withLabels } from "../manifest/relabel";
import { asJpegName, convert, needsBrowser, Undecodable } from "./converting";
import { hashOf } from "./hashing";

/** A browser opens six lines to a server; the others are for what the page shows meanwhile. */
const SENT_AT_ONCE = 4;
const HASHED_AT_ONCE = 3;
const ASKED_AT_ONCE = 100;
const ENTERED_AT_ONCE = 200;
/** Fewer are entered after so long, so that people see them come. */
const ENTERED_EVERY_MS = 2000;
/** Hashed and not sent yet: more of them would wait for the line and take room. */
const MOST_READY = 200;
/** What the server takes of one file. */
const MOST_BYTES = 64 * 1024 * 1024;
/** A server that restarts is away for seconds; hours of patience, since nobody wants to begin again. */
const RETRY_MS = 1000;
const SHOWN_EVERY_MS = 100;
/** More names than anybody reads; the list of them can be taken along. */
const KEPT_PROBLEMS = 10_000;
/** A file that came changed is hashed anew and sent once more: it was being written to. */
const MOST_TRIES = 2;

export type Service = "rekognition" | "lookoutvision";
export type DatasetType = "train" | "test";

export interface UploadTarget {
  readonly arn: string;
  readonly service: Service;
  readonly type: DatasetType;
  /** The job that the manifest names for labels that come along. */
  readonly job?: string;
}

/** One picture; `label` is a label, or normal or anomaly, and nothing for a picture without one. */
export interface Picture {
  readonly name: string;
  readonly label?: string;
  readonly open: () => Promise<Blob>;
}

export type ProblemCode = "undecodable" | "unreadable" | "tooLarge" | "server";

export interface UploadProblem {
  readonly name: string;
  readonly code: ProblemCode;
  /** What the server said, in English, and the name that it has for it. */
  readonly sentence: string;
  readonly reason: string;
}

/** Why nothing will move any more: the dataset is away, the person may not, or another person signed in. */
export type Ending = "" | "gone" | "person" | { readonly denied: string };

/** Why nothing moves: the server is away, its disk is full, nobody is signed in, or what the server itself says. */
export type Waiting = "" | "offline" | "full" | "busy" | "signedOut" | { readonly sentence: string };

export interface UploadState {
  readonly total: number;
  readonly done: number;
  /** In the dataset now, and not before. */
  readonly added: number;
  /** In the dataset already. */
  readonly known: number;
  readonly failed: number;
  /** The first of those that failed. */
  readonly problems: readonly UploadProblem[];
  readonly waiting: Waiting;
  readonly ending: Ending;
  readonly isStopped: boolean;
  readonly isOver: boolean;
}

interface Ready {
  readonly picture: Picture;
  readonly blob: Blob;
  readonly name: string;
  readonly hash: string;
  readonly source: string | undefined;
}

interface Sent {
  readonly picture: Picture;
  readonly source: string;
}

class Stopped extends Error {}

/** A file that was changed or deleted after it was chosen, which the browser gives out no more. */
class FileChanged extends Error {}

async function isReadable(blob: Blob): Promise<boolean> {
  try {
    await blob.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What ends an upload as a whole: no other picture would fare better. */
export function endingFor(error: unknown): Ending {
  const fault = asFault(error);
  if (fault.status === 404) return "gone";
  return fault.status === 403 && !fault.isOfOtherSession ? { denied: fault.message } : "";
}

/** What is to be waited for; nothing where the same would fail again. */
export function waitingFor(error: unknown): Waiting {
  const fault = asFault(error);
  if (fault.isOffline) return "offline";
  if (fault.isSignedOut || fault.isOfOtherSession) return "signedOut";
  // A dataset that is busy with something else; a full disk, and too many at once.
  const isBusy = fault.code === "ConflictException" && fault.message.includes("dataset is being");
  if (isBusy || fault.status === 429) return "busy";
  if (fault.status === 507) return "full";
  return fault.isPassing ? { sentence: fault.message } : "";
}

export class Uploader {
  #state: UploadState;
  #isHashed = false;
  #isSent = false;
  #shown = 0;
  readonly #pictures: readonly Picture[];
  readonly #left: Set<Picture>;
  readonly #target: UploadTarget;
  readonly #region: string;
  readonly #person: string;
  readonly #ready: Ready[] = [];
  readonly #sent: Sent[] = [];
  readonly #wakers: (() => void)[] = [];
  readonly #listeners = new Set<() => void>();

  constructor(pictures: readonly Picture[], target: UploadTarget) {
    this.#pictures = pictures;
    this.#left = new Set(pictures);
    this.#target = target;
    this.#region = target.arn.split(":")[3] ?? "";
    this.#person = currentSession()?.arn ?? "";
    this.#state = {
      total: pictures.length,
      done: 0,
      added: 0,
      known: 0,
      failed: 0,
      problems: [],
      waiting: "",
      ending: "",
      isStopped: false,
      isOver: false,
    };
  }

  get target(): UploadTarget {
    return this.#target;
  }

  /** Who began it; whoever signs in later sees nothing of it. */
  get person(): string {
    return this.#person;
  }

  /** Whether labels come along, which pictures that are in the dataset already do not get. */
  get hasLabels(): boolean {
    return this.#pictures.some(({ label }) => label !== undefined && label !== "");
  }

  /** Those that are not in the dataset, refused ones too. */
  get left(): ReadonlySet<Picture> {
    return this.#left;
  }

  readonly state = (): UploadState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Leaves off: what is in the dataset stays there, and the same folder goes on another time. */
  stop(): void {
    this.#change({ isStopped: true });
    this.#wake();
    this.#publish();
  }

  /** Leaves off, since nothing more can come of it. */
  #end(ending: Ending): never {
    if (!this.#state.isStopped) this.#change({ ending, isStopped: true });
    this.#wake();
    throw new Stopped();
  }

  async run(): Promise<void> {
    try {
      await Promise.all([this.#hashAll(), this.#sendAll(), this.#enterAll()]);
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    } finally {
      this.#change({ isOver: true, waiting: "" });
      this.#publish();
    }
  }

  async #hashAll(): Promise<void> {
    try {
      for (let start = 0; start < this.#pictures.length; start += ASKED_AT_ONCE) {
        while (this.#ready.length > MOST_READY) await this.#turn();
        await this.#hashSome(this.#pictures.slice(start, start + ASKED_AT_ONCE));
      }
    } finally {
      this.#isHashed = true;
      this.#wake();
    }
  }

  async #hashSome(pictures: readonly Picture[]): Promise<void> {
    const waiting = [...pictures];
    const hashed: Omit<Ready, "source">[] = [];
    const worker = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        this.#requireGoing();
        const ready = await this.#hash(next);
        if (ready !== null) hashed.push(ready);
      }
    };
    await Promise.all(Array.from({ length: HASHED_AT_ONCE }, worker));
    if (hashed.length === 0) return;
    try {
      const stored = await this.#patiently(() => this.#ask(hashed.map(({ hash }) => hash)));
      for (const item of hashed) this.#ready.push({ ...item, source: stored.get(item.hash) });
    } catch (error) {
      if (error instanceof Stopped) throw error;
      for (const { picture } of hashed) this.#refuse(picture, "server", error);
    }
    this.#wake();
  }

  async #hash(picture: Picture): Promise<Omit<Ready, "source"> | null> {
    try {
      const file = await picture.open();
      if (file.size > MOST_BYTES) return this.#refuse(picture, "tooLarge");
      const isForeign = needsBrowser(picture.name);
      const blob = isForeign ? await convert(file) : file;
      const name = isForeign ? asJpegName(picture.name) : picture.name;
      return { picture, blob, name, hash: await hashOf(blob) };
    } catch (error) {
      return this.#refuse(picture, error instanceof Undecodable ? "undecodable" : "unreadable");
    }
  }

  async #ask(hashes: readonly string[]): Promise<Map<string, string>> {
    const answer = await this.#send("uploads", { method: "POST", json: { sha256: hashes } });
    const { uploads } = (await jsonOf(answer)) as {
      readonly uploads: Readonly<Record<string, { readonly sourceRef: string }>>;
    };
    return new Map(Object.entries(uploads).map(([hash, stored]) => [hash, stored.sourceRef]));
  }

  async #sendAll(): Promise<void> {
    const worker = async () => {
      for (;;) {
        this.#requireGoing();
        const next = this.#ready.shift();
        if (next !== undefined) await this.#sendOne(next).finally(() => this.#wake());
        else if (this.#isHashed) return;
        else await this.#turn();
      }
    };
    try {
      await Promise.all(Array.from({ length: SENT_AT_ONCE }, worker));
    } finally {
      this.#isSent = true;
      this.#wake();
    }
  }

  async #sendOne(ready: Ready, tries = 1): Promise<void> {
    const { picture, source } = ready;
    if (source !== undefined) {
      this.#sent.push({ picture, source });
      return;
    }
    // A space is written as a plus, which in an address is one; names of files may be no Unicode.
    const query = new URLSearchParams({ name: ready.name, sha256: ready.hash }).toString();
    const path = `upload?${query.replaceAll("+", "%20")}`;
    try {
      const stored = await this.#patiently(() => this.#put(path, ready.blob));
      this.#sent.push({ picture, source: stored.sourceRef });
    } catch (error) {
      if (error instanceof Stopped) throw error;
      const isOther = error instanceof FileChanged || asFault(error).code === "BadDigest";
      const isChanged = isOther && tries < MOST_TRIES;
      const again = isChanged ? await this.#hash(picture) : null;
      if (again !== null) await this.#sendOne({ ...again, source: undefined }, tries + 1);
      else if (!isChanged)
        this.#refuse(picture, error instanceof FileChanged ? "unreadable" : "server", error);
    }
  }

  async #put(path: string, blob: Blob): Promise<{ readonly sourceRef: string }> {
    try {
      const answer = await this.#send(path, { method: "PUT", body: blob });
      return (await jsonOf(answer)) as { readonly sourceRef: string };
    } catch (error) {
      // A browser tells no more of a file that it cannot read than of a server that is away.
      if (asFault(error).isOffline && !(await isReadable(blob))) throw new FileChanged();
      throw error;
    }
  }

  async #enterAll(): Promise<void> {
    let entered = Date.now();
    for (;;) {
      this.#requireGoing();
      const isLate = this.#isSent || Date.now() - entered > ENTERED_EVERY_MS;
      if (this.#sent.length >= ENTERED_AT_ONCE || (isLate && this.#sent.length > 0)) {
        await this.#enter(this.#sent.splice(0, ENTERED_AT_ONCE));
        entered = Date.now();
      } else if (this.#isSent) return;
      else await this.#turn();
    }
  }

  /** Adds entries for pictures that the dataset has not yet; the same picture in two folders is one entry. */
  async #enter(sent: readonly Sent[], isAgain = false): Promise<void> {
    const bySource = new Map(sent.map((item) => [item.source, item]));
    try {
      const present = await this.#patiently(() => this.#present([...bySource.keys()]));
      const items = [...bySource.values()].filter((item) => !present.has(item.source));
      if (items.length > 0) await this.#patiently(() => this.#update(items));
      const { done, added, known } = this.#state;
      for (const { picture } of sent) this.#left.delete(picture);
      const again = sent.length - items.length;
      this.#change({ done: done + sent.length, added: added + items.length, known: known + again });
    } catch (error) {
      if (error instanceof Stopped) throw error;
      // Another tab, or somebody else, added one of them in between.
      if (!isAgain && asFault(error).code === "ConflictException") return this.#enter(sent, true);
      const [only] = sent;
      if (sent.length === 1 && only !== undefined) {
        this.#refuse(only.picture, "server", error);
        return;
      }
      // All or none go in at once: one that cannot keeps none of the others out.
      const half = Math.ceil(sent.length / 2);
      await this.#enter(sent.slice(0, half));
      await this.#enter(sent.slice(half));
    }
  }

  /** Which of these pictures the dataset has. */
  async #present(sources: readonly string[]): Promise<Set<string>> {
    const answer = await call(
      "vedette",
      "QueryEntries",
      {
        ProjectArn: this.#target.arn,
        DatasetType: this.#target.type,
        Filter: { SourceRefs: sources },
        MaxResults: ENTERED_AT_ONCE,
      },
      { region: this.#region },
    );
    return new Set((answer.Entries ?? []).map((entry) => entry.SourceRef ?? ""));
  }

  #update(items: readonly Sent[]): Promise<unknown> {
    const Edits = items.map((item) => ({ Line: this.#lineOf(item).text, Revision: "none" }));
    return call(
      "vedette",
      "UpdateEntries",
      { ProjectArn: this.#target.arn, DatasetType: this.#target.type, Edits },
      { region: this.#region },
    );
  }

  #lineOf({ picture, source }: Sent): Line {
    const line = Line.read(JSON.stringify({ "source-ref": source }));
    if (picture.label === undefined || picture.label === "") return line;
    const stamp = { moment: new Date(), job: this.#target.job ?? "labeling-job/folders" };
    if (this.#target.service === "rekognition") return withLabels(line, [picture.label], stamp);
    return line.change(writeClass(picture.label === "anomaly", stamp));
  }

  /** Sends as the person who began: whoever signs in later sends nothing of theirs. */
  #send(path: string, sending: { method: "POST" | "PUT"; json?: unknown; body?: Blob }): Promise<Response> {
    const session = currentSession();
    return send(path, { ...sending, csrf: session?.csrf, region: this.#region });
  }

  #refuse({ name }: Picture, code: ProblemCode, error?: unknown): null {
    const { done, failed, problems } = this.#state;
    const { message, reason } = asFault(error ?? "");
    const kept =
      problems.length < KEPT_PROBLEMS ? [...problems, { name, code, sentence: message, reason }] : problems;
    this.#change({ done: done + 1, failed: failed + 1, problems: kept });
    return null;
  }

  #requireGoing(): void {
    if (this.#state.isStopped) throw new Stopped();
    const person = currentSession()?.arn;
    if (person !== undefined && person !== this.#person) this.#end("person");
  }

  /** Waits until another step is further; not by a timer, which browsers hold back for pages in the background. */
  async #turn(): Promise<void> {
    this.#requireGoing();
    await new Promise<void>((resolve) => this.#wakers.push(resolve));
    this.#requireGoing();
  }

  #wake(): void {
    for (const wake of this.#wakers.splice(0)) wake();
  }

  /** Tries again while the server is away, nobody is signed in, or the dataset is busy with something else. */
  async #patiently<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      this.#requireGoing();
      try {
        const result = await work();
        if (this.#state.waiting !== "") this.#change({ waiting: "" });
        return result;
      } catch (error) {
        const ending = endingFor(error);
        if (ending !== "") this.#end(ending);
        const waiting = waitingFor(error);
        if (waiting === "") throw error;
        this.#change({ waiting });
        await delay(RETRY_MS);
      }
    }
  }

  /** Shows changes ten times a second: thousands of them would leave the page no time. */
  #change(change: Partial<UploadState>): void {
    this.#state = { ...this.#state, ...change };
    if (this.#shown !== 0) return;
    this.#shown = window.setTimeout(() => this.#publish(), SHOWN_EVERY_MS);
  }

  #publish(): void {
    window.clearTimeout(this.#shown);
    this.#shown = 0;
    for (const listener of this.#listeners) listener();
  }
}
