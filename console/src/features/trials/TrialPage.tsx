/** One trial: how far it is, and its guesses to verify. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import { useNavigate } from "react-router";
import { asFault, useCall, useChange, type Own, type ProjectFacts } from "../../api";
import { Sentence } from "../../sentences";
import { Confirm } from "../../ui/confirm";
import { FaultAlert } from "../../ui/faults";
import { notify } from "../../ui/notices";
import { OfProject, useProjectPlace } from "../../ui/ofProject";
import { AddPictures } from "./AddPictures";
import { TrialSign } from "./Sign";
import { useText } from "./text";
import { VerifyView } from "./VerifyView";
import { useNames } from "../../ui/address";

const EVERY_MS = 1500;

interface ShownProps {
  readonly project: ProjectFacts;
  readonly route: string;
  readonly trial: Own.TrialDescription;
  /** Says that it is about to be deleted: from then on nothing is asked of it. */
  readonly onDelete: () => void;
}

/** A trial under way is stopped; one that is over is deleted, once somebody has said so twice. */
function Actions({ project, route, trial, onDelete }: ShownProps) {
  const t = useText();
  const [isAsking, setAsking] = useState(false);
  const stop = useChange("vedette", "StopTrialDetection");
  const which = { ProjectArn: project.arn, TrialId: trial.TrialId ?? "" };
  if (trial.Status === "running") {
    return (
      <SpaceBetween size="xs">
        <Button loading={stop.isPending} onClick={() => stop.mutate(which)}>
          {t("stop")}
        </Button>
        {stop.isError && <FaultAlert error={stop.error} />}
      </SpaceBetween>
    );
  }
  return (
    <>
      <ButtonDropdown items={[{ id: "delete", text: t("delete") }]} onItemClick={() => setAsking(true)}>
        {t("actions")}
      </ButtonDropdown>
      {isAsking && (
        <DeleteTrial
          which={which}
          route={route}
          trial={trial}
          onDelete={onDelete}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

interface DeleteTrialProps {
  readonly which: { readonly ProjectArn: string; readonly TrialId: string };
  readonly route: string;
  readonly trial: Own.TrialDescription;
  readonly onDelete: () => void;
  readonly onClose: () => void;
}

/** What was verified and is in no dataset goes with the trial; it says how much that is. */
function DeleteTrial({ which, route, trial, onDelete, onClose }: DeleteTrialProps) {
  const t = useText();
  const navigate = useNavigate();
  // Nothing is asked anew of what is not there any more.
  const remove = useChange("vedette", "DeleteTrialDetection", [["vedette", "ListTrialDetections"]]);
  const { TrialName: name = "" } = trial;
  // The page goes first: it would ask for what is not there any more. A notice says what became of it.
  const begin = async () => {
    onDelete();
    await navigate(`${route}/trials`);
    const id = which.TrialId;
    try {
      await remove.mutateAsync(which);
      notify({ id, type: "success", content: t("deleted", { name }) });
    } catch (error) {
      notify({ id, type: "error", header: t("deleteFailed", { name }), content: asFault(error).message });
    }
  };
  const { Correct = 0, Incorrect = 0, Corrected = 0, Added = 0 } = trial;
  const lost = Correct + Incorrect + Corrected - Added;
  return (
    <Confirm title={t("delete")} action={t("delete")} onClose={onClose} onConfirm={() => void begin()}>
      <Box>
        <bdi>{name}</bdi>: {t("deleteHelp")}
      </Box>
      {lost > 0 && <Alert type="warning">{t("deleteLoses", { count: lost })}</Alert>}
    </Confirm>
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

function Shown({ project, route, trial, onDelete }: ShownProps) {
  const t = useText();
  const { Unreadable = 0, Message = "" } = trial;
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          info={<TrialSign trial={trial} />}
          description={t("ofVersion", { version: trial.VersionName ?? "" })}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Actions project={project} route={route} trial={trial} onDelete={onDelete} />
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
        {trial.Status === "running" && Message !== "" && (
          <Alert type="warning">
            <Sentence text={Message} />
          </Alert>
        )}
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
  const [isGone, setGone] = useState(false);
  const options = { everyMs: EVERY_MS, isEnabled: !isGone };
  const query = useCall("vedette", "DescribeTrialDetection", which, options);
  if (query.error !== null) return <FaultAlert error={query.error} onRetry={() => void query.refetch()} />;
  const trial = query.data?.Trial;
  if (trial === undefined || isGone) return <Spinner size="large" />;
  return <Shown project={project} route={route} trial={trial} onDelete={() => setGone(true)} />;
}

export function TrialPage() {
  const t = useText();
  const { route: above } = useProjectPlace();
  return (
    <OfProject title={t("trial")} below={[{ text: t("trials"), to: `${above}/trials` }]}>
      {(project, route) => <Found project={project} route={route} />}
    </OfProject>
  );
}
