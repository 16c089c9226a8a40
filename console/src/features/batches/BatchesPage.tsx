/** The batches of a project, and the beginning of one. */
import Box from "@cloudscape-design/components/box";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { useCall, type Own, type ProjectFacts } from "../../api";
import { useFormats } from "../../i18n/context";
import { BeginPage, NothingBegun } from "../../ui/beginning";
import { RouteLink } from "../../ui/links";
import { hasModel } from "../../ui/models";
import { OfProject } from "../../ui/ofProject";
import { BatchSign } from "./Sign";
import { StartBatch } from "./StartBatch";
import { useText } from "./text";

const EVERY_MS = 3000;

interface ListProps {
  readonly batches: readonly Own.BatchDescription[];
  readonly route: string;
  readonly isPending: boolean;
}

function List({ batches, route, isPending }: ListProps) {
  const t = useText();
  const formats = useFormats();
  return (
    <Table
      items={[...batches]}
      trackBy="BatchId"
      wrapLines
      loading={isPending}
      loadingText={t("loading")}
      ariaLabels={{ tableLabel: t("batches") }}
      empty={<NothingBegun title={t("none")} help={t("noneHelp")} />}
      columnDefinitions={[
        {
          id: "name",
          header: t("name"),
          isRowHeader: true,
          cell: (batch) => (
            <RouteLink to={`${route}/batches/${batch.BatchId ?? ""}`}>
              <bdi>{batch.BatchName}</bdi>
            </RouteLink>
          ),
        },
        { id: "version", header: t("version"), cell: (batch) => <bdi>{batch.VersionName}</bdi> },
        {
          id: "status",
          header: t("status"),
          // A word and its sign, which a narrow window would break in two.
          minWidth: 140,
          cell: (batch) => <BatchSign batch={batch} />,
        },
        {
          id: "pictures",
          header: t("pictures"),
          cell: ({ Done = 0, Total = 0 }) =>
            t("countOf", { count: formats.number(Done), total: formats.number(Total) }),
        },
        { id: "failed", header: t("noAnswer"), cell: ({ Failed = 0 }) => formats.number(Failed) },
        { id: "source", header: t("source"), cell: (batch) => <bdi>{batch.Source}</bdi> },
        { id: "created", header: t("created"), cell: (batch) => formats.date(batch.CreationDate) },
      ]}
    />
  );
}

function Shown({ project, route }: { readonly project: ProjectFacts; readonly route: string }) {
  const t = useText();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const asked = search.get("version");
  const [isStarting, setStarting] = useState(asked !== null);
  const query = useCall("vedette", "ListBatchDetections", { ProjectArn: project.arn }, { everyMs: EVERY_MS });
  const versions = project.versions.filter(hasModel);
  // An older version may stand on a page that was not asked for: its own page has led here.
  const names = [...new Set([...(asked === null ? [] : [asked]), ...versions.map(({ name }) => name)])];
  return (
    <BeginPage
      title={t("batches")}
      help={t("batchesHelp")}
      action={t("run")}
      isAble={names.length > 0}
      query={query}
      onBegin={() => setStarting(true)}
    >
      {names.length === 0 && (
        <Box>
          {t("noVersion")} <RouteLink to={`${route}/train`}>{t("toTraining")}</RouteLink>
        </Box>
      )}
      <List batches={query.data?.Batches ?? []} route={route} isPending={query.isPending} />
      {isStarting && names.length > 0 && query.data !== undefined && (
        <StartBatch
          project={project}
          versions={names}
          usualName={t("usualName", { number: (query.data.Batches?.length ?? 0) + 1 })}
          onClose={(id) => {
            setStarting(false);
            if (id !== undefined) void navigate(`${route}/batches/${id}`);
          }}
        />
      )}
    </BeginPage>
  );
}

export function BatchesPage() {
  const t = useText();
  return (
    <OfProject title={t("batches")}>
      {(project, route) => <Shown project={project} route={route} />}
    </OfProject>
  );
}
