/** One label's threshold: moved by hand or by a rule, with what it comes to and where it lies on its curves. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo, useState } from "react";
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
  type Preset,
  type RankedLabel,
} from "./counting";
import { useText } from "./text";
import { Using, type ChosenBy } from "./Using";

export interface ThresholdPanelProps {
  readonly arn: string;
  readonly ranked: RankedLabel;
  readonly threshold: number;
  /** Null puts it back to the version's own. */
  readonly onMove: (threshold: number | null) => void;
}

const BLUE = "#0972d3";
const GREEN = "#037f0c";
const GREY = "#7d8998";
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

export function ThresholdPanel({ arn, ranked, threshold, onMove }: ThresholdPanelProps) {
  const [by, setBy] = useState(BY_HAND);
  const move = (value: number | null, why: ChosenBy = BY_HAND) => {
    setBy(why);
    onMove(value);
  };
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
      <Presets ranked={ranked} counts={counts} onMove={move} />
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
}

interface PresetsProps {
  readonly ranked: RankedLabel;
  readonly counts: Counts;
  readonly onMove: (threshold: number, by: ChosenBy) => void;
}

function Presets({ ranked, counts, onMove }: PresetsProps) {
  const t = useText();
  const formats = useFormats();
  const [missed, setMissed] = useState("100");
  const [falseAlarm, setFalseAlarm] = useState("2");
  const costs = { missed: Number(missed), falseAlarm: Number(falseAlarm) };
  const isCost = [costs.missed, costs.falseAlarm].every((cost) => Number.isFinite(cost) && cost >= 0);
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
      <Box color="text-body-secondary">
        {isCost
          ? t("costNow", {
              cost: formats.number(counts.fn * costs.missed + counts.fp * costs.falseAlarm),
            })
          : t("costBad")}
      </Box>
    </SpaceBetween>
  );
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

type CurvesProps = Pick<ThresholdPanelProps, "ranked" | "threshold"> & { readonly counts: Counts };

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
      { name: ranked.label.at === null ? t("isSo") : t("isRight"), y: positive, kind: "bars", color: GREEN },
      { name: ranked.label.at === null ? t("isNot") : t("isWrong"), y: negative, kind: "bars", color: GREY },
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
