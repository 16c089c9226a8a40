/** A training that came to nothing: stopped by somebody, or failed; what was wrong, line by line, and what to do. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useCall, type Own } from "../../api";
import { Sentence } from "../../sentences";
import { FaultAlert } from "../../ui/faults";
import { hrefOf, useFollow } from "../../ui/links";
import { NeedRow } from "./Needs";
import type { VersionProps } from "./place";
import { Problems } from "./Problems";
import { useRetraining } from "../../ui/retraining";
import { useText } from "./text";

interface FailedProps extends VersionProps {
  readonly route: string;
}

type Failure = Own.DescribeTrainingFailureResponse;

/** What failed is begun again just as it was, with what the datasets hold now. */
function Again({ project, version, route, isStopped }: FailedProps & { readonly isStopped: boolean }) {
  const t = useText();
  const follow = useFollow();
  const changes = useCall("vedette", "ListVersionChanges", { ProjectArn: project.arn });
  const like = changes.data?.Versions?.find((change) => change.ModelArn === version.arn);
  const { retrain, canTrain, needs } = useRetraining({ project, route, like });
  return (
    <SpaceBetween size="s">
      {retrain.isError && <FaultAlert error={retrain.error} />}
      <SpaceBetween direction="horizontal" size="xs" alignItems="center">
        <Button
          variant="primary"
          loading={retrain.isPending}
          disabled={!canTrain}
          disabledReason={t("missing")}
          onClick={() => retrain.mutate()}
        >
          {t("trainAgain")}
        </Button>
        <Button href={hrefOf(`${route}/train?new`)} onFollow={follow}>
          {isStopped ? t("another") : t("mend")}
        </Button>
        {needs > 0 && <Box color="text-body-secondary">{t("stillMissing", { count: needs })}</Box>}
      </SpaceBetween>
    </SpaceBetween>
  );
}

function Wrong({ failure, route }: { readonly failure: Failure; readonly route: string }) {
  const t = useText();
  const needs = failure.Needs ?? [];
  const problems = failure.Problems ?? [];
  if (needs.length + problems.length === 0) return null;
  // What a program named by a manifest is in no gallery.
  const place = failure.HasManifests === true ? null : route;
  return (
    <Container header={<Header variant="h2">{t("whatWasWrong")}</Header>}>
      <SpaceBetween size="m">
        {failure.HasManifests === true && <Box>{t("ofManifests")}</Box>}
        {needs.map((need, index) => (
          <NeedRow key={index} need={need} route={place} />
        ))}
        {problems.length > 0 && (
          <Problems problems={problems} count={failure.ProblemCount ?? problems.length} route={place} />
        )}
      </SpaceBetween>
    </Container>
  );
}

const HEADERS = { data: "failed", service: "failedService", stopped: "stopped" } as const;
const HELP = { data: "failedHelp", service: "failedServiceHelp", stopped: "stoppedHelp" } as const;

export function Failed(props: FailedProps) {
  const t = useText();
  const { version, route } = props;
  const query = useCall("vedette", "DescribeTrainingFailure", { ModelArn: version.arn });
  const blame = query.data?.Blame ?? "data";
  return (
    <SpaceBetween size="l">
      <Alert type={blame === "stopped" ? "info" : "error"} header={t(HEADERS[blame])}>
        <SpaceBetween size="s">
          <div>
            {blame !== "stopped" && <Sentence text={version.message} />} {t(HELP[blame])}
          </div>
          <Again {...props} isStopped={blame === "stopped"} />
        </SpaceBetween>
      </Alert>
      {query.data !== undefined && <Wrong failure={query.data} route={route} />}
    </SpaceBetween>
  );
}
