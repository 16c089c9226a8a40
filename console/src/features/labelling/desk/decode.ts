/** Pictures and masks out of their bytes, by the browser's own decoders. */

import { pixelsOf } from "../../../canvas/render/pyramid";
import type { Pixels } from "../../../canvas/mask/flood";
import { fetchPicture } from "../saving/server";

/**
 * Decode a picture as it is stored, not turned by its EXIF: boxes and masks lie on the stored raster, as
 * detections do (decisions/0148).
 */
export async function decodePicture(
  source: string,
  region: string,
  signal: AbortSignal,
): Promise<ImageBitmap> {
  const blob = await fetchPicture(source, region, signal);
  return createImageBitmap(blob, { imageOrientation: "none" });
}

export async function decodeMask(blob: Blob): Promise<Pixels> {
  const bitmap = await createImageBitmap(blob, {
    imageOrientation: "none",
    premultiplyAlpha: "none",
    colorSpaceConversion: "none",
  });
  const pixels = pixelsOf(bitmap);
  bitmap.close();
  return pixels;
}
