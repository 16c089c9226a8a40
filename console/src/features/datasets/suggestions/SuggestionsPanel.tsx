/** What to do next with a dataset: what looks wrong, what is odd, and what to label first, each with its button. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useRef, useState } from "react";
import { call, queryClient, useCall, type Own } from "../../../api";
import { useFormats } from "../../../i18n/context";
import { Sentence } from "../../../sentences";
import { FaultAlert } from "../../../ui/faults";
import type { DatasetType, ProjectPlace } from "../project";
import { useText } from "../text";
import { DraftsSection } from "./DraftsSection";
import { DismissedList } from "./DismissedList";
import { Kinds } from "./Kinds";
import { MOST } from "./reasons";
import "./suggestions.css";
import { useAct } from "./useAct";
import { useKeptFocus } from "./useKeptFocus";

/** The server tells how far it is; asked for all the same, since a line may be cut without a word. */
const POLL_MS = 15_000;

interface PanelProps {
  readonly place: ProjectPlace;
  readonly arn: string;
  readonly types: readonly DatasetType[];
}

export function SuggestionsPanel({ place, arn, types }: PanelProps) {
  const t = useText();
  const [chosen, choose] = useState<DatasetType>("train");
  const type = types.includes(chosen) ? chosen : (types[0] ?? "train");
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={t("sugIntro")}
          actions={
            types.length > 1 && (
              <SegmentedControl
                label={t("datasets")}
                selectedId={type}
                options={types.map((id) => ({ id, text: t(id) }))}
                onChange={({ detail }) => choose(detail.selectedId === "test" ? "test" : "train")}
              />
            )
          }
        >
          {t("sugTitle")}
        </Header>
      }
    >
      <Study key={`${arn} ${type}`} place={place} arn={arn} type={type} />
    </Container>
  );
}

interface StudyProps {
  readonly place: ProjectPlace;
  readonly arn: string;
  readonly type: DatasetType;
}

function Study({ place, arn, type }: StudyProps) {
  const [fault, setFault] = useState<unknown>(null);
  const [isRunning, setRunning] = useState(false);
  const input = { ProjectArn: arn, DatasetType: type, MaxResults: MOST } as const;
  const study = useCall("vedette", "ListSuggestions", input, isRunning ? { everyMs: POLL_MS } : {});
  const acting = useAct({ arn, type });
  const dismissed = useCall("vedette", "ListDismissedSuggestions", input);
  const panel = useRef<HTMLDivElement>(null);
  const leave = useKeptFocus(panel, [study.data, dismissed.data]);
  if (study.data !== undefined && (study.data.Status === "running") !== isRunning) {
    setRunning(study.data.Status === "running");
  }
  const ask = async (operation: "StartSuggestions" | "StopSuggestions") => {
    setFault(null);
    try {
      await call("vedette", operation, { ProjectArn: arn, DatasetType: type });
      await queryClient.invalidateQueries({ queryKey: ["vedette", "ListSuggestions"] });
    } catch (error) {
      setFault(error);
    }
  };
  const error = fault ?? study.error;
  if (study.data === undefined) return error === null ? null : <FaultAlert error={error} />;
  return (
    <div ref={panel}>
      <SpaceBetween size="m">
        {error !== null && <FaultAlert error={error} />}
        <StateLine state={study.data} onAsk={(operation) => void ask(operation)} />
        <DraftsSection place={place} arn={arn} type={type} />
        <Kinds place={place} type={type} state={study.data} acting={acting} onLeave={leave} />
        {dismissed.error !== null && <FaultAlert error={dismissed.error} />}
        {dismissed.data !== undefined && (
          <DismissedList dismissed={dismissed.data} acting={acting} onLeave={leave} />
        )}
      </SpaceBetween>
    </div>
  );
}

interface StateLineProps {
  readonly state: Own.ListSuggestionsResponse;
  readonly onAsk: (operation: "StartSuggestions" | "StopSuggestions") => void;
}

function StateLine({ state, onAsk }: StateLineProps) {
  const t = useText();
  const formats = useFormats();
  const { Done: done = 0, Total: total = 0, LookedAt: looked = 0, Of: all = 0 } = state;
  if (state.Status === "running") {
    return (
      <div className="suggestion-line">
        <ProgressBar
          value={total === 0 ? 0 : (100 * done) / total}
          label={t("sugRunning")}
          description={t("sugLeave")}
        />
        <Button onClick={() => onAsk("StopSuggestions")}>{t("sugStop")}</Button>
      </div>
    );
  }
  const hasAnswer = state.Status === "ready" || looked > 0;
  const text = !hasAnswer
    ? t("sugNone")
    : looked < all
      ? t("sugSampled", { looked: formats.number(looked), all: formats.number(all) })
      : t("sugAll", { count: looked });
  return (
    <SpaceBetween size="xs">
      {state.Status === "failed" && (
        <Alert type="error">
          <Sentence text={state.Message ?? ""} />
        </Alert>
      )}
      <div className="suggestion-line">
        <Box color="text-body-secondary">
          {text} {state.IsStale === true && t("sugStale")}
        </Box>
        <Button onClick={() => onAsk("StartSuggestions")}>{t(hasAnswer ? "sugAgain" : "sugStart")}</Button>
      </div>
    </SpaceBetween>
  );
}
