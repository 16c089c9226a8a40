/** One label's threshold: moved by hand or by a rule, with what it comes to and where it lies on its curves. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { createContext, memo, use, useCallback, useMemo, useState } from "react";
import { useFormats } from "../../i18n/context";
import { Plot, type PlotSeries } from "../../ui/plot";
import type { Counts } from "./columns";
import {
  BINS,
  countsShown,
  falseShareOf,
  f1Of,
  histogram,
  precisionOf,
  precisionRecall,
  presetThreshold,
  recallOf,
  roc,
  type Costs,
  type Preset,
  type RankedLabel,
} from "./counting";
import { Moved, useThreshold } from "./moved";
import { useText } from "./text";
import { Using, type ChosenBy } from "./Using";

export interface ThresholdPanelProps {
  readonly arn: string;
  readonly ranked: RankedLabel;
  /** Its place among the ranked ones. */
  readonly at: number;
}

const BLUE = "#0972d3";
/** Beside blue, and told from it by who tells no red from green. */
const ORANGE = "#e07941";
/** A tenth of a percent, as thresholds are shown. */
const STEP = 0.001;
const SHARES = [0, 1] as const;
const CENTRES = Array.from({ length: BINS }, (_, bin) => (bin + 0.5) / BINS);

const BY_HAND: ChosenBy = { reason: "chosen" };

const REASONS = {
  missLeast: "miss-least",
  noFalseAlarm: "no-false-alarms",
  cheapest: "cheapest",
} as const;

/** Null puts the label back to the version's own. */
type Move = (threshold: number | null, by?: ChosenBy) => void;

/** What the label counts now, for the one sentence of the rules that follows the slider. */
const NowCounts = createContext<Counts | null>(null);

export const ThresholdPanel = memo(function ThresholdPanel(props: ThresholdPanelProps) {
  const { arn, ranked, at } = props;
  const moved = use(Moved);
  const threshold = useThreshold(at);
  const [by, setBy] = useState(BY_HAND);
  const move = useCallback<Move>(
    (value, why = BY_HAND) => {
      setBy(why);
      moved.move(at, value);
    },
    [at, moved],
  );
  const t = useText();
  const formats = useFormats();
  const counts = countsShown(ranked, threshold);
  const isMoved = threshold !== ranked.label.threshold;
  return (
    <SpaceBetween size="m">
      <div className="evaluation-threshold">
        <label>
          <span>{t("threshold")}</span>
          <input
            type="range"
            min={0}
            max={1}
            step={STEP}
            value={threshold}
            aria-valuetext={formats.percent(threshold)}
            onChange={({ target }) => move(Number(target.value))}
          />
        </label>
        <output data-testid="threshold">{formats.percent(threshold)}</output>
        <Button
          variant="inline-link"
          disabled={!isMoved}
          onClick={() => move(null)}
          ariaLabel={t("resetTo", { value: formats.percent(ranked.label.threshold) })}
        >
          {t("resetTo", { value: formats.percent(ranked.label.threshold) })}
        </Button>
      </div>
      {ranked.label.positives === 0 && <Alert type="info">{t("untested")}</Alert>}
      <NowCounts value={counts}>
        <Presets ranked={ranked} onMove={move} />
      </NowCounts>
      <Using
        arn={arn}
        label={ranked.label.row.label}
        threshold={threshold}
        trained={ranked.label.threshold}
        by={by}
        onShow={move}
      />
      <Outcome counts={counts} ranked={ranked} />
      <Curves ranked={ranked} threshold={threshold} counts={counts} />
    </SpaceBetween>
  );
});

/** As much as the server keeps with a threshold; NaN is none. */
const MOST_COST = 1e12;

/** Half the world writes a comma before the parts of one. */
function costOfText(text: string): number {
  return text.trim() === "" ? NaN : Number(text.trim().replace(",", "."));
}

interface PresetsProps {
  readonly ranked: RankedLabel;
  readonly onMove: Move;
}

const Presets = memo(function Presets({ ranked, onMove }: PresetsProps) {
  const t = useText();
  const [missed, setMissed] = useState("100");
  const [falseAlarm, setFalseAlarm] = useState("2");
  const costs = { missed: costOfText(missed), falseAlarm: costOfText(falseAlarm) };
  const isCost = [costs.missed, costs.falseAlarm].every((cost) => cost >= 0 && cost <= MOST_COST);
  const isNothing = ranked.label.positives === 0;
  const button = (preset: Preset, isDisabled = isNothing) => (
    <Button
      disabled={isDisabled}
      onClick={() => {
        const next = presetThreshold(ranked, preset, costs);
        if (next !== null) onMove(next, { reason: REASONS[preset], ...costs });
      }}
    >
      {t(preset)}
    </Button>
  );
  return (
    <SpaceBetween size="xs">
      <SpaceBetween size="xs" direction="horizontal" alignItems="end">
        {button("missLeast")}
        {button("noFalseAlarm")}
        {button("cheapest", isNothing || !isCost)}
        <FormField label={t("costMissed")}>
          <div className="evaluation-cost">
            <Input value={missed} inputMode="decimal" onChange={({ detail }) => setMissed(detail.value)} />
          </div>
        </FormField>
        <FormField label={t("costFalse")}>
          <div className="evaluation-cost">
            <Input
              value={falseAlarm}
              inputMode="decimal"
              onChange={({ detail }) => setFalseAlarm(detail.value)}
            />
          </div>
        </FormField>
      </SpaceBetween>
      <Box color="text-body-secondary">{isCost ? <CostNow costs={costs} /> : t("costBad")}</Box>
    </SpaceBetween>
  );
});

