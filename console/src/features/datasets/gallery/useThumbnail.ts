/** The thumbnails of all galleries of this page, for React. */
import { useCallback, useSyncExternalStore } from "react";
import { asFault, currentSession, send } from "../../../api";
import { keyOf, readThumbnails, Thumbnails, type AskThumbnails } from "./thumbnails";

const SIDES = [96, 192, 384];

/** The least of the sizes that are drawn which is enough for a side on this screen. */
export function sideFor(side: number): number {
  return SIDES.find((known) => known >= side * Math.min(window.devicePixelRatio, 2)) ?? 384;
}

const ask: AskThumbnails = async (queries) => {
  const answer = await send("thumbnails", {
    method: "POST",
    json: {
      side: queries[0]?.side,
      pictures: queries.map(({ source, layer }) => (layer === "" ? { source } : { source, layer })),
    },
    csrf: currentSession()?.csrf,
  });
  return readThumbnails(await answer.arrayBuffer());
};

const thumbnails = new Thumbnails({
  ask,
  now: () => performance.now(),
  later: (run, milliseconds) => void window.setTimeout(run, milliseconds),
  urlOf: (blob) => URL.createObjectURL(blob),
  release: (url) => URL.revokeObjectURL(url),
  isPassing: (error) => {
    const { status } = asFault(error);
    return status === 0 || status === 429 || status >= 500;
  },
});

/** The address of a small picture once it is here; of a lower rank the sooner. */
export function useThumbnail(source: string, size: number, layer: string, rank: number): string | undefined {
  const side = sideFor(size);
  const key = keyOf({ source, side, layer });
  const subscribe = useCallback(
    (tell: () => void) =>
      source === "" ? () => undefined : thumbnails.want({ source, side, layer }, rank, tell),
    [source, side, layer, rank],
  );
  return useSyncExternalStore(subscribe, () => thumbnails.at(key));
}
