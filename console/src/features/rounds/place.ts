/** The dataset that an address names, and its project's ARN. */
import { useParams } from "react-router";
import { useCall, type Own } from "../../api";

/** A round of a project, as the parts of its page get it. */
export interface RoundProps {
  readonly arn: string;
  readonly round: Own.RoundSummary;
}

export interface RoundsPlace {
  readonly service: "rekognition" | "lookoutvision";
  readonly project: string;
  readonly type: "train" | "test";
  readonly datasetRoute: string;
  readonly route: string;
  readonly arn: string | undefined;
  readonly error: unknown;
  readonly retry: () => void;
}

export function useRoundsPlace(): RoundsPlace {
  const params = useParams();
  const service = params.service === "lookoutvision" ? "lookoutvision" : "rekognition";
  const project = params.project ?? "";
  const type = params.type === "test" ? "test" : "train";
  const isLookout = service === "lookoutvision";
  const rekognition = useCall(
    "rekognition",
    "DescribeProjects",
    { ProjectNames: [project] },
    { isEnabled: !isLookout },
  );
  const lookout = useCall(
    "lookoutvision",
    "DescribeProject",
    { ProjectName: project },
    { isEnabled: isLookout },
  );
  const query = isLookout ? lookout : rekognition;
  const arn = isLookout
    ? lookout.data?.ProjectDescription?.ProjectArn
    : rekognition.data?.ProjectDescriptions?.[0]?.ProjectArn;
  const datasetRoute = `/projects/${service}/${encodeURIComponent(project)}/datasets/${type}`;
  return {
    service,
    project,
    type,
    datasetRoute,
    route: `${datasetRoute}/rounds`,
    arn,
    error: query.error,
    retry: () => void query.refetch(),
  };
}
