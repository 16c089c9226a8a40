/** Test pictures side by side, each with what the model and the person say of it. */
import Box from "@cloudscape-design/components/box";
import { memo, useMemo } from "react";
import { useFormats } from "../../i18n/context";
import type { Layers } from "../../ui/layers";
import { PictureOverlay } from "../../ui/overlay";
import type { EvaluationColumns } from "./columns";
import type { GalleryItem } from "./galleries";
import { boxesOf, masksOf } from "./drawings";
import { useImages, useRested, type EvaluationImage } from "./images";
import { useText } from "./text";

export interface PictureGridProps {
  readonly columns: EvaluationColumns;
  readonly arn: string;
  readonly items: readonly GalleryItem[];
  /** The label whose boxes stand out; none where all do. */
  readonly label: string;
  readonly threshold: number;
  readonly layers: Layers;
  readonly empty: string;
  readonly onOpen: (picture: number) => void;
}

export const SIDE = 256;

export function thumbnailOf(source: string): string {
  const query = new URLSearchParams({ source, side: String(SIDE) });
  return `/console/api/thumbnail?${query.toString()}`;
}

export function nameOf(source: string): string {
  return source.slice(source.lastIndexOf("/") + 1);
}

export function PictureGrid({
  columns,
  arn,
  items,
  label,
  threshold,
  layers,
  empty,
  onOpen,
}: PictureGridProps) {
  const key = items.map(({ picture }) => picture).join(" ");
  const numbers = useMemo(() => (key === "" ? [] : key.split(" ").map(Number)), [key]);
  const images = useImages(arn, numbers);
  const rested = useRested(threshold);
  // Pictures are asked for once the slider rests: names and scores alone follow every step of it.
  const resting = useRested(numbers);
  if (items.length === 0) return <Box color="text-body-secondary">{empty}</Box>;
  return (
    <ul className="evaluation-grid">
      {items.map(({ picture, score }) => (
        <Tile
          key={picture}
          source={columns.pictures[picture] ?? ""}
          picture={picture}
          score={score}
          image={images.get(picture)}
          isResting={resting.includes(picture)}
          label={label}
          threshold={rested}
          layers={layers}
          onOpen={onOpen}
        />
      ))}
    </ul>
  );
}

interface TileProps extends Pick<PictureGridProps, "label" | "threshold" | "layers" | "onOpen"> {
  readonly source: string;
  readonly picture: number;
  readonly score: number | null | undefined;
  readonly image: EvaluationImage | undefined;
  readonly isResting: boolean;
}

const Tile = memo(function Tile(props: TileProps) {
  const { source, picture, score, image, isResting, label, threshold, layers, onOpen } = props;
  const t = useText();
  const formats = useFormats();
  const name = nameOf(source);
  return (
    <li>
      <button type="button" className="evaluation-tile" title={source} onClick={() => onOpen(picture)}>
        <span className="evaluation-picture">
          {isResting && (
            <PictureOverlay
              source={source}
              url={thumbnailOf(source)}
              alt={name}
              boxes={boxesOf(image, label, threshold, layers)}
              masks={masksOf(image, layers, SIDE)}
            />
          )}
        </span>
        <bdi>{name}</bdi>
        {score !== undefined && (
          <small>{score === null ? t("notFound") : t("scored", { value: formats.percent(score) })}</small>
        )}
      </button>
    </li>
  );
});
