/** The parts of an evaluation below each other, with the thresholds that a person moves. */
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import type { ProjectFacts, VersionFacts } from "../../api";
import type { ProjectPlace } from "../../ui/ofProject";
import type { EvaluationColumns } from "./columns";
import { Corrections } from "./Corrections";
import { Confusion } from "./Confusion";
import { firstOutcome, OUTCOMES, type OutcomeKind, type RankedLabel } from "./counting";
import { Galleries } from "./Galleries";
import { LabelTable } from "./LabelTable";
import { Moved, MovedThresholds } from "./moved";
import { Overall } from "./Overall";
import { ReliabilityDiagram } from "./Reliability";
import { Slices } from "./Slices";
import { useText } from "./text";
import { ThresholdPanel } from "./ThresholdPanel";
import { TypeTable } from "./TypeTable";

export interface BoardProps {
  readonly place: ProjectPlace;
  readonly project: ProjectFacts;
  readonly version: VersionFacts;
  readonly columns: EvaluationColumns;
  readonly ranked: readonly RankedLabel[];
}

function isOutcome(text: string | null): text is OutcomeKind {
  return OUTCOMES.some((kind) => kind === text);
}

/** What the address says: which label, and which of its pictures. */
function useView(ranked: readonly RankedLabel[]) {
  const [search, setSearch] = useSearchParams();
  const name = search.get("label");
  const chosen = ranked.find(({ label }) => label.row.label === name) ?? firstOf(ranked);
  const shown = search.get("show");
  const change = useCallback(
    (key: "label" | "show", value: string) =>
      setSearch(
        (before) => {
          before.set(key, value);
          return before;
        },
        { replace: true, preventScrollReset: true },
      ),
    [setSearch],
  );
  const usual = useMemo(() => (chosen === undefined ? "fn" : firstOutcome(chosen)), [chosen]);
  return { chosen, show: isOutcome(shown) ? shown : usual, change } as const;
}

/** The label that is told worst, of those that have test pictures. */
function firstOf(ranked: readonly RankedLabel[]): RankedLabel | undefined {
  const tested = ranked.filter(({ label }) => label.positives > 0);
  return (tested.length === 0 ? ranked : tested).reduce<RankedLabel | undefined>(
    (worst, next) => (worst === undefined || next.label.row.f1 < worst.label.row.f1 ? next : worst),
    undefined,
  );
}

export function Board({ place, project, version, columns, ranked }: BoardProps) {
  const t = useText();
  const { chosen, show, change } = useView(ranked);
  const moved = useMemo(() => new MovedThresholds(ranked), [ranked]);
  const choose = useCallback((label: string) => change("label", label), [change]);
  const showKind = useCallback((kind: OutcomeKind) => change("show", kind), [change]);
  const at = chosen === undefined ? -1 : ranked.indexOf(chosen);
  return (
    <Moved value={moved}>
      <SpaceBetween size="l">
        <Corrections place={place} project={project} />
        <Overall columns={columns} ranked={ranked} version={version} project={project} />
        {ranked.length > 1 && (
          <LabelTable ranked={ranked} chosen={chosen?.label.row.label ?? ""} onChoose={choose} />
        )}
        {columns.overlaps.size > 0 && <TypeTable columns={columns} />}
        {chosen !== undefined && (
          <Container header={<Header variant="h2">{t("thresholdOf", { label: nameOf(chosen, t) })}</Header>}>
            <SpaceBetween size="l">
              <ThresholdPanel key={chosen.label.number} arn={version.arn} ranked={chosen} at={at} />
              <Galleries
                key={`gallery ${String(chosen.label.number)}`}
                place={place}
                project={project}
                version={version}
                columns={columns}
                ranked={chosen}
                at={at}
                show={show}
                onShow={showKind}
              />
            </SpaceBetween>
          </Container>
        )}
        <Confusion place={place} project={project} version={version} columns={columns} ranked={ranked} />
        <Slices place={place} project={project} version={version} columns={columns} />
        <ReliabilityDiagram reliability={columns.figures.reliability} />
      </SpaceBetween>
    </Moved>
  );
}

function nameOf(ranked: RankedLabel, t: ReturnType<typeof useText>): string {
  const { label } = ranked.label.row;
  return label === "anomaly" ? t("anomaly") : label;
}
