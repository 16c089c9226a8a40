/** One picture of the gallery: the picture, what is drawn over it, its name and its labels. */
import { memo, type CSSProperties } from "react";
import { useSentence, type SaySentence } from "../../../sentences";
import { useOrientation } from "../../../ui/orientations";
import { OverlayDrawing } from "../../../ui/drawing";
import { isLying } from "../../../ui/turn";
import { useText } from "../text";
import type { Entry } from "./pages";
import { sideFor, useThumbnail } from "./useThumbnail";

export interface TileProps {
  readonly index: number;
  readonly entry: Entry | undefined;
  readonly size: number;
  readonly style: CSSProperties;
  readonly isSelected: boolean;
  readonly isActive: boolean;
  /** Pictures are asked for once scrolling rests. */
  readonly isResting: boolean;
  /** What is in sight comes before what is about to be. */
  readonly isInSight: boolean;
  readonly colours: ReadonlyMap<string, string>;
}

export function thumbnailOf(source: string, side: number, layer = ""): string {
  const query = new URLSearchParams({
    source,
    side: String(sideFor(side)),
    ...(layer === "" ? {} : { layer }),
  });
  return `/console/api/thumbnail?${query.toString()}`;
}

function nameOf(entry: Entry | undefined): string {
  const name = entry?.Name ?? "";
  return name.slice(name.lastIndexOf("/") + 1);
}

interface DrawingsProps {
  readonly entry: Entry;
  readonly colours: ReadonlyMap<string, string>;
  /** The address of its mask, once it is here. */
  readonly mask: string | undefined;
}

/** Masks and most boxes lie on the raster as it is stored; the small picture is upright. */
function Drawings({ entry, colours, mask }: DrawingsProps) {
  const { Width: width = 0, Height: height = 0, Boxes: boxes = [], SourceRef: source = "" } = entry;
  const isDrawn = width > 0 && height > 0 && (boxes.length > 0 || mask !== undefined);
  const orientation = useOrientation(source, isDrawn);
  if (!isDrawn || orientation === undefined) return null;
  return (
    <OverlayDrawing
      boxes={boxes.map((box) => ({
        ...box,
        kind: "person",
        color: colours.get(box.Label ?? "") ?? "#0972d3",
      }))}
      masks={mask === undefined ? [] : [{ kind: "model", url: mask }]}
      orientation={orientation}
      sides={{ width, height }}
      areBoxesStored={!(isLying(orientation) && entry.BoxesFitUpright === true)}
      isFitted
    />
  );
}

interface SmallProps {
  readonly source: string;
  readonly size: number;
  readonly isInSight: boolean;
}

/** A tile's picture, once it is here. */
function Small({ source, size, isInSight }: SmallProps) {
  const url = useThumbnail(source, size, "", isInSight ? 0 : 1);
  return url === undefined ? null : <img src={url} alt="" decoding="async" draggable={false} />;
}

type PictureProps = Pick<TileProps, "size" | "isResting" | "isInSight" | "colours">;

function Picture({ entry, size, isResting, isInSight, colours }: PictureProps & { readonly entry: Entry }) {
  const t = useText();
  const source = entry.SourceRef ?? "";
  const mask = useThumbnail(isResting ? (entry.MaskRef ?? "") : "", size, "mask", isInSight ? 0 : 1);
  if (entry.PictureState === "broken" || entry.PictureState === "missing") {
    return <span className="tile-problem">{t(entry.PictureState === "broken" ? "broken" : "missing")}</span>;
  }
  if (!isResting) return null;
  return (
    <>
      <Small source={source} size={size} isInSight={isInSight} />
      <Drawings entry={entry} colours={colours} mask={mask} />
    </>
  );
}

function Labels({
  entry,
  colours,
}: {
  readonly entry: Entry;
  readonly colours: ReadonlyMap<string, string>;
}) {
  const t = useText();
  if (entry.Unsure === true) {
    const guesses = (entry.UnsureLabels ?? []).filter((name) => name.toLowerCase() !== "background");
    return (
      <span className="tile-unsure">
        {t("unsure")}
        {guesses.length > 0 && <bdi> · {guesses.join(", ")}</bdi>}
      </span>
    );
  }
  const names = [...(entry.AnomalyClass === undefined ? [] : [entry.AnomalyClass]), ...(entry.Labels ?? [])];
  if (names.length === 0) return <span className="tile-unlabelled">{t("unlabelled")}</span>;
  return names.map((name) => (
    <span key={name} className="tile-label">
      <i style={{ background: colours.get(name) ?? "#0972d3" }} />
      <bdi>{name}</bdi>
    </span>
  ));
}

/** What a pointer that rests on a tile is told: what is wrong, or else the whole name. */
function titleOf(entry: Entry | undefined, say: SaySentence): string {
  const problems = (entry?.Problems ?? []).map((problem) => say(problem.Message ?? ""));
  return problems.length > 0 ? problems.join("\n") : (entry?.Name ?? "");
}

function classOf({ isSelected, isActive }: TileProps): string {
  return ["tile", isSelected ? "is-selected" : "", isActive ? "is-active" : ""].join(" ");
}

/** The marks in a picture's corners. */
function Marks({ entry, isSelected }: { readonly entry: Entry | undefined; readonly isSelected: boolean }) {
  const t = useText();
  // That an unlabelled picture is unlabelled is said below it.
  const hasProblems = entry?.Labeled === true && (entry.Problems ?? []).length > 0;
  return (
    <>
      {isSelected && <span className="tile-check" aria-hidden="true" />}
      {entry?.Unsure === true && (
        <span className="tile-flag is-unsure" aria-hidden="true">
          ?
        </span>
      )}
      {hasProblems && (
        <span className="tile-flag" role="img" aria-label={t("hasErrors")}>
          !
        </span>
      )}
    </>
  );
}

export const Tile = memo(function Tile(props: TileProps) {
  const { index, entry, size, style, isSelected, isResting, isInSight, colours } = props;
  const t = useText();
  const say = useSentence();
  const isGone = entry?.IsRemoved === true;
  return (
    <div
      id={`tile-${String(index)}`}
      className={classOf(props)}
      style={style}
      role="option"
      aria-selected={isSelected}
      aria-posinset={index + 1}
      data-index={index}
      title={titleOf(entry, say)}
    >
      <div className="tile-picture" style={{ blockSize: size }}>
        {entry !== undefined && !isGone && (
          <Picture entry={entry} size={size} isResting={isResting} isInSight={isInSight} colours={colours} />
        )}
        <Marks entry={entry} isSelected={isSelected} />
      </div>
      <div className="tile-name">
        <bdi>{isGone ? t("removed") : nameOf(entry)}</bdi>
      </div>
      <div className="tile-labels">{entry !== undefined && <Labels entry={entry} colours={colours} />}</div>
    </div>
  );
});
