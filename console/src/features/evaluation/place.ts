/** The version that an address names, and its evaluation. */
import { useQuery } from "@tanstack/react-query";
import { callKey, currentSession, send, useProject, useRegion, type ProjectService } from "../../api";
import { routeOfProject } from "../../ui/projects";
import { readColumns, type EvaluationColumns } from "./columns";
import { useNames } from "../../ui/address";

export interface EvaluationPlace {
  readonly service: ProjectService;
  readonly name: string;
  readonly versionName: string;
  readonly route: string;
  readonly project: ReturnType<typeof useProject>;
}

export function useEvaluationPlace(): EvaluationPlace {
  const params = useNames();
  const service: ProjectService = params.service === "lookoutvision" ? "lookoutvision" : "rekognition";
  const name = params.project ?? "";
  const project = useProject(service, name);
  return {
    service,
    name,
    versionName: params.version ?? "",
    route: routeOfProject({ service, name }),
    project,
  };
}

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

/** A package is never written again, so that its columns are asked for once. */
export function useColumns(arn: string, isEnabled: boolean) {
  const region = useRegion();
  return useQuery({
    queryKey: callKey("vedette", "GetEvaluationColumns", region, arn),
    queryFn: ({ signal }) => fetchColumns(arn, region, signal),
    enabled: isEnabled,
    staleTime: Infinity,
    structuralSharing: false,
  });
}
