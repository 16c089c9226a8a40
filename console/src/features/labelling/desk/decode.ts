/** Pictures and masks out of their bytes, by the browser's own decoders. */

import { pixelsOf } from "../../../canvas/render/pyramid";
import type { Size } from "../../../canvas/shapes/geometry";
import type { Pixels } from "../../../canvas/mask/flood";
import { withoutTurn } from "./raster";

/** How a picture lies: turned as its EXIF says, or as it is stored. */
export type Lie = "upright" | "stored";

/**
 * Decode a picture. Boxes and masks lie on the stored raster, as detections do (decisions/0148); a picture that
 * only gets labels is shown upright.
 */
export async function decodePicture(fetched: Promise<Blob>, lie: Lie): Promise<ImageBitmap> {
  const blob = await fetched;
  return lie === "upright" ? createImageBitmap(blob) : decodeStored(blob);
}

async function decodeStored(blob: Blob, options: ImageBitmapOptions = {}): Promise<ImageBitmap> {
  const parts = withoutTurn(new Uint8Array(await blob.arrayBuffer()));
  return createImageBitmap(new Blob([...parts], { type: blob.type }), options);
}

/** Whether boxes were drawn on the upright picture: their image_size is its size, and not the raster's. */
export function isDrawnUpright(sizes: readonly Size[], raster: Size): boolean {
  return (
    raster.width !== raster.height &&
    sizes.some(({ width, height }) => width === raster.height && height === raster.width)
  );
}

export async function decodeMask(blob: Blob): Promise<Pixels> {
  const bitmap = await decodeStored(blob, { premultiplyAlpha: "none", colorSpaceConversion: "none" });
  const pixels = pixelsOf(bitmap);
  bitmap.close();
  return pixels;
}
