/** A row a project, with its versions below it and a graph of what was found. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState, type ReactNode } from "react";
import type { ProjectService } from "../../api";
import { useFormats } from "../../i18n/context";
import { hrefOf, RouteLink, useFollow } from "../../ui/links";
import { routeOfProject } from "../../ui/projects";
import { routeOfVersion } from "../../ui/version";
import { byPeriod, ratioOf, sumOf, type ProjectUsage, type Sum, type VersionUsage } from "./sums";
import { useText } from "./text";

const A_PAGE = 20;

interface Row extends Sum {
  readonly id: string;
  readonly service: ProjectService;
  readonly project: string;
  /** Null in the row of the whole project. */
  readonly version: string | null;
  readonly versions: readonly VersionUsage[];
}

function rowsOf(projects: readonly ProjectUsage[]): readonly Row[] {
  return projects.map((project) => ({
    ...project,
    id: `${project.service}/${project.project}`,
    version: null,
  }));
}

function versionRows(row: Row): readonly Row[] {
  return row.versions.map((usage) => ({
    ...sumOf([usage]),
    id: usage.ModelArn ?? "",
    service: row.service,
    project: row.project,
    version: usage.VersionName ?? "",
    versions: [usage],
  }));
}

export function ProjectTable({ projects }: { readonly projects: readonly ProjectUsage[] }) {
  const t = useText();
  const formats = useFormats();
  const follow = useFollow();
  const [page, setPage] = useState(1);
  const [open, setOpen] = useState<readonly Row[]>([]);
  const pages = Math.max(1, Math.ceil(projects.length / A_PAGE));
  const shown = Math.min(page, pages);
  const rows = rowsOf(projects).slice((shown - 1) * A_PAGE, shown * A_PAGE);
  const column = (id: string, header: string, cell: (row: Row) => ReactNode) => ({ id, header, cell });
  const ms = (value: number | null) =>
    value === null ? "—" : t("milliseconds", { count: formats.number(Math.round(value)) });
  return (
    <Table
      items={rows}
      trackBy="id"
      wrapLines
      ariaLabels={{ tableLabel: t("projects") }}
      header={
        <Header
          variant="h2"
          counter={`(${String(projects.length)})`}
          actions={
            <Button href={hrefOf("/projects?create")} onFollow={follow}>
              {t("createProject")}
            </Button>
          }
        >
          {t("projects")}
        </Header>
      }
      empty={
        <Box textAlign="center" padding="l" color="text-body-secondary">
          {t("nothing")}
        </Box>
      }
      pagination={
        pages > 1 && (
          <Pagination
            currentPageIndex={shown}
            pagesCount={pages}
            onChange={({ detail }) => setPage(detail.currentPageIndex)}
          />
        )
      }
      expandableRows={{
        getItemChildren: (row) => (row.version === null ? [...versionRows(row)] : []),
        isItemExpandable: (row) => row.version === null,
        expandedItems: open,
        onExpandableItemToggle: ({ detail }) =>
          setOpen(detail.expanded ? [...open, detail.item] : open.filter((row) => row.id !== detail.item.id)),
      }}
      columnDefinitions={[
        { ...column("name", t("project"), (row) => <Name row={row} />), isRowHeader: true },
        column("images", t("images"), ({ images }) => formats.number(images)),
        // One column for both: nine do not fit into 1,280 px in every language.
        column("anomalies", t("anomalies"), (row) => {
          const ratio = ratioOf(row);
          if (row.service !== "lookoutvision") return "—";
          return `${formats.number(row.anomalies)}${ratio === null ? "" : ` (${formats.percent(ratio)})`}`;
        }),
        column("graph", t("overTime"), (row) => <Spark row={row} />),
        column("errors", t("errors"), ({ errors }) => formats.number(errors)),
        column("refused", t("refused"), ({ refused }) => formats.number(refused)),
        column("latency", t("latency"), (row) => `${ms(row.milliseconds)} (${ms(row.mostMilliseconds)})`),
        column("unitHours", t("unitHours"), ({ unitHours }) =>
          formats.number(Math.round(100 * unitHours) / 100),
        ),
      ]}
    />
  );
}

function Name({ row }: { readonly row: Row }) {
  const t = useText();
  if (row.version !== null) {
    return (
      <RouteLink to={routeOfVersion({ service: row.service, name: row.project }, row.version)}>
        <bdi>{row.version}</bdi>
      </RouteLink>
    );
  }
  return (
    <SpaceBetween size="xxs">
      <RouteLink to={routeOfProject({ service: row.service, name: row.project })}>
        <bdi>{row.project}</bdi>
      </RouteLink>
      <Box fontSize="body-s" color="text-body-secondary">
        {t(`service_${row.service}`)}
      </Box>
    </SpaceBetween>
  );
}

const HEIGHT = 28;

/** Pictures in grey, anomalies in red, a bar a period. */
function Spark({ row }: { readonly row: Row }) {
  const t = useText();
  const images = byPeriod(row.versions, "Images");
  const anomalies = byPeriod(row.versions, "Anomalies");
  const most = Math.max(1, ...images);
  return (
    <svg
      viewBox={`0 0 ${Math.max(1, images.length)} ${HEIGHT}`}
      width={120}
      height={HEIGHT}
      preserveAspectRatio="none"
      role="img"
      aria-label={t("overTime")}
    >
      {images.map((value, place) => {
        const high = (HEIGHT * value) / most;
        const bad = (HEIGHT * (anomalies[place] ?? 0)) / most;
        return (
          <g key={place}>
            <rect x={place} y={HEIGHT - high} width={0.8} height={high} fill="#688ae8" />
            <rect x={place} y={HEIGHT - bad} width={0.8} height={bad} fill="#d91515" />
          </g>
        );
      })}
    </svg>
  );
}
