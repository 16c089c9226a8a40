/** How pictures lie by their EXIF, asked for together and kept; pages show pictures upright and turn what lies over them. */
import { useQuery } from "@tanstack/react-query";
import { currentSession, send } from "../api";
import { OrientationBatches } from "./orientationBatches";

const batches = new OrientationBatches({
  ask: async (sources) => {
    const answer = await send("orientations", {
      method: "POST",
      json: { sources },
      csrf: currentSession()?.csrf,
    });
    return ((await answer.json()) as { readonly orientations: readonly number[] }).orientations;
  },
  later: (run) => void window.setTimeout(run, 0),
});

/** As long as browsers keep a thumbnail: under an address another picture may come to lie. */
const AGE_MS = 300_000;
const UPRIGHT = 1;

/** The orientation of a picture, 1 for upright; nothing until it is known, and 1 where nobody knows it. */
export function useOrientation(source: string, isWanted: boolean): number | undefined {
  const query = useQuery({
    queryKey: ["orientation", source],
    queryFn: () => batches.load(source),
    enabled: isWanted && source !== "",
    staleTime: AGE_MS,
  });
  return query.isError ? UPRIGHT : query.data;
}
