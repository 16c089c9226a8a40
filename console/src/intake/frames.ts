/** Frames out of a video that the browser decodes: every so many seconds, or only those that look different. */
import { jpegOf } from "./converting";

/** Sides of the grey picture by which two frames are compared; noise and compression vanish in it. */
const GLANCE = 32;
/** A decoder that has not answered for so long will not. */
const PATIENCE_MS = 15_000;
/** How long a seek may show nothing new before the frame is taken for the same one. */
const SAME_FRAME_MS = 400;
export const MOST_FRAMES = 2000;

export class UndecodableVideo extends Error {
  override readonly name = "UndecodableVideo";
}

export interface Frame {
  readonly at: number;
  readonly blob: Blob;
}

export interface FrameChoice {
  readonly everyS: number;
  /** The least difference to the frame taken before, as a share; 0 takes all. */
  readonly difference: number;
}

/** The mean difference of two grey pictures, as a share of black to white. */
export function differenceOf(one: Uint8Array, other: Uint8Array): number {
  let sum = 0;
  for (let place = 0; place < one.length; place += 1) {
    sum += Math.abs((one[place] ?? 0) - (other[place] ?? 0));
  }
  return one.length === 0 ? 0 : sum / one.length / 255;
}

/** Grey by the weights of ITU-R BT.601, from RGBA. */
export function greyOf(pixels: Uint8ClampedArray): Uint8Array {
  return Uint8Array.from({ length: pixels.length / 4 }, (_, place) => {
    const start = 4 * place;
    const [red = 0, green = 0, blue = 0] = [pixels[start], pixels[start + 1], pixels[start + 2]];
    return Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
  });
}

/** When to look: from the start, and never behind the end, where many videos show nothing. */
export function timesOf(durationS: number, everyS: number): readonly number[] {
  const step = Math.max(everyS, 0.04);
  const count = Math.min(MOST_FRAMES, Math.max(1, Math.ceil(durationS / step)));
  return Array.from({ length: count }, (_, number) => Math.min(number * step, Math.max(0, durationS - 0.01)));
}

function glanceOf(video: HTMLVideoElement): Uint8Array {
  const canvas = document.createElement("canvas");
  canvas.width = GLANCE;
  canvas.height = GLANCE;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) return new Uint8Array();
  context.drawImage(video, 0, 0, GLANCE, GLANCE);
  return greyOf(context.getImageData(0, 0, GLANCE, GLANCE).data);
}

/** Waits for an event of the video, and fails with it or after a time. */
function happens(video: HTMLVideoElement, name: string, begin: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = window.setTimeout(() => end(false), PATIENCE_MS);
    const good = () => end(true);
    const bad = () => end(false);
    const end = (isGood: boolean) => {
      window.clearTimeout(timer);
      video.removeEventListener(name, good);
      video.removeEventListener("error", bad);
      if (isGood) resolve();
      else reject(new UndecodableVideo());
    };
    video.addEventListener(name, good);
    video.addEventListener("error", bad);
    begin();
  });
}

/**
 * Resolves once the frame that a seek leads to is the one that a canvas draws. `seeked` alone comes a frame early now and then:
 * one picture in a hundred was of the moment before. Without a new frame in sight (the same one again) there is nothing to wait for.
 */
function showsFrame(video: HTMLVideoElement): Promise<void> {
  return new Promise((resolve) => {
    const timer = window.setTimeout(resolve, SAME_FRAME_MS);
    if (!("requestVideoFrameCallback" in video)) return; // Firefox before 132 has only the wait
    video.requestVideoFrameCallback(() => {
      window.clearTimeout(timer);
      resolve();
    });
  });
}

/** Opens a video, and refuses what this browser cannot decode. */
export async function openVideo(file: Blob): Promise<HTMLVideoElement> {
  const video = document.createElement("video");
  video.muted = true;
  video.preload = "auto";
  await happens(video, "loadeddata", () => {
    video.src = URL.createObjectURL(file);
  });
  // What was recorded in a browser does not say how long it is until it was gone through.
  if (!Number.isFinite(video.duration)) {
    await happens(video, "durationchange", () => {
      video.currentTime = Number.MAX_SAFE_INTEGER;
    });
  }
  // A sound track alone loads too.
  if (video.videoWidth === 0 || !Number.isFinite(video.duration)) throw new UndecodableVideo();
  return video;
}

export function closeVideo(video: HTMLVideoElement): void {
  URL.revokeObjectURL(video.src);
  video.removeAttribute("src");
  video.load();
}

/** Yields the chosen frames as JPEGs of the video's own size. */
export async function* framesOf(
  video: HTMLVideoElement,
  choice: FrameChoice,
  onProgress: (share: number) => void,
): AsyncGenerator<Frame> {
  const times = timesOf(video.duration, choice.everyS);
  let last: Uint8Array | undefined;
  for (const [number, at] of times.entries()) {
    if (video.currentTime !== at || number === 0) {
      const shown = showsFrame(video);
      await happens(video, "seeked", () => {
        video.currentTime = at;
      });
      await shown;
    }
    const glance = glanceOf(video);
    onProgress((number + 1) / times.length);
    if (last !== undefined && differenceOf(glance, last) < choice.difference) continue;
    last = glance;
    yield { at, blob: await jpegOf(video, video.videoWidth, video.videoHeight) };
  }
}
