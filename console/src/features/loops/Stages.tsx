/** What each stage of a loop did, with ways to where it can be looked at. */
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Steps, { type StepsProps } from "@cloudscape-design/components/steps";
import { useEffect, type ReactNode } from "react";
import { refreshProjects, useCall, useVersion, type Own, type ProjectFacts } from "../../api";
import { useFormats } from "../../i18n/context";
import { Sentence } from "../../sentences";
import { RouteLink } from "../../ui/links";
import { routeOfVersion } from "../../ui/version";
import { STAGES, stagesOf, type Stage, type StageState } from "./stages";
import { useText } from "./text";

const EVERY_MS = 3000;
/** Steps in which the new version may not be there yet, though its name is noted. */
const BEFORE_TRAINED: ReadonlySet<string> = new Set(["train", "order", "learn"]);
const SIGNS: Readonly<Record<StageState, StepsProps.Status>> = {
  done: "success",
  working: "in-progress",
  waiting: "pending",
  asking: "info",
  failed: "error",
  stopped: "stopped",
  none: "pending",
};

interface StagesProps {
  readonly project: ProjectFacts;
  readonly route: string;
  readonly loop: Own.LoopDescription;
}

export function Stages({ project, route, loop }: StagesProps) {
  const t = useText();
  const states = stagesOf(loop);
  const details: Readonly<Record<Stage, ReactNode>> = {
    look: <Looked route={route} loop={loop} />,
    choose: <Chosen loop={loop} />,
    label: <Labelled project={project} route={route} loop={loop} />,
    train: <Trained project={project} loop={loop} />,
    compare: <Compared route={route} loop={loop} />,
    move: <Moved route={route} loop={loop} />,
  };
  return (
    <Container header={<Header variant="h2">{t("stages")}</Header>}>
      <Steps
        ariaLabel={t("stages")}
        steps={STAGES.map((stage) => {
          const state = states.get(stage) ?? "none";
          const isCurrent = state === "working" || state === "waiting";
          return {
            status: SIGNS[state],
            statusIconAriaLabel: t(`state_${state}`),
            header: <b>{t(`stage_${stage}`)}</b>,
            details: (
              <SpaceBetween size="xxs">
                {isCurrent && loop.Status === "running" && <Sentence text={loop.Message ?? ""} />}
                {details[stage]}
              </SpaceBetween>
            ),
          };
        })}
      />
    </Container>
  );
}

function Looked({ route, loop }: Omit<StagesProps, "project">) {
  const t = useText();
  const { LookedAt: count, TrialId: trial } = loop;
  return (
    <>
      {count !== undefined && <Box>{t("lookedAt", { count })}</Box>}
      {trial !== undefined && <RouteLink to={`${route}/trials/${trial}`}>{t("toTrial")}</RouteLink>}
    </>
  );
}

function Chosen({ loop }: Pick<StagesProps, "loop">) {
  const t = useText();
  const pictures = loop.Pictures ?? [];
  const tested = pictures.filter(({ DatasetType }) => DatasetType === "test").length;
  if (pictures.length === 0) return null;
  return (
    <Box>
      {t("chosen", { count: pictures.length })} {tested > 0 && t("chosenTest", { count: tested })}
    </Box>
  );
}

/** The rounds by their names, and how far each is. */
function Labelled({ project, route, loop }: StagesProps) {
  const t = useText();
  const ids = new Set(loop.RoundIds ?? []);
  const query = useCall(
    "vedette",
    "ListRounds",
    { ProjectArn: project.arn },
    { everyMs: EVERY_MS, isEnabled: ids.size > 0 },
  );
  const rounds = (query.data?.Rounds ?? []).filter(({ RoundId = "" }) => ids.has(RoundId));
  const isMissing = query.data !== undefined && rounds.length < ids.size;
  return (
    <>
      {rounds.map((round) => (
        <Box key={round.RoundId}>
          <RouteLink to={`${route}/datasets/${round.DatasetType ?? "train"}/rounds/${round.RoundId ?? ""}`}>
            <bdi>{round.Name}</bdi>
          </RouteLink>{" "}
          {t("answered", {
            done: (round.Counts?.Tasks ?? 0) - (round.Counts?.Open ?? 0),
            count: round.Counts?.Tasks ?? 0,
          })}
        </Box>
      ))}
      {isMissing && <Box color="text-body-secondary">{t("roundGone")}</Box>}
      {loop.Labeled !== undefined && <Box>{t("labelled", { count: loop.Labeled })}</Box>}
    </>
  );
}

function Trained({ project, loop }: Pick<StagesProps, "project" | "loop">) {
  const t = useText();
  const { NewVersionName: name = "", Step: step = "" } = loop;
  const { version, isPending } = useVersion(project, name);
  // A page that was open before the training began does not know of its version.
  useEffect(() => void refreshProjects(), [step]);
  if (name === "" || isPending) return null;
  if (version === undefined) {
    if (BEFORE_TRAINED.has(step)) return null;
    return <Box color="text-body-secondary">{t("versionGone", { name })}</Box>;
  }
  return (
    <RouteLink to={routeOfVersion(project, name)}>
      <bdi>{t("versionName", { name })}</bdi>
    </RouteLink>
  );
}

function Compared({ route, loop }: Omit<StagesProps, "project">) {
  const t = useText();
  const formats = useFormats();
  const { Verdict: verdict, NewVersionName: later = "", VersionName: earlier = "" } = loop;
  if (verdict === undefined) return null;
  const pair = new URLSearchParams({ versions: `${earlier},${later}` });
  return (
    <>
      <Box>
        {t("right", {
          later,
          earlier,
          laterCount: formats.number(loop.NewCorrect ?? 0),
          earlierCount: formats.number(loop.OldCorrect ?? 0),
          count: loop.Compared ?? 0,
        })}
      </Box>
      <Box>
        {t(`verdict_${verdict}`)} <bdi>(p {formats.number(loop.PValue ?? 1)})</bdi>
      </Box>
      <RouteLink to={`${route}/compare?${pair.toString()}`}>{t("toComparison")}</RouteLink>
    </>
  );
}

function Moved({ route, loop }: Omit<StagesProps, "project">) {
  const t = useText();
  const { AliasName: alias } = loop;
  if (alias === undefined) return <Box color="text-body-secondary">{t("noAlias")}</Box>;
  return (
    <RouteLink to={`${route}/aliases`}>
      <bdi>{t("toAlias", { name: alias })}</bdi>
    </RouteLink>
  );
}
