/** The evaluation of a version, fetched once. */
import { useQuery } from "@tanstack/react-query";
import {
  asFault,
  currentSession,
  projectKey,
  queryClient,
  send,
  useRegion,
  type ProjectFacts,
} from "../../api";
import { readColumns, type EvaluationColumns } from "./columns";

async function fetchColumns(arn: string, region: string, signal?: AbortSignal): Promise<EvaluationColumns> {
  const answer = await send("vedette/GetEvaluationColumns", {
    method: "POST",
    json: { ModelArn: arn },
    csrf: currentSession()?.csrf,
    region,
    signal,
  });
  if (answer.body === null) throw new Error("the answer has no body");
  const plain = answer.body.pipeThrough(new DecompressionStream("gzip"));
  return readColumns(await new Response(plain).arrayBuffer());
}

/**
 * A package is never written again, so that its columns are asked for once: their key is under none of a service's,
 * which are asked anew whenever a version of the region changes. Where they are missing the version may have been
 * deleted a moment ago, which is known before the page says that.
 */
export function useColumns({ service, name }: ProjectFacts, arn: string) {
  const region = useRegion();
  return useQuery({
    queryKey: ["evaluation", "columns", region, arn],
    queryFn: async ({ signal }) => {
      try {
        return await fetchColumns(arn, region, signal);
      } catch (error) {
        if (asFault(error).status === 404) {
          await queryClient.refetchQueries({ queryKey: projectKey(service, name, region) });
        }
        throw error;
      }
    },
    staleTime: Infinity,
    structuralSharing: false,
  });
}
