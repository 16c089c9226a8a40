/** The figures of all labels together: those of the version's own thresholds, and those of the moved ones. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { memo } from "react";
import type { ProjectFacts, VersionFacts } from "../../api";
import { useFormats } from "../../i18n/context";
import type { EvaluationColumns, Figures } from "./columns";
import { countsShown, f1Of, interval, precisionOf, recallOf, type RankedLabel } from "./counting";
import { useThresholds } from "./moved";
import { useText } from "./text";
import { WireFiles } from "./WireFiles";

/** Below so many test pictures a figure says little. */
const FEW = 30;

interface OverallProps {
  readonly columns: EvaluationColumns;
  readonly ranked: readonly RankedLabel[];
  readonly version: VersionFacts;
  readonly project: ProjectFacts;
}

type MeanKey = "precision" | "recall" | "f1";

const MEANS = { precision: precisionOf, recall: recallOf, f1: f1Of } as const;

/** The mean over the labels that occur, as the document has it. */
export function movedMeans(
  ranked: readonly RankedLabel[],
  thresholds: readonly number[],
): Readonly<Record<MeanKey, number>> {
  const counts = ranked
    .map((label, place) => ({ label, counts: countsShown(label, thresholds[place] ?? 0.5) }))
    .filter(({ label }) => label.label.row.test_pictures > 0);
  const mean = (key: MeanKey) =>
    counts.length === 0
      ? 0
      : counts.reduce((total, item) => total + MEANS[key](item.counts), 0) / counts.length;
  return { precision: mean("precision"), recall: mean("recall"), f1: mean("f1") };
}

interface MeanProps {
  readonly ranked: readonly RankedLabel[];
  readonly mean: MeanKey;
  readonly own: number;
}

/** A figure of the version's own thresholds, and beside it that of the moved ones; this alone follows the slider. */
function MeanValue({ ranked, mean, own }: MeanProps) {
  const t = useText();
  const formats = useFormats();
  const thresholds = useThresholds();
  const isMoved = ranked.some(({ label }, place) => thresholds[place] !== label.threshold);
  return (
    <span data-testid={`overall-${mean}`}>
      {formats.percent(own)}
      {isMoved && (
        <Box variant="span" color="text-status-info">
          {" "}
          {t("withMoved", { value: formats.percent(movedMeans(ranked, thresholds)[mean]) })}
        </Box>
      )}
    </span>
  );
}

export const Overall = memo(function Overall({ columns, ranked, version, project }: OverallProps) {
  const t = useText();
  const formats = useFormats();
  const { figures } = columns;
  const right = columns.correct.reduce((total, flag) => total + flag, 0);
  const item = (key: MeanKey) => ({
    label: t(key),
    value: <MeanValue ranked={ranked} mean={key} own={figures[key]} />,
  });
  const { low, high } = interval(right, figures.pictures);
  return (
    <Container header={<Header variant="h2">{t("overall")}</Header>}>
      <SpaceBetween size="m">
        <KeyValuePairs
          columns={4}
          items={[
            item("f1"),
            item("precision"),
            item("recall"),
            {
              label: t("pictures"),
              value: t("rightOf", { right, count: figures.pictures }),
            },
            ...moreFigures(figures).map(({ key, value }) => ({
              label: t(key),
              value: value === null ? "–" : formats.percent(value),
            })),
          ]}
        />
        {figures.pictures < FEW && (
          <Alert type="info">
            {t("few", {
              count: figures.pictures,
              low: formats.percent(low),
              high: formats.percent(high),
            })}
          </Alert>
        )}
        <WireFiles project={project} version={version} />
      </SpaceBetween>
    </Container>
  );
});

type MoreKey =
  | "accuracy"
  | "auroc"
  | "average_precision"
  | "map50"
  | "map50_95"
  | "average_recall"
  | "mean_iou"
  | "clean_normals";

const MORE: readonly MoreKey[] = [
  "accuracy",
  "auroc",
  "average_precision",
  "map50",
  "map50_95",
  "average_recall",
  "mean_iou",
  "clean_normals",
];

function moreFigures(figures: Figures): { readonly key: MoreKey; readonly value: number | null }[] {
  return MORE.flatMap((key) => {
    const value = figures[key];
    return value === undefined ? [] : [{ key, value }];
  });
}
