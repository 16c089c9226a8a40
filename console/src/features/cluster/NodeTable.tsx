/** The nodes: what each has and holds, and for who may the way to empty one or to let it work again. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import type { Own } from "../../api";
import { useFormats } from "../../i18n/context";
import { Sentence } from "../../sentences";
import { share } from "./models";
import { useText } from "./text";

const SIGNS: Readonly<Record<Own.ClusterNode["State"], StatusIndicatorProps.Type>> = {
  ready: "success",
  draining: "in-progress",
  drained: "stopped",
  away: "error",
};

interface NodeTableProps {
  readonly nodes: readonly Own.ClusterNode[];
  readonly isLoading: boolean;
  readonly mayDrain: boolean;
  readonly onDrain: (name: string) => void;
  readonly onResume: (name: string) => void;
}

function Name({ node }: { readonly node: Own.ClusterNode }) {
  return (
    <SpaceBetween size="xxs">
      <bdi>{node.NodeName}</bdi>
      {node.Problem !== undefined && node.Problem !== "" && (
        <Box variant="small" color="text-body-secondary">
          <Sentence text={node.Problem} />
        </Box>
      )}
    </SpaceBetween>
  );
}

export function NodeTable({ nodes, isLoading, mayDrain, onDrain, onResume }: NodeTableProps) {
  const t = useText();
  const formats = useFormats();
  const action = (node: Own.ClusterNode) =>
    node.DrainedSince === undefined ? (
      <Button
        variant="inline-link"
        ariaLabel={t("drainTitle", { name: node.NodeName })}
        onClick={() => onDrain(node.NodeName)}
      >
        {t("drain")}
      </Button>
    ) : (
      <Button
        variant="inline-link"
        ariaLabel={t("resumeNode", { name: node.NodeName })}
        onClick={() => onResume(node.NodeName)}
      >
        {t("resume")}
      </Button>
    );
  return (
    <Table
      items={nodes}
      trackBy="NodeName"
      wrapLines
      loading={isLoading}
      loadingText={t("loading")}
      header={
        <Header variant="h2" counter={isLoading ? "" : `(${String(nodes.length)})`}>
          {t("nodes")}
        </Header>
      }
      ariaLabels={{ tableLabel: t("nodes") }}
      empty={<Box textAlign="center">{t("nodesNone")}</Box>}
      columnDefinitions={[
        {
          id: "name",
          header: t("node"),
          minWidth: 180,
          isRowHeader: true,
          cell: (node) => <Name node={node} />,
        },
        {
          id: "state",
          header: t("state"),
          minWidth: 140,
          cell: ({ State }) => (
            <StatusIndicator type={SIGNS[State]} wrapText>
              {t(`node_${State}`)}
            </StatusIndicator>
          ),
        },
        { id: "cores", header: t("cores"), cell: ({ FreeCores, Cores }) => share(FreeCores, Cores) },
        { id: "memory", header: t("memory"), cell: ({ FreeMemory, Memory }) => share(FreeMemory, Memory) },
        { id: "gpus", header: t("gpus"), cell: ({ FreeGpus, Gpus }) => share(FreeGpus, Gpus) },
        { id: "units", header: t("units"), cell: ({ Units = 0 }) => formats.number(Units) },
        { id: "trainings", header: t("trainings"), cell: ({ Trainings = 0 }) => formats.number(Trainings) },
        ...(mayDrain ? [{ id: "action", header: t("upkeep"), cell: action }] : []),
      ]}
    />
  );
}
