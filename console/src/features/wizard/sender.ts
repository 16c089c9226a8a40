/**
 * Files of this computer on their way into an import: label files in pieces, pictures through the upload route,
 * where they are known by their hash. Every piece has a number of its own, so that one that is sent twice is there
 * once. No React.
 */
import { asFault, call, currentRegion, currentSession, jsonOf, send } from "../../api";
import { asJpegName, convert, needsBrowser } from "../../intake/converting";
import { isPicture } from "../../intake/files";
import { hashOf } from "../../intake/hashing";
import { endingFor, waitingFor, type Waiting } from "../../intake/uploader";
import { isLabelFile, type Format, type SourceFile } from "./sources";

/** Of label files a piece; in base64 it must fit into one request. */
const PIECE_BYTES = 2 * 1024 * 1024;
const FILES_A_PIECE = 400;
const PICTURES_AT_ONCE = 100;
const SENT_AT_ONCE = 4;
const RETRY_MS = 1000;
const MOST_BYTES = 64 * 1024 * 1024;
/** Formats that do not tell pictures' sizes: as the server has them. */
const UNSIZED: ReadonlySet<Format> = new Set<Format>(["yolo", "via", "imagefolder", "fiftyone", "masks"]);
/** Formats without boxes, whose sizes nobody has to compare. */
const BOXLESS: ReadonlySet<Format> = new Set<Format>(["folder", "mvtec", "visa", "csv"]);

export interface SendState {
  readonly total: number;
  readonly done: number;
  readonly waiting: Waiting;
  /** Why it ended early; nothing else can come of it. */
  readonly error: unknown;
  /** Another person signed in. */
  readonly isForeign: boolean;
  readonly isOver: boolean;
}

interface FilePiece {
  readonly Path: string;
  readonly Offset: number;
  readonly Body: string;
}

interface PicturePiece {
  readonly Path: string;
  readonly SourceRef?: string;
  readonly Width?: number;
  readonly Height?: number;
  readonly Problem?: string;
}

class Stopped extends Error {}

export class ImportSender {
  #state: SendState;
  #isStopped = false;
  #number = 0;
  readonly #region = currentRegion();
  readonly #person = currentSession()?.arn ?? "";
  readonly #labels: readonly SourceFile[];
  readonly #pictures: readonly SourceFile[];
  readonly #listeners = new Set<() => void>();

