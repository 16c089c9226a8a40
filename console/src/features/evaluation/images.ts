/** Test pictures in full, asked for by the dozen and kept as long as the page is open. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { call, queryClient, useRegion, type Own } from "../../api";

export type EvaluationImage = Own.EvaluationImage;

/** Longer than between two steps of a slider that is being moved. */
const REST_MS = 120;
const MOST = 100;

/** A value once it has not changed for a moment. */
export function useRested<Value>(value: Value): Value {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setRested(value), REST_MS);
    return () => window.clearTimeout(timer);
  }, [value]);
  return rested;
}

function keyOf(region: string, arn: string) {
  // As the columns are: what was tested is never tested otherwise.
  return ["evaluation", "images", region, arn] as const;
}

/** What is known of these pictures; those that are not here yet are asked for together. */
export function useImages(arn: string, numbers: readonly number[]): ReadonlyMap<number, EvaluationImage> {
  const region = useRegion();
  const rested = useRested(numbers);
  const query = useQuery({
    queryKey: [...keyOf(region, arn), rested],
    enabled: rested.length > 0,
    staleTime: Infinity,
    placeholderData: keepPreviousData,
    structuralSharing: false,
    queryFn: async ({ signal }) => {
      const known = queryClient.getQueryData<Map<number, EvaluationImage>>(keyOf(region, arn)) ?? new Map();
      const missing = rested.filter((number) => !known.has(number)).slice(0, MOST);
      if (missing.length > 0) {
        const input = { ModelArn: arn, Numbers: missing };
        const answer = await call("vedette", "ListEvaluationImages", input, { signal, region });
        for (const image of answer.Images ?? []) known.set(image.Number ?? 0, image);
        queryClient.setQueryData(keyOf(region, arn), known);
      }
      return new Map(known) as ReadonlyMap<number, EvaluationImage>;
    },
  });
  return query.data ?? EMPTY;
}

const EMPTY: ReadonlyMap<number, EvaluationImage> = new Map();
