/**
 * The live view's loop: takes the newest frame, asks the model, shows the frame with what was found, and begins anew.
 *
 * One request is under way at most, and no frame waits: a slow model means fewer pictures a second, never older ones.
 */
import { asFault, type Fault } from "../../api";
import type { Detection } from "./detection";
import { isBusy } from "./tries";

export interface LiveParts<Frame> {
  /** Resolves when the camera shows another frame, or at the signal. */
  readonly nextFrame: (signal: AbortSignal) => Promise<void>;
  /** The frame of this moment; null while there is none. */
  readonly grab: () => Frame | null;
  readonly ask: (frame: Frame, signal: AbortSignal) => Promise<Detection>;
  readonly show: (frame: Frame, detection: Detection) => void;
  /** Waits; for tests. */
  readonly wait: (ms: number) => Promise<void>;
  readonly now: () => number;
}

export interface LiveNumbers {
  /** Pictures a second, over the last seconds. */
  readonly rate: number;
  readonly answered: number;
  /** How often the model had too much to do. */
  readonly throttled: number;
  /** The server is not reached, and the view goes on by itself when it is. */
  readonly isAway: boolean;
}

/** Over so long the pictures a second are counted. */
const RATE_MS = 3000;
const BUSY_MS = 200;
const AWAY_MS = 1000;

export class LiveLoop<Frame> {
  readonly #parts: LiveParts<Frame>;
  readonly #tell: (numbers: LiveNumbers) => void;
  #moments: number[] = [];
  #numbers: LiveNumbers = { rate: 0, answered: 0, throttled: 0, isAway: false };

  constructor(parts: LiveParts<Frame>, tell: (numbers: LiveNumbers) => void) {
    this.#parts = parts;
    this.#tell = tell;
  }

  /** Runs until the signal; resolves with the fault that ended it, or null. */
  async run(signal: AbortSignal): Promise<Fault | null> {
    while (!signal.aborted) {
      await this.#parts.nextFrame(signal);
      const frame = isOver(signal) ? null : this.#parts.grab();
      if (frame === null) continue;
      try {
        const detection = await this.#parts.ask(frame, signal);
        if (isOver(signal)) return null;
        this.#parts.show(frame, detection);
        this.#count();
      } catch (error) {
        if (isOver(signal)) return null;
        const fault = asFault(error);
        if (!(await this.#goesOn(fault))) return fault;
      }
    }
    return null;
  }

  /** Whether the view goes on after a fault, after a while. */
  async #goesOn(fault: Fault): Promise<boolean> {
    if (isBusy(fault)) {
      this.#say({ throttled: this.#numbers.throttled + 1 });
      await this.#parts.wait(BUSY_MS);
      return true;
    }
    if (!fault.isPassing) return false;
    this.#say({ isAway: true });
    await this.#parts.wait(AWAY_MS);
    return true;
  }

  #count(): void {
    const now = this.#parts.now();
    this.#moments = [...this.#moments.filter((moment) => now - moment < RATE_MS), now];
    const first = this.#moments[0] ?? now;
    const spans = this.#moments.length - 1;
    const rate = spans === 0 ? 0 : (1000 * spans) / Math.max(1, now - first);
    this.#say({ rate, answered: this.#numbers.answered + 1, isAway: false });
  }

  #say(change: Partial<LiveNumbers>): void {
    this.#numbers = { ...this.#numbers, ...change };
    this.#tell(this.#numbers);
  }
}

/** Read anew: the signal came while something was awaited. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** The longer side of a frame that is sent: what a camera shows of a part is in it, and a request stays small. */
const LONGEST = 640;
const QUALITY = 0.8;

interface Sides {
  readonly width: number;
  readonly height: number;
}

export interface Cut extends Sides {
  readonly left: number;
  readonly top: number;
  readonly toWidth: number;
  readonly toHeight: number;
}

/** Which part of a frame is sent, and in which size: all of it, or as much as has the shape that the model needs. */
export function cutOf(video: Sides, size: Sides | null): Cut {
  if (size === null) {
    const scale = Math.min(1, LONGEST / Math.max(video.width, video.height));
    const toWidth = Math.round(video.width * scale);
    return { ...video, left: 0, top: 0, toWidth, toHeight: Math.round(video.height * scale) };
  }
  const scale = Math.min(video.width / size.width, video.height / size.height);
  const width = size.width * scale;
  const height = size.height * scale;
  const left = (video.width - width) / 2;
  const top = (video.height - height) / 2;
  return { left, top, width, height, toWidth: size.width, toHeight: size.height };
}

/** A frame as it is sent, and as it is shown again with its findings. */
export interface LiveFrame {
  readonly canvas: HTMLCanvasElement;
  readonly base64: string;
}

/** Draws frames onto one canvas: the next one is drawn when this one is answered. */
export function grabber(video: HTMLVideoElement, size: Sides | null): () => LiveFrame | null {
  const canvas = document.createElement("canvas");
  return () => {
    if (video.videoWidth === 0) return null;
    const cut = cutOf({ width: video.videoWidth, height: video.videoHeight }, size);
    canvas.width = cut.toWidth;
    canvas.height = cut.toHeight;
    const context = canvas.getContext("2d");
    if (context === null) return null;
    context.drawImage(video, cut.left, cut.top, cut.width, cut.height, 0, 0, cut.toWidth, cut.toHeight);
    return { canvas, base64: canvas.toDataURL("image/jpeg", QUALITY).split(",")[1] ?? "" };
  };
}

/** Firefox before 132 says nothing of frames; a tab that is hidden has none. */
const BLIND_MS = 40;

export function frameOf(video: HTMLVideoElement): (signal: AbortSignal) => Promise<void> {
  return (signal) =>
    new Promise((resolve) => {
      signal.addEventListener("abort", () => resolve(), { once: true });
      if ("requestVideoFrameCallback" in video) video.requestVideoFrameCallback(() => resolve());
      else setTimeout(resolve, BLIND_MS);
    });
}
