/** What to do next with a dataset: what looks wrong, what is odd, and what to label first, each with its button. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useNavigate } from "react-router";
import { call, queryClient, useCall, type Own } from "../../../api";
import { useFormats } from "../../../i18n/context";
import { FaultAlert } from "../../../ui/faults";
import { thumbnailOf } from "../gallery/Tile";
import type { DatasetType, ProjectPlace } from "../project";
import { useText } from "../text";
import { DraftsSection } from "./DraftsSection";
import { KINDS, labelRoute, mendOf, reasonOf, type Kind, type Suggestion } from "./reasons";
import "./suggestions.css";
import { useAct, type Acting } from "./useAct";

const POLL_MS = 1500;
const MOST = 24;

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
    <SpaceBetween size="m">
      {error !== null && <FaultAlert error={error} />}
      <StateLine state={study.data} onAsk={(operation) => void ask(operation)} />
      <DraftsSection place={place} arn={arn} type={type} />
      <Kinds place={place} type={type} state={study.data} acting={acting} />
    </SpaceBetween>
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
      {state.Status === "failed" && <Alert type="error">{state.Message}</Alert>}
      <div className="suggestion-line">
        <Box color="text-body-secondary">
          {text} {state.IsStale === true && t("sugStale")}
        </Box>
        <Button onClick={() => onAsk("StartSuggestions")}>{t(hasAnswer ? "sugAgain" : "sugStart")}</Button>
      </div>
    </SpaceBetween>
  );
}

interface KindsProps {
  readonly place: ProjectPlace;
  readonly type: DatasetType;
  readonly state: Own.ListSuggestionsResponse;
  readonly acting: Acting;
}

function Kinds({ place, type, state, acting }: KindsProps) {
  const t = useText();
  const all = state.Suggestions ?? [];
  const groups = KINDS.map((kind) => ({ kind, items: all.filter((item) => item.Kind === kind) })).filter(
    ({ items }) => items.length > 0,
  );
  if (groups.length === 0) {
    return state.Status === "ready" ? <Box>{t("sugNothing")}</Box> : null;
  }
  return (
    <>
      {groups.map(({ kind, items }, place_) => (
        <Group
          key={kind}
          kind={kind}
          items={items}
          isFirst={place_ === 0}
          place={place}
          type={type}
          acting={acting}
        />
      ))}
    </>
  );
}

interface GroupProps {
  readonly kind: Kind;
  readonly items: readonly Suggestion[];
  readonly isFirst: boolean;
  readonly place: ProjectPlace;
  readonly type: DatasetType;
  readonly acting: Acting;
}

function Group({ kind, items, isFirst, place, type, acting }: GroupProps) {
  const t = useText();
  const navigate = useNavigate();
  return (
    <ExpandableSection
      defaultExpanded={isFirst}
      headerText={t(`sug_${kind}`)}
      headerCounter={`(${String(items.length)}${items.length === MOST ? "+" : ""})`}
      headerDescription={t(`sugHelp_${kind}`)}
      variant="stacked"
      headerActions={
        kind === "teach" ? (
          <Button
            variant="primary"
            onClick={() => void navigate(`${place.route}/${type}/label?show=unlabelled&order=teach`)}
          >
            {t("sugLabelThese")}
          </Button>
        ) : undefined
      }
    >
      <ul className="suggestions">
        {items.map((item) => (
          <Item key={item.Entry?.Id} item={item} place={place} type={type} acting={acting} />
        ))}
      </ul>
    </ExpandableSection>
  );
}

interface ItemProps {
  readonly item: Suggestion;
  readonly place: ProjectPlace;
  readonly type: DatasetType;
  readonly acting: Acting;
}

function Item({ item, place, type, acting }: ItemProps) {
  const t = useText();
  const navigate = useNavigate();
  const mend = mendOf(item);
  const like = item.Like ?? [];
  const act = (change: NonNullable<typeof mend>) => acting.act(change, [item.Entry?.Id ?? ""]);
  return (
    <li>
      <button
        type="button"
        className="suggestion-picture"
        onClick={() => void navigate(labelRoute(place.route, type, item))}
      >
        <Thumbnail entry={item.Entry} side={132} />
      </button>
      <div className="suggestion-words">
        <bdi>{reasonOf(item, t)}</bdi>
        {like.length > 0 && (
          <div>
            <Box color="text-body-secondary" fontSize="body-s">
              {t("sugLike")}
            </Box>
            <div className="suggestion-like">
              {like.map((entry) => (
                <Thumbnail key={entry.Id} entry={entry} side={48} />
              ))}
            </div>
          </div>
        )}
        <SpaceBetween direction="horizontal" size="xs">
          {mend !== undefined && (
            <Button disabled={acting.isBusy} onClick={() => act(mend)}>
              {mendText(item, t)}
            </Button>
          )}
          {item.Kind === "shared" && (
            <Button disabled={acting.isBusy} onClick={() => act({ Kind: "move" })}>
              {t("sugMove")}
            </Button>
          )}
          <Button variant="link" onClick={() => void navigate(labelRoute(place.route, type, item))}>
            {t("sugOpen")}
          </Button>
        </SpaceBetween>
      </div>
    </li>
  );
}

function mendText(
  { Kind: kind, Label: label = "", SuggestedLabel: suggested = "" }: Suggestion,
  t: ReturnType<typeof useText>,
) {
  if (kind !== "mislabelled") return t("sugRemove");
  return suggested === "" ? t("sugTake", { label }) : t("sugRelabel", { suggested });
}

function Thumbnail({ entry, side }: { readonly entry: Own.EntrySummary | undefined; readonly side: number }) {
  const name = (entry?.Name ?? "").split("/").at(-1) ?? "";
  return (
    <img
      src={thumbnailOf(entry?.SourceRef ?? "", side)}
      alt={name}
      title={name}
      width={side}
      height={side}
      loading="lazy"
    />
  );
}
