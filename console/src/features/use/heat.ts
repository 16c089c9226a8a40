/** Where the model looked in a picture that is tried: asked for when a person wants to see it. */
import { useEffect, useState } from "react";
import { asFault, call, type Fault, type Own } from "../../api";
import type { HeatView, PictureHeat } from "../../ui/heatMap";
import { prepare, type PictureNeeds } from "./prepare";
import type { Try } from "./tries";

interface HeatAnswer {
  readonly item: number;
  readonly maps: readonly Own.HeatMap[];
  readonly error: Fault | null;
}

/** Not by the cache of answers, whose keys would be whole pictures. */
export function useTriedHeat(item: Try, arn: string, needs: PictureNeeds, view: HeatView): PictureHeat {
  const [answer, setAnswer] = useState<HeatAnswer | null>(null);
  const { id, open } = item;
  const isWanted = view.isOn && item.state.kind === "done";
  const isThere = answer?.item === id;
  useEffect(() => {
    if (!isWanted || isThere) return;
    const stopping = new AbortController();
    mapsOf(arn, open, needs, stopping.signal)
      .then(
        (maps): HeatAnswer => ({ item: id, maps, error: null }),
        (error: unknown): HeatAnswer => ({ item: id, maps: [], error: asFault(error) }),
      )
      .then((next) => {
        if (!stopping.signal.aborted) setAnswer(next);
      })
      .catch(() => undefined);
    return () => stopping.abort();
  }, [isWanted, isThere, arn, id, open, needs]);
  const current = isThere ? answer : null;
  return {
    maps: current?.maps ?? [],
    isPending: isWanted && current === null,
    error: isWanted ? (current?.error ?? null) : null,
  };
}

async function mapsOf(
  arn: string,
  open: () => Promise<Blob>,
  needs: PictureNeeds,
  signal: AbortSignal,
): Promise<readonly Own.HeatMap[]> {
  const { base64 } = await prepare(await open(), needs);
  const answer = await call("vedette", "GetHeatMap", { ModelArn: arn, Bytes: base64 }, { signal });
  return answer.HeatMaps;
}
