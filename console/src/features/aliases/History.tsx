/** What was done to a name: who moved it, when, where to and why. */
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useCall } from "../../api";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { useUiText } from "../../ui/text";
import type { OfAliasProps } from "./RollBack";
import { useText } from "./text";

const KINDS = ["set", "rollback", "removed"] as const;

export function AliasHistory({ project, alias, onClose }: OfAliasProps) {
  const t = useText();
  const ui = useUiText();
  const formats = useFormats();
  const which = { ProjectArn: project.arn, AliasName: alias.AliasName };
  const query = useCall("vedette", "DescribeAlias", which, { isAskedAnew: true });
  const moves = query.data?.Moves ?? [];
  return (
    <Modal
      visible
      size="large"
      header={t("historyName", { name: alias.AliasName })}
      closeAriaLabel={ui("close")}
      onDismiss={onClose}
    >
      <SpaceBetween size="m">
        {query.isError && <FaultAlert error={query.error} onRetry={() => void query.refetch()} />}
        <Table
          items={moves.map((move, place) => ({ ...move, key: String(place) }))}
          trackBy="key"
          variant="embedded"
          wrapLines
          loading={query.isPending}
          loadingText={t("loading")}
          ariaLabels={{ tableLabel: t("historyName", { name: alias.AliasName }) }}
          columnDefinitions={[
            { id: "when", header: t("when"), cell: (move) => formats.date(move.MoveDate) },
            {
              id: "what",
              header: t("what"),
              isRowHeader: true,
              cell: (move) => t(`kind_${KINDS.find((kind) => kind === move.Kind) ?? "set"}`),
            },
            { id: "version", header: t("version"), cell: (move) => <bdi>{move.VersionName}</bdi> },
            {
              id: "who",
              header: t("who"),
              cell: ({ MovedBy }) => (
                <bdi>{MovedBy.slice(Math.max(MovedBy.lastIndexOf("/"), MovedBy.lastIndexOf(":")) + 1)}</bdi>
              ),
            },
            { id: "why", header: t("reason"), cell: (move) => <bdi>{move.Reason}</bdi> },
          ]}
        />
      </SpaceBetween>
    </Modal>
  );
}