function CostNow({ costs }: { readonly costs: Costs }) {
  const t = useText();
  const formats = useFormats();
  const { fn = 0, fp = 0 } = use(NowCounts) ?? {};
  return t("costNow", { cost: formats.number(fn * costs.missed + fp * costs.falseAlarm) });
}

function Outcome({ counts, ranked }: { readonly counts: Counts; readonly ranked: RankedLabel }) {
  const t = useText();
  const formats = useFormats();
  const average = ranked.label.row.average_precision;
  const items = [
    [t("tp"), formats.number(counts.tp), "tp"],
    [t("fp"), formats.number(counts.fp), "fp"],
    [t("fn"), formats.number(counts.fn), "fn"],
    ...(ranked.label.at === null ? [[t("tn"), formats.number(counts.tn), "tn"] as const] : []),
    [t("precision"), formats.percent(precisionOf(counts)), "precision"],
    [t("recall"), formats.percent(recallOf(counts)), "recall"],
    [t("f1"), formats.percent(f1Of(counts)), "f1"],
    ...(average === undefined
      ? []
      : [[t("average_precision"), formats.percent(average), "average"] as const]),
  ] as const;
  return (
    <dl className="evaluation-outcome">
      {items.map(([name, value, key]) => (
        <div key={key}>
          <dt>{name}</dt>
          <dd data-testid={`now-${key}`}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface CurvesProps {
  readonly ranked: RankedLabel;
  readonly threshold: number;
  readonly counts: Counts;
}

function Curves({ ranked, threshold, counts }: CurvesProps) {
  const t = useText();
  const drawn = useMemo(() => {
    const line = (name: string, y: readonly number[], color = BLUE): PlotSeries[] => [
      { name, y, kind: "line", color },
    ];
    const pr = precisionRecall(ranked);
    const receiver = roc(ranked);
    const { positive, negative } = histogram(ranked.label);
    const bars: PlotSeries[] = [
      { name: ranked.label.at === null ? t("isSo") : t("isRight"), y: positive, kind: "bars", color: BLUE },
      {
        name: ranked.label.at === null ? t("isNot") : t("isWrong"),
        y: negative,
        kind: "bars",
        color: ORANGE,
      },
    ];
    return {
      pr: { x: pr.x, series: line(t("precision"), pr.y) },
      roc: receiver && { x: receiver.x, series: line(t("recall"), receiver.y) },
      bars,
    };
  }, [ranked, t]);
  const { precision, recall, falseShare } = {
    precision: precisionOf(counts),
    recall: recallOf(counts),
    falseShare: falseShareOf(counts),
  };
  const onPr = useMemo(() => ({ x: recall, y: precision }), [recall, precision]);
  const onRoc = useMemo(() => ({ x: falseShare, y: recall }), [falseShare, recall]);
  const onScores = useMemo(() => ({ x: threshold }), [threshold]);
  return (
    <ColumnLayout columns={drawn.roc === null ? 2 : 3}>
      <div>
        <Box variant="h3">{t("scores")}</Box>
        <Plot
          label={t("scores")}
          x={CENTRES}
          series={drawn.bars}
          xTitle={t("confidence")}
          yTitle={ranked.label.at === null ? t("pictures") : t("boxes")}
          xRange={SHARES}
          mark={onScores}
        />
      </div>
      <div>
        <Box variant="h3">{t("prCurve")}</Box>
        <Plot
          label={t("prCurve")}
          x={drawn.pr.x}
          series={drawn.pr.series}
          xTitle={t("recall")}
          yTitle={t("precision")}
          xRange={SHARES}
          yRange={SHARES}
          mark={onPr}
        />
      </div>
      {drawn.roc !== null && (
        <div>
          <Box variant="h3">{t("rocCurve")}</Box>
          <Plot
            label={t("rocCurve")}
            x={drawn.roc.x}
            series={drawn.roc.series}
            xTitle={t("falseShare")}
            yTitle={t("recall")}
            xRange={SHARES}
            yRange={SHARES}
            mark={onRoc}
          />
        </div>
      )}
    </ColumnLayout>
  );
}
