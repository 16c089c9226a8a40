/** A picture of a suggestion, small. */
import type { Own } from "../../../api";
import { thumbnailOf } from "../gallery/Tile";

interface ThumbnailProps {
  readonly entry: Own.EntrySummary | undefined;
  readonly side: number;
}

export function nameOf(entry: Own.EntrySummary | undefined): string {
  return (entry?.Name ?? "").split("/").at(-1) ?? "";
}

export function Thumbnail({ entry, side }: ThumbnailProps) {
  const name = nameOf(entry);
  return (
    <img
      src={thumbnailOf(entry?.SourceRef ?? "", side)}
      alt={name}
      title={name}
      width={side}
      height={side}
      loading="lazy"
    />
  );
}
