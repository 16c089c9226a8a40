/** The dataset whose history an address names, and its project's ARN. */
import { useProjectArn } from "../../api";
import { segmentOf, useNames } from "../../ui/address";

export interface HistoryPlace {
  readonly service: "rekognition" | "lookoutvision";
  readonly name: string;
  readonly type: "train" | "test";
  readonly datasetRoute: string;
  readonly arn: string | undefined;
  readonly error: unknown;
  readonly retry: () => void;
}

export function useHistoryPlace(): HistoryPlace {
  const params = useNames();
  const service = params.service === "lookoutvision" ? "lookoutvision" : "rekognition";
  const name = params.project ?? "";
  const type = params.type === "test" ? "test" : "train";
  const { arn, error, retry } = useProjectArn(service, name);
  const datasetRoute = `/projects/${service}/${segmentOf(name)}/datasets/${type}`;
  return { service, name, type, datasetRoute, arn, error, retry };
}
