/** The list of projects of both services, with what is in each and what to do next. */
import { useCollection } from "@cloudscape-design/collection-hooks";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useState, type ReactNode } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { newestOwn, sumOf, useProject, useProjects, type ProjectFacts, type ProjectRow } from "../../api";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { RouteLink } from "../../ui/links";
import { usePage } from "../../ui/page";
import { HiddenProjects, NextStepSign, routeOfProject, VersionSign } from "../../ui/projects";
import { CreateProject } from "./CreateProject";
import { DeleteProject } from "./DeleteProject";
import { useText } from "./text";

const PAGE = 25;

function Fact({
  row,
  children,
}: {
  readonly row: ProjectRow;
  readonly children: (facts: ProjectFacts) => ReactNode;
}) {
  const project = useProject(row.service, row.name);
  if (project.data) return children(project.data);
  return project.isPending ? <Spinner /> : "–";
}

function LastVersion({ facts }: { readonly facts: ProjectFacts }) {
  const formats = useFormats();
  const newest = newestOwn(facts) ?? facts.versions[0];
  if (newest === undefined) return "–";
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <bdi>{newest.name}</bdi>
      <VersionSign state={newest.state} />
      {newest.f1 !== null && <span>F1 {formats.percent(newest.f1)}</span>}
    </SpaceBetween>
  );
}

function useColumns(): TableProps.ColumnDefinition<ProjectRow>[] {
  const t = useText();
  const formats = useFormats();
  const pictures = (facts: ProjectFacts) =>
    formats.number(sumOf(facts.datasets, (dataset) => dataset.pictures));
  return [
    {
      id: "name",
      header: t("name"),
      cell: (row) => (
        <RouteLink to={routeOfProject(row)}>
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
      minWidth: 150,
    },
    { id: "pictures", header: t("pictures"), cell: (row) => <Fact row={row}>{pictures}</Fact> },
    {
      id: "model",
      header: t("lastModel"),
      cell: (row) => <Fact row={row}>{(facts) => <LastVersion facts={facts} />}</Fact>,
    },
    {
      id: "next",
      header: t("next"),
      cell: (row) => <Fact row={row}>{(facts) => <NextStepSign facts={facts} />}</Fact>,
      minWidth: 195,
    },
    {
      id: "created",
      header: t("created"),
      cell: (row) => formats.day(row.created),
      minWidth: 130,
      sortingField: "created",
    },
  ];
}

function Empty({ onCreate }: { readonly onCreate: () => void }) {
  const t = useText();
  return (
    <Box textAlign="center" padding={{ vertical: "xl" }}>
      <SpaceBetween size="s">
        <Box variant="strong">{t("empty")}</Box>
        <Box color="text-body-secondary">{t("emptyHelp")}</Box>
        <Button onClick={onCreate}>{t("create")}</Button>
      </SpaceBetween>
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

/** The dialog of creating has an address, so that other pages can open it. */
function useCreating() {
  const navigate = useNavigate();
  const [query, setQuery] = useSearchParams();
  const change = (isOpen: boolean) =>
    setQuery(
      (before) => {
        const next = new URLSearchParams(before);
        if (isOpen) next.set("create", "");
        else next.delete("create");
        return next;
      },
      { replace: true },
    );
  return {
    isOpen: query.has("create"),
    open: () => change(true),
    close: (created: Pick<ProjectRow, "service" | "name"> | null) => {
      if (created === null) change(false);
      else void navigate(routeOfProject(created));
    },
  };
}

export function ProjectsPage() {
  const t = useText();
  const projects = useProjects();
  const creating = useCreating();
  const [toDelete, setToDelete] = useState<ProjectRow | null>(null);
  const rows = projects.data ?? [];
  usePage({ title: t("title"), crumbs: [{ text: "Vedette", to: "/" }] });
  const { items, collectionProps, filterProps, paginationProps, filteredItemsCount } = useCollection(rows, {
    filtering: {
      empty: projects.isError ? null : <Empty onCreate={creating.open} />,
      noMatch: <NoMatch />,
      fields: ["name"],
    },
    sorting: {},
    pagination: { pageSize: PAGE },
    selection: { trackBy: "arn" },
  });
  const [selected] = collectionProps.selectedItems ?? [];
  return (
    <SpaceBetween size="m">
      {projects.isError && <FaultAlert error={projects.error} onRetry={() => void projects.refetch()} />}
      <HiddenProjects />
      <Table
        {...collectionProps}
        variant="full-page"
        selectionType="single"
        items={items}
        columnDefinitions={useColumns()}
        trackBy="arn"
        loading={projects.isPending}
        loadingText={t("title")}
        stickyHeader
        wrapLines
        ariaLabels={{
          selectionGroupLabel: t("title"),
          itemSelectionLabel: (_, row) => row.name,
          tableLabel: t("title"),
        }}
        header={
          <Header
            variant="awsui-h1-sticky"
            counter={projects.data && `(${String(rows.length)})`}
            description={t("intro")}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button disabled={selected === undefined} onClick={() => setToDelete(selected ?? null)}>
                  {t("delete")}
                </Button>
                <Button variant="primary" onClick={creating.open}>
                  {t("create")}
                </Button>
              </SpaceBetween>
            }
          >
            {t("title")}
          </Header>
        }
        filter={
          <TextFilter
            {...filterProps}
            filteringPlaceholder={t("filter")}
            filteringAriaLabel={t("filter")}
            countText={t("counted", { count: filteredItemsCount ?? 0 })}
          />
        }
        pagination={<Pagination {...paginationProps} />}
      />
      {creating.isOpen && <CreateProject onClose={creating.close} />}
      {toDelete !== null && (
        <DeleteProject service={toDelete.service} name={toDelete.name} onClose={() => setToDelete(null)} />
      )}
    </SpaceBetween>
  );
}