  constructor(
    readonly arn: string,
    readonly importId: string,
    files: readonly SourceFile[],
    readonly format: Format,
    /** Masks are drawn of a picture's size. */
    readonly hasMasks = false,
  ) {
    this.#pictures = files.filter(({ path }) => isPicture(path.split("/").at(-1) ?? ""));
    this.#labels = files.filter(({ path }) => isLabelFile(path, format));
    this.#state = {
      total: this.#pictures.length + this.#labels.length,
      done: 0,
      waiting: "",
      error: null,
      isForeign: false,
      isOver: false,
    };
  }

  readonly state = (): SendState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  stop(): void {
    this.#isStopped = true;
  }

  /** Sends everything, then has it read; answers whether it came to that. */
  async run(): Promise<boolean> {
    try {
      await this.#sendLabels();
      for (let start = 0; start < this.#pictures.length; start += PICTURES_AT_ONCE) {
        await this.#sendPictures(this.#pictures.slice(start, start + PICTURES_AT_ONCE));
      }
      const names = { ProjectArn: this.arn, ImportId: this.importId };
      await this.#patiently(() => call("vedette", "ReadImport", names, { region: this.#region }));
      return true;
    } catch (error) {
      if (!(error instanceof Stopped)) this.#publish({ error });
      return false;
    } finally {
      this.#publish({ isOver: true, waiting: "" });
    }
  }

  async #sendLabels(): Promise<void> {
    let waiting: FilePiece[] = [];
    let size = 0;
    for (const file of this.#labels) {
      const blob = await file.open();
      for (let offset = 0; offset === 0 || offset < blob.size; offset += PIECE_BYTES) {
        const part = blob.slice(offset, offset + PIECE_BYTES);
        if (size + part.size > PIECE_BYTES || waiting.length === FILES_A_PIECE) {
          await this.#add({ Files: waiting });
          [waiting, size] = [[], 0];
        }
        waiting.push({ Path: file.path, Offset: offset, Body: await base64(part) });
        size += part.size;
      }
      this.#publish({ done: this.#state.done + 1 });
    }
    if (waiting.length > 0) await this.#add({ Files: waiting });
  }

  async #sendPictures(files: readonly SourceFile[]): Promise<void> {
    const pieces: PicturePiece[] = [];
    const waiting = [...files];
    const worker = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        pieces.push(await this.#sendPicture(next));
        this.#publish({ done: this.#state.done + 1 });
      }
    };
    await Promise.all(Array.from({ length: SENT_AT_ONCE }, worker));
    await this.#add({ Pictures: pieces });
  }

  async #sendPicture(file: SourceFile): Promise<PicturePiece> {
    const name = file.path.split("/").at(-1) ?? "";
    try {
      const opened = await file.open();
      if (opened.size > MOST_BYTES) return { Path: file.path, Problem: `${name} has more than 64 MB.` };
      const isForeign = needsBrowser(name);
      const blob = isForeign ? await convert(opened) : opened;
      const hash = await hashOf(blob);
      const source = await this.#patiently(() =>
        this.#upload(blob, isForeign ? asJpegName(name) : name, hash),
      );
      return { Path: file.path, SourceRef: source, ...(await this.#sizeOf(blob)) };
    } catch (error) {
      // What refuses every picture is no picture's own problem.
      if (error instanceof Stopped || endingFor(error) !== "") throw error;
      return { Path: file.path, Problem: asFault(error).message.slice(0, 400) };
    }
  }

  async #upload(blob: Blob, name: string, hash: string): Promise<string> {
    const facts = { csrf: currentSession()?.csrf, region: this.#region };
    const asked = await send("uploads", { method: "POST", json: { sha256: [hash] }, ...facts });
    const { uploads } = (await jsonOf(asked)) as {
      readonly uploads: Readonly<Record<string, { readonly sourceRef: string } | undefined>>;
    };
    const known = uploads[hash];
    if (known !== undefined) return known.sourceRef;
    const query = new URLSearchParams({ name, sha256: hash });
    const answer = await send(`upload?${query.toString()}`, { method: "PUT", body: blob, ...facts });
    return ((await jsonOf(answer)) as { readonly sourceRef: string }).sourceRef;
  }

  /** As it is stored, and not as it is turned. */
  async #sizeOf(blob: Blob): Promise<{ Width?: number; Height?: number }> {
    const isNeeded = this.hasMasks || UNSIZED.has(this.format);
    if (!isNeeded && BOXLESS.has(this.format)) return {};
    let image: ImageBitmap;
    try {
      image = await createImageBitmap(blob, { imageOrientation: "none" });
    } catch (error) {
      // What its labels do not need is told of the dataset, where the picture is looked at.
      if (isNeeded) throw error;
      return {};
    }
    const size = { Width: image.width, Height: image.height };
    image.close();
    return size;
  }

  async #add(piece: { Files?: FilePiece[]; Pictures?: PicturePiece[] }): Promise<void> {
    const Number = this.#number;
    this.#number += 1;
    const names = { ProjectArn: this.arn, ImportId: this.importId };
    const input = { ...names, Number, ...piece };
    await this.#patiently(() => call("vedette", "AddImportPiece", input, { region: this.#region }));
  }

  #requireGoing(): void {
    const person = currentSession()?.arn;
    if (person !== undefined && person !== this.#person) {
      this.#isStopped = true;
      this.#publish({ isForeign: true });
    }
    if (this.#isStopped) throw new Stopped();
  }

  /** Tries again while the server is away, busy or full, or nobody is signed in, until somebody stops it. */
  async #patiently<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      this.#requireGoing();
      try {
        const result = await work();
        if (this.#state.waiting !== "") this.#publish({ waiting: "" });
        return result;
      } catch (error) {
        const waiting = waitingFor(error);
        if (waiting === "") throw error;
        this.#publish({ waiting });
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  #publish(change: Partial<SendState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** What this window sends, whatever page is shown: signing in again, too, comes back to it. */
const senders = new Map<string, ImportSender>();

function warn(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

/** Begins to send; the page that shows it may come and go. */
export function beginSending(sender: ImportSender): void {
  senders.set(sender.importId, sender);
  window.addEventListener("beforeunload", warn);
  void sender.run().finally(() => {
    if ([...senders.values()].every((other) => other.state().isOver))
      window.removeEventListener("beforeunload", warn);
  });
}

/** Who sends the files of an import; nobody in a window that was loaded anew. */
export function senderOf(importId: string): ImportSender | undefined {
  return senders.get(importId);
}

function base64(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => {
      const text = typeof reader.result === "string" ? reader.result : "";
      resolve(text.slice(text.indexOf(",") + 1));
    };
    reader.onerror = () => reject(reader.error ?? new Error());
    reader.readAsDataURL(blob);
  });
}
