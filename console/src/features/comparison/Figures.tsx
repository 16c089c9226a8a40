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
        </SpaceBetween>
      </Container>
      {comparison.Labels.length > 1 && <LabelTable comparison={comparison} />}
    </SpaceBetween>
  );
}

/** A rare label counts in the mean F1 as much as one of every picture; what that says otherwise is said, too. */
function isF1Against({ First, Second, Verdict }: Comparison): boolean {
  const gain = Second.F1Score - First.F1Score;
  return (Verdict === "better" && gain < 0) || (Verdict === "worse" && gain > 0);
}

function Sentence({ comparison }: { readonly comparison: Comparison }) {
  const t = useText();
  const formats = useFormats();
  const signed = useSigned();
  const { First, Second, Images, Better, Worse, Verdict, PValue, Lead } = comparison;
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
        {Verdict !== "none" && t("chance", { share: formats.percent(PValue) })}
      </Box>
      {Verdict !== "none" && (
        <Box variant="small">
          {t(Verdict === "unclear" ? "leadUnclear" : "lead", {
            low: signed(Lead.Low),
            high: signed(Lead.High),
          })}
        </Box>
      )}
      {isF1Against(comparison) && <Box variant="small">{t("f1Against")}</Box>}
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
}

function useSigned(): (share: number) => string {
  const formats = useFormats();
  return (share) => (share > 0 ? `+${formats.percent(share)}` : formats.percent(share));
}

function WholeTable({ comparison, route }: FiguresProps) {
  const t = useText();
  const formats = useFormats();
  const signed = useSigned();
  const { First, Second } = comparison;
  const rows: Row[] = [
    { name: t("everythingRight"), before: First.Accuracy, after: Second.Accuracy },
    { name: t("precision"), before: First.Precision, after: Second.Precision },
    { name: t("recall"), before: First.Recall, after: Second.Recall },
    { name: t("f1"), before: First.F1Score, after: Second.F1Score },
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
      ]}
    />
  );
}

function LabelTable({ comparison }: { readonly comparison: Comparison }) {
  const t = useText();
  const formats = useFormats();
  const signed = useSigned();
  const { First, Second } = comparison;
  const gainOf = (row: Own.ComparedLabel) => row.Second.F1Score - row.First.F1Score;
  const rows = [...comparison.Labels].sort((one, two) => Math.abs(gainOf(two)) - Math.abs(gainOf(one)));
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
          { id: "difference", header: t("difference"), cell: (row) => signed(gainOf(row)) },
          { id: "better", header: t("betterPictures"), cell: ({ Better }) => Better },
          { id: "worse", header: t("worsePictures"), cell: ({ Worse }) => Worse },
          {
            id: "lead",
            header: t("leadOfLabel"),
            cell: ({ Lead }) => t("between", { low: signed(Lead.Low), high: signed(Lead.High) }),
          },
        ]}
        footer={<Box variant="small">{t("labelsHelp")}</Box>}
      />
    </ExpandableSection>
  );
}
