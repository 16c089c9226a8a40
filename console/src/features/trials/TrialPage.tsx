/** One trial: how far it is, and its guesses to verify. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useNavigate } from "react-router";
import { useCall, useChange, type Own, type ProjectFacts } from "../../api";
import { Sentence } from "../../sentences";
import { FaultAlert } from "../../ui/faults";
import { NotFound } from "../../ui/states";
import { AddPictures } from "./AddPictures";
import { useTrialsPage, useTrialsPlace } from "./place";
import { TrialSign } from "./Sign";
import { useText } from "./text";
import { VerifyView } from "./VerifyView";
import { useNames } from "../../ui/address";

const EVERY_MS = 1500;

interface ShownProps {
  readonly project: ProjectFacts;
  readonly route: string;
  readonly trial: Own.TrialDescription;
}

function Actions({ project, route, trial }: ShownProps) {
  const t = useText();
  const navigate = useNavigate();
  const stop = useChange("vedette", "StopTrialDetection");
  const remove = useChange("vedette", "DeleteTrialDetection");
  const which = { ProjectArn: project.arn, TrialId: trial.TrialId ?? "" };
  if (trial.Status === "running") {
    return (
      <Button loading={stop.isPending} onClick={() => stop.mutate(which)}>
        {t("stop")}
      </Button>
    );
  }
  return (
    <ButtonDropdown
      items={[{ id: "delete", text: t("delete"), secondaryText: t("deleteHelp") }]}
      onItemClick={() => remove.mutate(which, { onSuccess: () => void navigate(`${route}/trials`) })}
    >
      {t("actions")}
    </ButtonDropdown>
  );
}

function Progress({ trial }: { readonly trial: Own.TrialDescription }) {
  const t = useText();
  const { Answered = 0, Unreadable = 0, Total = 0 } = trial;
  return (
    <ProgressBar
      label={t("looking")}
      additionalInfo={t("leaveHelp")}
      value={(100 * (Answered + Unreadable)) / Math.max(1, Total)}
    />
  );
}

function Shown({ project, route, trial }: ShownProps) {
  const t = useText();
  const { Unreadable = 0, Message = "" } = trial;
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          info={<TrialSign status={trial.Status} />}
          description={t("ofVersion", { version: trial.VersionName ?? "" })}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Actions project={project} route={route} trial={trial} />
              <AddPictures project={project} trial={trial} />
            </SpaceBetween>
          }
        >
          <bdi>{trial.TrialName}</bdi>
        </Header>
      }
    >
      <SpaceBetween size="l">
        {trial.Status === "running" && <Progress trial={trial} />}
        {trial.Status === "failed" && (
          <Alert type="error" header={t("failed")}>
            <Sentence text={Message} />
          </Alert>
        )}
        {Unreadable > 0 && <Alert type="warning">{t("unreadable", { count: Unreadable })}</Alert>}
        <VerifyView project={project} route={route} trial={trial} />
      </SpaceBetween>
    </ContentLayout>
  );
}

function Found({ project, route }: { readonly project: ProjectFacts; readonly route: string }) {
  const id = useNames().trial ?? "";
  const which = { ProjectArn: project.arn, TrialId: id };
  const query = useCall("vedette", "DescribeTrialDetection", which, { everyMs: EVERY_MS });
  if (query.error !== null) return <FaultAlert error={query.error} onRetry={() => void query.refetch()} />;
  const trial = query.data?.Trial;
  if (trial === undefined) return <Spinner size="large" />;
  return <Shown project={project} route={route} trial={trial} />;
}

export function TrialPage() {
  const t = useText();
  const place = useTrialsPlace();
  useTrialsPage(place, t("trial"), { text: t("trials"), to: `${place.route}/trials` });
  const { project } = place;
  if (project.isError) return <FaultAlert error={project.error} onRetry={() => void project.refetch()} />;
  if (project.isPending) return <Spinner size="large" />;
  if (project.data === null) return <NotFound />;
  return <Found project={project.data} route={place.route} />;
}
