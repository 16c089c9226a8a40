/** What the models of a region were asked over a time: all together, and a row a project. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import LineChart from "@cloudscape-design/components/line-chart";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useEffect, useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import { useCall, useProjects } from "../../api";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { usePage } from "../../ui/page";
import "./dashboard.css";
import { ProjectTable } from "./ProjectTable";
import { edgesOf, RANGES, type Range } from "./ranges";
import { byPeriod, projectsOf, ratioOfAll, sumOf, type VersionUsage } from "./sums";
import { useText } from "./text";
import { UsageReport } from "./UsageReport";

/** Figures are counted by the minute. */
const EVERY_MS = 60_000;

function rangeOf(text: string | null): Range {
  return RANGES.find((range) => range === text) ?? "1w";
}

/** This moment, again each minute: a page that stands open overnight shows the new day too. */
function useNow() {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return [now, setNow] as const;
}

export function DashboardPage() {
  const t = useText();
  const [search, setSearch] = useSearchParams();
  const range = rangeOf(search.get("range"));
  const [now, setNow] = useNow();
  const edges = useMemo(() => edgesOf(range, now), [range, now]);
  const query = useCall(
    "vedette",
    "ListUsage",
    { Edges: edges.map((edge) => edge.toISOString()) },
    { everyMs: EVERY_MS },
  );
  usePage({ title: t("dashboard"), crumbs: [{ text: "Vedette", to: "/" }] });
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={t("intro")}
          actions={
            <Button
              iconName="refresh"
              ariaLabel={t("refresh")}
              loading={query.isFetching}
              onClick={() => setNow(new Date())}
            />
          }
        >
          {t("dashboard")}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <div className="dashboard-ranges">
          <SegmentedControl
            label={t("range")}
            selectedId={range}
            options={RANGES.map((id) => ({ id, text: t(`range_${id}`) }))}
            onChange={({ detail }) => setSearch({ range: detail.selectedId }, { replace: true })}
          />
        </div>
        {query.isError && <FaultAlert error={query.error} onRetry={() => void query.refetch()} />}
        {query.isPending && <Spinner size="large" />}
        {query.data !== undefined && <Figures edges={edges} versions={query.data.Versions ?? []} />}
        <UsageReport now={now} />
      </SpaceBetween>
    </ContentLayout>
  );
}

interface FiguresProps {
  readonly edges: readonly Date[];
  readonly versions: readonly VersionUsage[];
}

function Figures({ edges, versions }: FiguresProps) {
  return (
    <SpaceBetween size="l">
      <Overview versions={versions} />
      <Graph edges={edges} versions={versions} />
      <ProjectTable projects={projectsOf(versions)} />
    </SpaceBetween>
  );
}

function Overview({ versions }: { readonly versions: readonly VersionUsage[] }) {
  const t = useText();
  const formats = useFormats();
  // Those that there are, asked or not: the table below has the ones that were asked.
  const projects = useProjects().data;
  const sum = sumOf(versions);
  const ratio = ratioOfAll(versions);
  const ms = (value: number | null) =>
    value === null ? "—" : t("milliseconds", { count: formats.number(Math.round(value)) });
  const figure = (label: string, value: string) => ({
    label,
    value: (
      <Box fontSize="display-l" fontWeight="bold">
        {value}
      </Box>
    ),
  });
  return (
    <Container header={<Header variant="h2">{t("overview")}</Header>}>
      <KeyValuePairs
        columns={4}
        items={[
          figure(t("projects"), projects === undefined ? "—" : formats.number(projects.length)),
          figure(t("images"), formats.number(sum.images)),
          figure(t("anomalies"), formats.number(sum.anomalies)),
          figure(t("ratio"), ratio === null ? "—" : formats.percent(ratio)),
          figure(t("errors"), formats.number(sum.errors)),
          figure(t("refused"), formats.number(sum.refused)),
          figure(t("average"), ms(sum.milliseconds)),
          figure(t("unitHours"), formats.number(Math.round(100 * sum.unitHours) / 100)),
        ]}
      />
    </Container>
  );
}

function dayBegin(date: Date): Date {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate());
}

/** A period stands at its beginning. */
function Graph({ edges, versions }: FiguresProps) {
  const t = useText();
  const formats = useFormats();
  const series = (title: string, values: readonly number[]) => ({
    title,
    type: "line" as const,
    data: values.map((y, place) => ({ x: edges[place] ?? new Date(0), y })),
    valueFormatter: formats.number,
  });
  const refused = byPeriod(versions, "Throttled");
  const wrong = byPeriod(versions, "Errors").map(
    (value, place) => value + (byPeriod(versions, "Invalid")[place] ?? 0) + (refused[place] ?? 0),
  );
  if (versions.length === 0) {
    return (
      <Container header={<Header variant="h2">{t("overTime")}</Header>}>
        <Box textAlign="center" color="text-body-secondary" padding="l">
          {t("nothing")}
        </Box>
      </Container>
    );
  }
  const images = byPeriod(versions, "Images");
  const areDays = edges.every((edge) => edge.getTime() === dayBegin(edge).getTime());
  return (
    <Container header={<Header variant="h2">{t("overTime")}</Header>}>
      <LineChart
        height={220}
        hideFilter
        xScaleType="time"
        ariaLabel={t("overTime")}
        xTitle={t("time")}
        yTitle={t("images")}
        xDomain={[edges[0] ?? new Date(0), edges.at(-2) ?? new Date(0)]}
        yDomain={[0, Math.max(1, ...images, ...wrong)]}
        series={[
          series(t("images"), images),
          series(t("anomalies"), byPeriod(versions, "Anomalies")),
          series(t("wrong"), wrong),
        ]}
        // A whole day has no time of day.
        xTickFormatter={(date) => (areDays ? formats.day : formats.date)(date.toISOString())}
        // Pictures are whole; between one and none the design system would write fifths.
        yTickFormatter={(count) => (Number.isInteger(count) ? formats.number(count) : "")}
      />
    </Container>
  );
}
