/** What the newest model guesses of a dataset's unlabelled pictures: begun, counted, accepted above a confidence. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import Slider from "@cloudscape-design/components/slider";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useNavigate } from "react-router";
import { call, queryClient, useCall, type Own } from "../../../api";
import { useFormats } from "../../../i18n/context";
import { Sentence } from "../../../sentences";
import { FaultAlert } from "../../../ui/faults";
import type { DatasetType, ProjectPlace } from "../project";
import { useText } from "../text";
import { useAct } from "./useAct";

/** The server tells how far it is; asked for all the same, since a line may be cut without a word. */
const POLL_MS = 15_000;
const SURE = 90;

interface SectionProps {
  readonly place: ProjectPlace;
  readonly arn: string;
  readonly type: DatasetType;
}

export function DraftsSection({ place, arn, type }: SectionProps) {
  const t = useText();
  const { drafts, isRunning, fault, ask } = useDrafts(arn, type);
  const { Status: status, Count: count = 0 } = drafts;
  // What waits for a person lies open, until the person folds it.
  const [chosen, setChosen] = useState<boolean>();
  return (
    <ExpandableSection
      variant="stacked"
      expanded={chosen ?? (isRunning || count > 0)}
      onChange={({ detail }) => setChosen(detail.expanded)}
      headerText={t("drafts")}
      headerCounter={`(${String(count)})`}
      headerDescription={t("draftsHelp")}
      headerActions={
        <Button onClick={() => void ask(isRunning ? "StopDrafts" : "StartDrafts")}>
          {t(isRunning ? "sugStop" : "draftsStart")}
        </Button>
      }
    >
      <SpaceBetween size="m">
        {fault !== null && <FaultAlert error={fault} />}
        {status === "failed" && (
          <Box color="text-status-error">
            <Sentence text={drafts.Message ?? ""} />
          </Box>
        )}
        {isRunning && <Progress drafts={drafts} />}
        {count > 0 && (
          <Waiting place={place} arn={arn} type={type} onDiscard={() => void ask("DiscardDrafts")} />
        )}
        {count === 0 && !isRunning && <Box color="text-body-secondary">{t("draftsNone")}</Box>}
      </SpaceBetween>
    </ExpandableSection>
  );
}

function useDrafts(arn: string, type: DatasetType) {
  const [fault, setFault] = useState<unknown>(null);
  const [isRunning, setRunning] = useState(false);
  const dataset = { ProjectArn: arn, DatasetType: type } as const;
  // A label that is given takes its draft away, on the labelling page as anywhere.
  const pace = { isAskedAnew: true, ...(isRunning ? { everyMs: POLL_MS } : {}) };
  const query = useCall("vedette", "ListDrafts", { ...dataset, MaxResults: 1 }, pace);
  const isNowRunning = query.data?.Status === "running";
  if (query.data !== undefined && isNowRunning !== isRunning) setRunning(isNowRunning);
  const ask = async (operation: "StartDrafts" | "StopDrafts" | "DiscardDrafts") => {
    setFault(null);
    try {
      await call("vedette", operation, dataset);
      await queryClient.invalidateQueries({ queryKey: ["vedette", "ListDrafts"] });
    } catch (error) {
      setFault(error);
    }
  };
  const drafts: Own.ListDraftsResponse = query.data ?? {};
  return { drafts, isRunning, fault, ask };
}

function Progress({ drafts }: { readonly drafts: Own.ListDraftsResponse }) {
  const t = useText();
  const { Done: done = 0, Total: total = 0 } = drafts;
  return <ProgressBar value={total === 0 ? 0 : (100 * done) / total} label={t("draftsRunning")} />;
}

function Waiting({ place, arn, type, onDiscard }: SectionProps & { readonly onDiscard: () => void }) {
  const t = useText();
  const navigate = useNavigate();
  return (
    <>
      <Accepting arn={arn} type={type} />
      <SpaceBetween direction="horizontal" size="xs">
        <Button onClick={() => void navigate(`${place.route}/${type}/label?show=unlabelled`)}>
          {t("draftsLook")}
        </Button>
        <Button onClick={onDiscard}>{t("draftsDiscard")}</Button>
      </SpaceBetween>
    </>
  );
}

/** The bound from which drafts are accepted, with how many that are before it is done. */
function Accepting({ arn, type }: { readonly arn: string; readonly type: DatasetType }) {
  const t = useText();
  const formats = useFormats();
  const [bound, setBound] = useState(SURE);
  const acting = useAct({ arn, type });
  const choice = { ProjectArn: arn, DatasetType: type, MinConfidence: bound / 100 } as const;
  const query = useCall("vedette", "ListDrafts", { ...choice, MaxResults: 1 }, { isAskedAnew: true });
  const count = query.data?.Count ?? 0;
  return (
    <SpaceBetween size="xs">
      <Slider
        min={50}
        max={100}
        value={bound}
        ariaLabel={t("draftsBound")}
        valueFormatter={(value) => formats.percent(value / 100)}
        onChange={({ detail }) => setBound(detail.value)}
      />
      <Button
        variant="primary"
        disabled={count === 0 || acting.isBusy}
        onClick={() => acting.accept(bound / 100)}
      >
        {t("draftsAccept", { count, bound: formats.percent(bound / 100) })}
      </Button>
    </SpaceBetween>
  );
}
