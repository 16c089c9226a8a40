/** The list of projects of both services. */
import { useCollection } from "@cloudscape-design/collection-hooks";
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { RouteLink } from "../../ui/links";
import { usePage } from "../../ui/page";
import { useProjects, type ProjectRow } from "./projects";
import { useText } from "./text";

const PAGE = 25;

function useColumns(): TableProps.ColumnDefinition<ProjectRow>[] {
  const t = useText();
  const formats = useFormats();
  const datasets = (row: ProjectRow) =>
    row.datasets.map((type) => (type === "test" ? t("test") : t("train"))).join(", ");
  return [
    {
      id: "name",
      header: t("name"),
      cell: (row) => (
        <RouteLink to={`/projects/${row.service}/${encodeURIComponent(row.name)}`}>
          <bdi>{row.name}</bdi>
        </RouteLink>
      ),
      sortingField: "name",
      isRowHeader: true,
    },
    {
      id: "kind",
      header: t("kind"),
      cell: (row) => (row.service === "rekognition" ? t("kindRekognition") : t("kindLookout")),
      sortingField: "service",
    },
    {
      id: "datasets",
      header: t("datasets"),
      cell: (row) => (row.datasets.length === 0 ? "–" : datasets(row)),
    },
    {
      id: "created",
      header: t("created"),
      cell: (row) => formats.date(row.created),
      sortingField: "created",
    },
  ];
}

function Empty() {
  const t = useText();
  return (
    <Box textAlign="center" padding={{ vertical: "xl" }}>
      <Box variant="strong">{t("empty")}</Box>
      <Box variant="p" color="text-body-secondary">
        {t("emptyHelp")}
      </Box>
    </Box>
  );
}

function NoMatch() {
  const t = useText();
  return (
    <Box textAlign="center" padding={{ vertical: "l" }}>
      <Box variant="strong">{t("noMatch")}</Box>
    </Box>
  );
}

export function ProjectsPage() {
  const t = useText();
  const projects = useProjects();
  usePage({ title: t("title"), crumbs: [{ text: "Vedette", to: "/" }] });
  const { items, collectionProps, filterProps, paginationProps, filteredItemsCount } = useCollection(
    projects.rows,
    {
      filtering: {
        empty: <Empty />,
        noMatch: <NoMatch />,
        fields: ["name"],
      },
      sorting: {},
      pagination: { pageSize: PAGE },
    },
  );
  return (
    <SpaceBetween size="m">
      {projects.error !== null && <FaultAlert error={projects.error} onRetry={projects.retry} />}
      <Table
        {...collectionProps}
        variant="full-page"
        items={items}
        columnDefinitions={useColumns()}
        trackBy="arn"
        loading={projects.isPending && projects.error === null}
        loadingText={t("title")}
        stickyHeader
        header={
          <Header
            variant="awsui-h1-sticky"
            counter={`(${String(projects.rows.length)})`}
            description={t("intro")}
          >
            {t("title")}
          </Header>
        }
        filter={
          <TextFilter
            {...filterProps}
            filteringPlaceholder={t("filter")}
            countText={t("counted", { count: filteredItemsCount ?? 0 })}
          />
        }
        pagination={<Pagination {...paginationProps} />}
      />
    </SpaceBetween>
  );
}
