/** The dataset that an address names, and its project's ARN. */
import { useProjectArn, type Own } from "../../api";
import { segmentOf, useNames } from "../../ui/address";

/** A round of a project, as the parts of its page get it. */
export interface RoundProps {
  readonly arn: string;
  readonly round: Own.RoundSummary;
}

export interface RoundsPlace {
  readonly service: "rekognition" | "lookoutvision";
  readonly name: string;
  readonly type: "train" | "test";
  readonly datasetRoute: string;
  readonly route: string;
  readonly arn: string | undefined;
  readonly error: unknown;
  readonly retry: () => void;
}

export function useRoundsPlace(): RoundsPlace {
  const params = useNames();
  const service = params.service === "lookoutvision" ? "lookoutvision" : "rekognition";
  const name = params.project ?? "";
  const type = params.type === "test" ? "test" : "train";
  const { arn, error, retry } = useProjectArn(service, name);
  const datasetRoute = `/projects/${service}/${segmentOf(name)}/datasets/${type}`;
  return {
    service,
    name,
    type,
    datasetRoute,
    route: `${datasetRoute}/rounds`,
    arn,
    error,
    retry,
  };
}
