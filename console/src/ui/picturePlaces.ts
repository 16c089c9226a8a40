/** Where a picture lies in a bucket, as somebody walks through folders. */
export interface PicturePlace {
  readonly bucket: string;
  /** Ends in a slash, or is empty for the bucket itself. */
  readonly folder: string;
}

/** The bucket and folder of s3://bucket/folder/name; nothing of what is no such address. */
export function placeOf(address: string): PicturePlace {
  const match = /^s3:\/\/([^/]+)\/?(.*)$/u.exec(address.trim());
  const key = match?.[2] ?? "";
  return { bucket: match?.[1] ?? "", folder: key.slice(0, key.lastIndexOf("/") + 1) };
}

/** The folder above; the bucket itself is above its first folders. */
export function folderAbove(folder: string): string {
  return folder.slice(0, folder.slice(0, -1).lastIndexOf("/") + 1);
}
