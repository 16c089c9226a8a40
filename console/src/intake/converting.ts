/** Pictures in formats that the server does not read, made JPEGs by a browser that reads them. */

const ONLY_BROWSERS = /\.(?:hei[cf]|avif)$/iu;
const QUALITY = 0.95;

export class Undecodable extends Error {
  override readonly name = "Undecodable";
}

export function needsBrowser(name: string): boolean {
  return ONLY_BROWSERS.test(name);
}

export function asJpegName(name: string): string {
  return name.replace(/\.[^.]*$/u, "") + ".jpg";
}

/** Draws what a browser has decoded, and writes it as JPEG, on white. */
export async function jpegOf(source: CanvasImageSource, width: number, height: number): Promise<Blob> {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (context === null) throw new Undecodable();
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.drawImage(source, 0, 0, width, height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  if (blob === null) throw new Undecodable();
  return blob;
}

/** The picture upright, as JPEG; Undecodable where this browser cannot read it. */
export async function convert(file: Blob): Promise<Blob> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new Undecodable();
  }
  try {
    return await jpegOf(bitmap, bitmap.width, bitmap.height);
  } finally {
    bitmap.close();
  }
}
