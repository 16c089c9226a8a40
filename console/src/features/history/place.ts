/** The dataset whose history an address names, and its project's ARN. */
import { useParams } from "react-router";
import { useProjectArn } from "../../api";

export interface HistoryPlace {
  readonly project: string;
  readonly type: "train" | "test";
  readonly projectRoute: string;
  readonly datasetRoute: string;
  readonly arn: string | undefined;
  readonly error: unknown;
  readonly retry: () => void;
}

export function useHistoryPlace(): HistoryPlace {
  const params = useParams();
  const service = params.service === "lookoutvision" ? "lookoutvision" : "rekognition";
  const project = params.project ?? "";
  const type = params.type === "test" ? "test" : "train";
  const { arn, error, retry } = useProjectArn(service, project);
  const projectRoute = `/projects/${service}/${encodeURIComponent(project)}`;
  return { project, type, projectRoute, datasetRoute: `${projectRoute}/datasets/${type}`, arn, error, retry };
}
