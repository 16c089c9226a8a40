/** What of the account runs where, and what waits, with the reason. */
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import type { Own } from "../../api";
import { Sentence } from "../../sentences";
import { RouteLink } from "../../ui/links";
import { routeOfVersion } from "../../ui/version";
import { modelOf } from "./models";
import { useText } from "./text";

function Model({ arn }: { readonly arn: string }) {
  const named = modelOf(arn);
  if (named === null) return <bdi>{arn}</bdi>;
  const project = { service: named.service, name: named.project };
  return (
    <RouteLink to={routeOfVersion(project, named.version)}>
      <bdi>
        {named.project} / {named.version}
      </bdi>
    </RouteLink>
  );
}

function useKind(): (row: Own.ClusterWork | Own.ClusterWait) => string {
  const t = useText();
  return ({ Kind, Count = 1 }) => (Kind === "training" ? t("training") : t("unitsOf", { count: Count }));
}

export function WorkTable({ rows }: { readonly rows: readonly Own.ClusterWork[] }) {
  const t = useText();
  const kind = useKind();
  return (
    <Table
      items={rows}
      wrapLines
      header={
        <Header variant="h2" counter={`(${String(rows.length)})`}>
          {t("work")}
        </Header>
      }
      ariaLabels={{ tableLabel: t("work") }}
      empty={<Box textAlign="center">{t("workNone")}</Box>}
      columnDefinitions={[
        {
          id: "model",
          header: t("model"),
          minWidth: 180,
          isRowHeader: true,
          cell: ({ ModelArn }) => <Model arn={ModelArn} />,
        },
        { id: "kind", header: t("kind"), cell: (row) => kind(row) },
        {
          id: "node",
          header: t("node"),
          cell: ({ NodeName = "" }) => (NodeName === "" ? t("beingPlaced") : <bdi>{NodeName}</bdi>),
        },
      ]}
    />
  );
}

interface WaitTableProps {
  readonly rows: readonly Own.ClusterWait[];
  readonly others: number;
}

export function WaitTable({ rows, others }: WaitTableProps) {
  const t = useText();
  const kind = useKind();
  return (
    <SpaceBetween size="xs">
      <Table
        items={rows}
        wrapLines
        header={
          <Header variant="h2" counter={`(${String(rows.length)})`} description={t("waitingHelp")}>
            {t("waiting")}
          </Header>
        }
        ariaLabels={{ tableLabel: t("waiting") }}
        empty={<Box textAlign="center">{t("waitingNone")}</Box>}
        columnDefinitions={[
          {
            id: "model",
            header: t("model"),
            minWidth: 180,
            isRowHeader: true,
            cell: ({ ModelArn }) => <Model arn={ModelArn} />,
          },
          { id: "kind", header: t("kind"), cell: (row) => kind(row) },
          {
            id: "position",
            header: t("position"),
            cell: ({ Position }) => (Position === undefined ? "–" : String(Position)),
          },
          { id: "why", header: t("why"), minWidth: 240, cell: ({ Why }) => <Sentence text={Why} /> },
        ]}
      />
      {others > 0 && <Box color="text-body-secondary">{t("othersWait", { count: others })}</Box>}
    </SpaceBetween>
  );
}
