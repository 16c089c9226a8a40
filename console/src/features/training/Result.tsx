/** What a training came to: one sentence, what that rests on, and the figures of each label. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Table from "@cloudscape-design/components/table";
import type { ReactNode } from "react";
import { useCall, type Own, type VersionFacts } from "../../api";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { hrefOf, useFollow } from "../../ui/links";
import { useProjectPlace } from "../../ui/ofProject";
import { Candidates } from "./Candidates";
import { taskOf } from "./tasks";
import { isFew, sentenceOf, untestedOf, weakestOf } from "./sentence";
import { BUDGETS, BUILT_IN_BACKBONE } from "../../ui/starting";
import { useText } from "./text";

type Report = Own.GetTrainingReportResponse;
const MINUTE_S = 60;
const NAMED = 4;

export function Sentences({ report }: { readonly report: Report }) {
  const t = useText();
  const { kind, ...numbers } = sentenceOf(report);
  const weakest = weakestOf(report);
  const untested = untestedOf(report);
  return (
    <SpaceBetween size="xs">
      <div className="training-sentence">
        {kind === "none" ? t("sentence_none") : t(`sentence_${kind}`, numbers)}
        {weakest !== null && <> {t("sentence_weakest", { ...weakest })}</>}
      </div>
      {untested.length > 0 && (
        <Box>{t("sentence_untested", { labels: untested.slice(0, NAMED).join(", ") })}</Box>
      )}
      {isFew(report) && <Box color="text-body-secondary">{t("few", { count: report.TestImages ?? 0 })}</Box>}
    </SpaceBetween>
  );
}

export function useDuration(): (seconds: number) => string {
  const t = useText();
  const formats = useFormats();
  return (seconds) =>
    seconds < 2 * MINUTE_S
      ? t("seconds", { count: formats.number(Math.round(seconds)) })
      : t("minutes", { count: formats.number(Math.round(seconds / MINUTE_S)) });
}

export function Facts({ report }: { readonly report: Report }) {
  const t = useText();
  const formats = useFormats();
  const duration = useDuration();
  const budget = BUDGETS.find((candidate) => candidate === report.Budget);
  const items = [
    { label: t("task"), value: t(`task_${taskOf(report.Task)}`) },
    { label: t("trainPictures"), value: formats.number(report.TrainImages ?? 0) },
    { label: t("testPictures"), value: formats.number(report.TestImages ?? 0) },
  ];
  if (report.TrainedAtAws !== true) {
    const took = report.Seconds === undefined ? [] : [t("took", { time: duration(report.Seconds) })];
    const chosen = budget === undefined ? "–" : t(`budget_${budget}`);
    items.push({ label: t("budget"), value: [chosen, ...took].join(" · ") });
    if (report.Backbone !== undefined && report.Backbone !== BUILT_IN_BACKBONE)
      items.push({ label: t("backbone"), value: report.Backbone });
  }
  return <KeyValuePairs columns={4} items={items} />;
}

export function Figures({ report }: { readonly report: Report }) {
  const t = useText();
  const formats = useFormats();
  const share = (value: number | undefined) => (value === undefined ? "–" : formats.percent(value));
  // Of what no picture shows, nothing is known: a figure of 0 % would be no measurement.
  const tested = ({ TestImages }: Own.TrainingLabelReport, value: number | undefined) =>
    share(TestImages === 0 ? undefined : value);
  const overall = {
    Label: t("overall"),
    TestImages: report.TestImages,
    Precision: report.Precision,
    Recall: report.Recall,
    F1Score: report.F1Score,
  };
  const rows = [overall, ...(report.Labels ?? [])];
  const hasAreas = rows.some((row) => "IoU" in row);
  const column = (id: string, header: string, cell: (row: Own.TrainingLabelReport) => ReactNode) => ({
    id,
    header,
    cell,
  });
  return (
    <Table
      items={rows}
      variant="embedded"
      wrapLines
      ariaLabels={{ tableLabel: t("figures") }}
      columnDefinitions={[
        {
          id: "label",
          header: t("label"),
          cell: (row) => <bdi className="unbroken-name">{row.Label}</bdi>,
          minWidth: 140,
          isRowHeader: true,
        },
        column("f1", t("f1"), (row) => tested(row, row.F1Score)),
        column("precision", t("precision"), (row) => tested(row, row.Precision)),
        column("recall", t("recall"), (row) => tested(row, row.Recall)),
        column("threshold", t("threshold"), (row) => share(row.Threshold)),
        ...(hasAreas ? [column("iou", t("iou"), (row) => share(row.IoU))] : []),
        column("tested", t("tested"), ({ TestImages }) =>
          TestImages === undefined ? "–" : formats.number(TestImages),
        ),
      ]}
    />
  );
}

function More({ report }: { readonly report: Report }) {
  const t = useText();
  const formats = useFormats();
  const follow = useFollow();
  const { route } = useProjectPlace();
  if (report.MoreImagesOf === undefined) return null;
  return (
    <Alert
      type="info"
      header={t("moreOf", { label: report.MoreImagesOf })}
      action={
        <Button href={hrefOf(`${route}/datasets/new`)} onFollow={follow}>
          {t("addPictures")}
        </Button>
      }
    >
      {t("moreOfHelp", { quality: formats.percent(report.MoreImagesQuality ?? 0) })}
    </Alert>
  );
}

export function Result({
  version,
  children,
}: {
  readonly version: VersionFacts;
  readonly children?: ReactNode;
}) {
  const t = useText();
  const query = useCall("vedette", "GetTrainingReport", { ModelArn: version.arn });
  if (query.isError) return <FaultAlert error={query.error} onRetry={() => void query.refetch()} />;
  if (query.isPending) return <Spinner size="large" />;
  const report = query.data;
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header variant="h2">
            <bdi>{t("result", { name: version.name })}</bdi>
          </Header>
        }
      >
        <SpaceBetween size="m">
          <Sentences report={report} />
          <Facts report={report} />
          {children}
        </SpaceBetween>
      </Container>
      <More report={report} />
      <Container header={<Header variant="h2">{t("figures")}</Header>}>
        <Figures report={report} />
      </Container>
      <Candidates candidates={report.Candidates ?? []} />
    </SpaceBetween>
  );
}
