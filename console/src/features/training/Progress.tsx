/** A training under way: its stage, what is left of it, and the button that stops it. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Steps from "@cloudscape-design/components/steps";
import { useState } from "react";
import { useCall, useChange, useModelEvent, type ModelEvent, type Own, type VersionFacts } from "../../api";
import { useFormats } from "../../i18n/context";
import { Sentence } from "../../sentences";
import { Confirm } from "../../ui/confirm";
import { Candidates, useRecipe } from "./Candidates";
import { PHASES, phaseOf, recipeAtWork, stageOf } from "./stages";
import { useText } from "./text";

/** Where events do not come through, a page still moves on. */
const EVERY_MS = 4000;
const MINUTE_S = 60;

interface Step {
  readonly stage: string | null;
  readonly done: number;
  readonly of: number;
  readonly secondsLeft: number | null;
  readonly candidates: readonly Own.TrainingCandidate[];
  /** Why it has not begun, where the server says so. */
  readonly waits?: string | undefined;
}

const NOTHING: Step = { stage: null, done: 0, of: 0, secondsLeft: null, candidates: [] };

function stepOfEvent(event: ModelEvent): Step {
  return {
    stage: event.stage,
    done: event.done ?? 0,
    of: event.of ?? 0,
    secondsLeft: event.secondsLeft ?? null,
    candidates: event.candidates.map(({ recipe, state, quality }) => ({
      Recipe: recipe,
      State: state,
      Quality: quality ?? undefined,
    })),
  };
}

function stepOfAnswer(answer: Own.DescribeTrainingResponse): Step {
  const { Stage: stage = null, Done: done = 0, Of: of = 0, SecondsLeft: secondsLeft = null } = answer;
  return { stage, done, of, secondsLeft, candidates: answer.Candidates ?? [], waits: answer.Waits };
}

/** The step that the training is in: what an event said last, or else what was asked. */
export function useStep(arn: string): Step {
  const event = useModelEvent(arn);
  const { data } = useCall("vedette", "DescribeTraining", { ModelArn: arn }, { everyMs: EVERY_MS });
  if (event !== undefined && event.stage !== null) return stepOfEvent(event);
  return data === undefined ? NOTHING : stepOfAnswer(data);
}

function useLeft(): (seconds: number | null) => string {
  const t = useText();
  return (seconds) => {
    if (seconds === null) return "";
    if (seconds < MINUTE_S) return t("secondsLeft", { count: Math.max(1, Math.round(seconds)) });
    return t("minutesLeft", { count: Math.round(seconds / MINUTE_S) });
  };
}

/** The three phases, of which one is under way. */
function Phases({ stage, hasCandidates }: { readonly stage: string; readonly hasCandidates: boolean }) {
  const t = useText();
  const now = PHASES.indexOf(phaseOf(stage, hasCandidates));
  const signs = (index: number) => {
    if (index < now) return { status: "success", statusIconAriaLabel: t("phase_done") } as const;
    if (index > now) return { status: "pending", statusIconAriaLabel: t("candidate_waiting") } as const;
    return { status: "in-progress", statusIconAriaLabel: t("phase_now") } as const;
  };
  return (
    <Steps
      orientation="horizontal"
      ariaLabel={t("phases")}
      steps={PHASES.map((phase, index) => ({ header: t(`phase_${phase}`), ...signs(index) }))}
    />
  );
}

/** The bar of one step, named so that nobody takes it for the whole training. */
function StepBar({ step, stage }: { readonly step: Step; readonly stage: string }) {
  const t = useText();
  const left = useLeft();
  const recipe = useRecipe();
  const isLearning = phaseOf(stage, step.candidates.length > 0) === "learn";
  const atWork = isLearning ? recipeAtWork(step.candidates) : undefined;
  const name = t(`stage_${stageOf(stage)}`);
  return (
    <ProgressBar
      label={atWork === undefined ? name : t("stepOfWay", { step: name, way: recipe(atWork) })}
      description={step.done < step.of ? left(step.secondsLeft) : undefined}
      additionalInfo={t("leaveHelp")}
      value={step.of > 0 ? Math.round((100 * step.done) / step.of) : 0}
    />
  );
}

function Bar({ step }: { readonly step: Step }) {
  const t = useText();
  if (step.stage === null) {
    return (
      <SpaceBetween size="xxs">
        <StatusIndicator type="pending">{t("waiting")}</StatusIndicator>
        <Box color="text-body-secondary">
          {step.waits === undefined ? t("waitingHelp") : <Sentence text={step.waits} />}
        </Box>
      </SpaceBetween>
    );
  }
  return (
    <SpaceBetween size="m">
      <Phases stage={step.stage} hasCandidates={step.candidates.length > 0} />
      <StepBar step={step} stage={step.stage} />
    </SpaceBetween>
  );
}

function StopDialog({ version, onClose }: { readonly version: VersionFacts; readonly onClose: () => void }) {
  const t = useText();
  const stop = useChange("vedette", "StopTraining", [["vedette"], ["rekognition"], ["lookoutvision"]]);
  return (
    <Confirm
      title={t("stopTitle", { name: version.name })}
      action={t("stop")}
      back={t("stopGoOn")}
      isBusy={stop.isPending}
      error={stop.error}
      onClose={onClose}
      onConfirm={() => stop.mutate({ ModelArn: version.arn }, { onSuccess: onClose })}
    >
      {t("stopHelp")}
    </Confirm>
  );
}

export function Progress({ version }: { readonly version: VersionFacts }) {
  const t = useText();
  const formats = useFormats();
  const step = useStep(version.arn);
  const [isAsking, setIsAsking] = useState(false);
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header
            variant="h2"
            description={t("begun", { date: formats.date(version.created) })}
            actions={<Button onClick={() => setIsAsking(true)}>{t("stop")}</Button>}
          >
            <bdi>{t("training", { name: version.name })}</bdi>
          </Header>
        }
      >
        <Bar step={step} />
        {isAsking && <StopDialog version={version} onClose={() => setIsAsking(false)} />}
      </Container>
      <Candidates candidates={step.candidates} />
    </SpaceBetween>
  );
}
