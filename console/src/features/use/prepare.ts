/** A picture as a service takes it: JPEG or PNG, upright, not too large, and of the size that the model needs. */
import { jpegOf } from "../../intake/converting";
import type { ProjectService } from "../../api";
import { isTurned, kindOf } from "./head";

export interface Prepared {
  readonly base64: string;
  readonly type: "image/jpeg" | "image/png";
}

/** Why a picture is not sent. */
export type UnfitReason = "large" | "unreadable" | "small" | "shape";

export class Unfit extends Error {
  override readonly name = "Unfit";
  constructor(readonly reason: UnfitReason) {
    super(reason);
  }
}

export interface PictureNeeds {
  readonly service: ProjectService;
  /** Of the training's pictures, where the model takes no others. */
  readonly size: { readonly width: number; readonly height: number } | null;
}

/** What a browser decodes without becoming slow; no camera writes more. */
const MOST_FILE = 60 * 1024 * 1024;
/** The services' own limits for pictures in requests (docs/how-to/host-models.md). */
const MOST_SENT: Readonly<Record<ProjectService, number>> = {
  rekognition: 4 * 1024 * 1024,
  lookoutvision: 8 * 1024 * 1024,
};
const MOST_SIDE = 4096;
const LEAST_SIDE = 64;
/** A picture that is written anew is no larger than this: at this size a JPEG stays below the limits. */
const MADE_SIDE = 2048;
/** Shapes that differ by less are one: a pixel was rounded. */
const SAME_SHAPE = 0.01;
/** Where a file says what it is, and how it is turned. */
const HEAD_BYTES = 256 * 1024;

export async function prepare(file: Blob, needs: PictureNeeds): Promise<Prepared> {
  if (file.size > MOST_FILE) throw new Unfit("large");
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new Unfit("unreadable");
  }
  try {
    const type = kindOf(head);
    const size = sizeFor(bitmap, needs);
    const isSame = size.width === bitmap.width && size.height === bitmap.height;
    if (type !== null && isSame && !isTurned(head) && file.size <= MOST_SENT[needs.service]) {
      return { base64: await base64Of(file), type };
    }
    const made = needs.size === null ? within(size, MADE_SIDE) : size;
    return { base64: await base64Of(await jpegOf(bitmap, made.width, made.height)), type: "image/jpeg" };
  } finally {
    bitmap.close();
  }
}

interface Sides {
  readonly width: number;
  readonly height: number;
}

/** The size in which a picture is sent; fails where that would squeeze or blow it up. */
export function sizeFor({ width, height }: Sides, { size }: PictureNeeds): Sides {
  if (size !== null) {
    const shape = width / height / (size.width / size.height);
    if (Math.abs(shape - 1) > SAME_SHAPE) throw new Unfit("shape");
    return { width: size.width, height: size.height };
  }
  if (Math.min(width, height) < LEAST_SIDE) throw new Unfit("small");
  return within({ width, height }, MOST_SIDE);
}

function within({ width, height }: Sides, most: number): Sides {
  const scale = Math.min(1, most / Math.max(width, height));
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

function base64Of(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve((reader.result as string).split(",")[1] ?? "");
    reader.onerror = () => reject(new Unfit("unreadable"));
    reader.readAsDataURL(blob);
  });
}

export function blobOf(base64: string, type: string): Blob {
  return new Blob([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))], { type });
}

export function needsOf(service: ProjectService, width?: number, height?: number): PictureNeeds {
  return { service, size: width === undefined || height === undefined ? null : { width, height } };
}
