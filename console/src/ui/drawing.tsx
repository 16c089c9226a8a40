/** Boxes and masks over a picture, turned as the picture is. Asks nothing; where the picture comes from is overlay.tsx's. */
import { useEffect, useState } from "react";
import "./overlay.css";
import { isLikeUpright, isLying, turnOf, type PlacedBox, type Sides } from "./turn";

/** Whose a box is, and whether the model's is one that is there. */
export type BoxKind = "person" | "model" | "right" | "wrong";

export interface OverlayBox extends PlacedBox {
  readonly kind: BoxKind;
  /** Of a label that has one; of its kind else. */
  readonly color?: string | undefined;
}

export interface OverlayMask {
  readonly kind: "person" | "model";
  readonly url: string;
  /** As the services answer masks; what a thumbnail shows is clear there. */
  readonly isOnWhite?: boolean;
}

export const NO_BOXES: readonly OverlayBox[] = [];
export const NO_MASKS: readonly OverlayMask[] = [];

interface DrawingProps {
  readonly boxes?: readonly OverlayBox[];
  readonly masks?: readonly OverlayMask[];
  /** EXIF's, 1 for upright. */
  readonly orientation: number;
  /** The sides of the picture as it is seen, in any unit. */
  readonly sides: Sides;
  /** Whether boxes lie on the raster as it is stored. */
  readonly areBoxesStored: boolean;
  /** Whether the picture lies in the middle of a place that it does not fill. */
  readonly isFitted?: boolean;
}

/** The drawings alone, for a place that a picture fills or lies in the middle of. */
export function OverlayDrawing(props: DrawingProps) {
  const { boxes = NO_BOXES, masks = NO_MASKS, orientation, sides, areBoxesStored, isFitted = false } = props;
  const { width, height } = isFitted ? sides : { width: 1, height: 1 };
  const frame = {
    viewBox: `0 0 ${String(width)} ${String(height)}`,
    preserveAspectRatio: isFitted ? "xMidYMid meet" : "none",
    "aria-hidden": true,
  } as const;
  const scale = isFitted ? `scale(${String(width)} ${String(height)})` : undefined;
  return (
    <>
      {masks.map((mask) => (
        <svg
          key={mask.kind}
          {...frame}
          className={`overlay-drawing overlay-mask is-${mask.kind}${mask.isOnWhite === true ? " is-on-white" : ""}`}
        >
          <g transform={scale}>
            <MaskPicture key={mask.url} url={mask.url} orientation={orientation} sides={sides} />
          </g>
        </svg>
      ))}
      {boxes.length > 0 && (
        <svg {...frame} className="overlay-drawing overlay-boxes">
          <g transform={scale}>
            <g transform={areBoxesStored ? turnOf(orientation) : undefined}>
              {boxes.map((box, place) => (
                <Rectangle key={place} box={box} />
              ))}
            </g>
          </g>
        </svg>
      )}
    </>
  );
}

/** A mask, turned as its picture is, unless it was drawn on the picture as it is seen. */
function MaskPicture(props: { readonly url: string } & Pick<DrawingProps, "orientation" | "sides">) {
  const { url, orientation, sides } = props;
  const [isLost, setIsLost] = useState(false);
  const own = useSidesOf(url, isLying(orientation));
  if (isLost || own === null) return null;
  const isUpright = own !== undefined && isLikeUpright(own, sides);
  return (
    <image
      href={url}
      width={1}
      height={1}
      preserveAspectRatio="none"
      transform={isUpright ? undefined : turnOf(orientation)}
      onError={() => setIsLost(true)}
    />
  );
}

/** The sides of an image: undefined where nobody asks, and null until they are known. */
function useSidesOf(url: string, isAsked: boolean): Sides | null | undefined {
  const [sides, setSides] = useState<Sides | null>(null);
  useEffect(() => {
    if (!isAsked) return undefined;
    const image = new Image();
    image.onload = () => setSides({ width: image.naturalWidth, height: image.naturalHeight });
    image.src = url;
    return () => {
      image.onload = null;
    };
  }, [url, isAsked]);
  return isAsked ? sides : undefined;
}

/** A dark line below, so that a box is seen on any picture. */
function Rectangle({ box }: { readonly box: OverlayBox }) {
  const sides = { x: box.Left ?? 0, y: box.Top ?? 0, width: box.Width ?? 0, height: box.Height ?? 0 };
  return (
    <>
      <rect {...sides} className="is-below" />
      <rect
        {...sides}
        className={`is-${box.kind}`}
        style={box.color === undefined ? {} : { stroke: box.color }}
      />
    </>
  );
}

/** The largest that the server draws small. */
const LARGE_MASK = 512;

/** A mask of a bucket without its background. */
export function maskUrl(ref: string, side: number = LARGE_MASK): string {
  const query = new URLSearchParams({ source: ref, side: String(side), layer: "mask" });
  return `/console/api/thumbnail?${query.toString()}`;
}
