/** What the common pictures say: a sentence, how far apart the figures are, and each label's. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import type { Own } from "../../api";
import { useFormats } from "../../i18n/context";
import { RouteLink } from "../../ui/links";
import { useText } from "./text";
import { segmentOf } from "../../ui/address";

type Comparison = Own.CompareVersionsResponse;

const SIGNS = { better: "success", worse: "error", unclear: "info", none: "info" } as const;

interface FiguresProps {
  readonly comparison: Comparison;
  readonly route: string;
}

export function Figures({ comparison, route }: FiguresProps) {
  const t = useText();
  if (comparison.Images === 0) {
    return <Alert type="warning">{t("nothingCommon")}</Alert>;
  }
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">{t("whichIsBetter")}</Header>}>
        <SpaceBetween size="m">
          <Sentence comparison={comparison} />
          <LeftOut comparison={comparison} />
          <WholeTable comparison={comparison} route={route} />
          <Box variant="small">{t("intervalHelp")}</Box>
        </SpaceBetween>
      </Container>
      {comparison.Labels.length > 1 && <LabelTable comparison={comparison} />}
    </SpaceBetween>
  );
}

function Sentence({ comparison }: { readonly comparison: Comparison }) {
  const t = useText();
  const formats = useFormats();
  const { First, Second, Images, Better, Worse, Verdict, PValue } = comparison;
  const values = { first: First.VersionName, second: Second.VersionName, better: Better, worse: Worse };
  return (
    <SpaceBetween size="xxs">
      <StatusIndicator type={SIGNS[Verdict]}>
        <span className="comparison-sentence">{t(`verdict_${Verdict}`, values)}</span>
      </StatusIndicator>
      <Box>
        {t("rightOf", {
          first: First.VersionName,
          second: Second.VersionName,
          before: First.Correct,
          after: Second.Correct,
          count: Images,
        })}{" "}
        {Better + Worse > 0 && t("changedOf", { better: Better, worse: Worse })}{" "}
        {(Verdict === "unclear" || Verdict === "better" || Verdict === "worse") &&
          t("chance", { share: formats.percent(PValue) })}
      </Box>
    </SpaceBetween>
  );
}

/** What is not compared, and why. */
function LeftOut({ comparison }: { readonly comparison: Comparison }) {
  const t = useText();
  const { OnlyFirst, OnlySecond, Relabeled, Images, First, Second } = comparison;
  const labels = [...comparison.OnlyFirstLabels, ...comparison.OnlySecondLabels];
  if (OnlyFirst + OnlySecond + Relabeled + labels.length === 0) return null;
  return (
    <Alert type="info" header={t("differentTests")}>
      <div>{t("comparedOnly", { count: Images })}</div>
      {OnlyFirst > 0 && <div>{t("onlyIn", { count: OnlyFirst, version: First.VersionName })}</div>}
      {OnlySecond > 0 && <div>{t("onlyIn", { count: OnlySecond, version: Second.VersionName })}</div>}
      {Relabeled > 0 && <div>{t("relabelled", { count: Relabeled })}</div>}
      {labels.length > 0 && <div>{t("onlyLabels", { labels: labels.slice(0, 12).join(", ") })}</div>}
    </Alert>
  );
}

interface Row {
  readonly name: string;
  readonly before: number;
  readonly after: number;
  readonly interval: Own.ComparedInterval | undefined;
}

function useSigned(): (share: number) => string {
  const formats = useFormats();
  return (share) => (share > 0 ? `+${formats.percent(share)}` : formats.percent(share));
}

function IntervalCell({ interval }: { readonly interval: Own.ComparedInterval | undefined }) {
  const t = useText();
  const signed = useSigned();
  if (interval === undefined) return <>–</>;
  const { Low, High } = interval;
  return <>{t("between", { low: signed(Low), high: signed(High) })}</>;
}

function WholeTable({ comparison, route }: FiguresProps) {
  const t = useText();
  const formats = useFormats();
  const signed = useSigned();
  const { First, Second, Difference } = comparison;
  const rows: Row[] = [
    { name: t("everythingRight"), before: First.Accuracy, after: Second.Accuracy, interval: undefined },
    { name: t("precision"), before: First.Precision, after: Second.Precision, interval: undefined },
    { name: t("recall"), before: First.Recall, after: Second.Recall, interval: undefined },
    { name: t("f1"), before: First.F1Score, after: Second.F1Score, interval: Difference },
  ];
  const link = (version: string) => (
    <RouteLink to={`${route}/versions/${segmentOf(version)}`}>
      <bdi>{version}</bdi>
    </RouteLink>
  );
  return (
    <Table
      items={rows}
      variant="embedded"
      wrapLines
      ariaLabels={{ tableLabel: t("figures") }}
      columnDefinitions={[
        { id: "name", header: t("figure"), isRowHeader: true, cell: ({ name }) => name },
        { id: "before", header: link(First.VersionName), cell: ({ before }) => formats.percent(before) },
        { id: "after", header: link(Second.VersionName), cell: ({ after }) => formats.percent(after) },
        { id: "difference", header: t("difference"), cell: ({ before, after }) => signed(after - before) },
        {
          id: "interval",
          header: t("interval"),
          cell: ({ interval }) => <IntervalCell interval={interval} />,
        },
      ]}
    />
  );
}

function LabelTable({ comparison }: { readonly comparison: Comparison }) {
  const t = useText();
  const formats = useFormats();
  const signed = useSigned();
  const { First, Second } = comparison;
  const rows = [...comparison.Labels].sort(
    (one, two) => Math.abs(two.Difference.Difference) - Math.abs(one.Difference.Difference),
  );
  return (
    <ExpandableSection
      variant="container"
      defaultExpanded={rows.length <= 12}
      headerText={t("byLabel")}
      headerCounter={`(${String(rows.length)})`}
    >
      <Table
        items={rows}
        variant="embedded"
        wrapLines
        ariaLabels={{ tableLabel: t("byLabel") }}
        columnDefinitions={[
          { id: "label", header: t("label"), isRowHeader: true, cell: ({ Label }) => <bdi>{Label}</bdi> },
          { id: "count", header: t("testPictures"), cell: ({ TestImages }) => TestImages },
          { id: "first", header: First.VersionName, cell: (row) => formats.percent(row.First.F1Score) },
          { id: "second", header: Second.VersionName, cell: (row) => formats.percent(row.Second.F1Score) },
          { id: "difference", header: t("difference"), cell: (row) => signed(row.Difference.Difference) },
          {
            id: "interval",
            header: t("interval"),
            cell: (row) => <IntervalCell interval={row.Difference} />,
          },
        ]}
      />
    </ExpandableSection>
  );
}
