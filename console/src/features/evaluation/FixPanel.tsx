/** The labels of a test picture as they are now, corrected here; boxes and masks on the labelling page. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Multiselect from "@cloudscape-design/components/multiselect";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useRegion, type ProjectFacts } from "../../api";
import { FaultAlert } from "../../ui/faults";
import type { ProjectPlace } from "../../ui/ofProject";
import { RouteLink } from "../../ui/links";
import type { EvaluationColumns } from "./columns";
import {
  corrected,
  isConflict,
  labelsIn,
  saveEntry,
  useEntry,
  type CurrentEntry,
  type PictureLabels,
} from "./fixing";
import { useText } from "./text";

interface FixPanelProps {
  readonly place: ProjectPlace;
  readonly project: ProjectFacts;
  readonly source: string;
  readonly columns: EvaluationColumns;
}

export function FixPanel(props: FixPanelProps) {
  const t = useText();
  const entry = useEntry(props.project, props.source);
  return (
    <SpaceBetween size="xs">
      <Header variant="h3">{t("labelNow")}</Header>
      {entry.isError ? (
        <FaultAlert error={entry.error} onRetry={() => void entry.refetch()} />
      ) : entry.isPending ? (
        <Spinner />
      ) : entry.data === null ? (
        <Box color="text-body-secondary">{t("noEntry")}</Box>
      ) : (
        <Editor {...props} key={entry.data.revision} entry={entry.data} />
      )}
    </SpaceBetween>
  );
}

function isSame(one: PictureLabels, other: PictureLabels): boolean {
  return (
    one.isAnomalous === other.isAnomalous &&
    [...one.labels].sort().join("\n") === [...other.labels].sort().join("\n")
  );
}

function Editor({
  place,
  project,
  source,
  columns,
  entry,
}: FixPanelProps & { readonly entry: CurrentEntry }) {
  const t = useText();
  const region = useRegion();
  const { task } = columns.figures;
  const now = labelsIn(entry.line);
  const [wanted, setWanted] = useState(now);
  const saving = useMutation({
    mutationFn: () => {
      const line = corrected(entry.line, wanted, place.service === "lookoutvision", new Date());
      return saveEntry(project, entry, source, line, region);
    },
  });
  const address = new URLSearchParams({
    entry: entry.id,
    ...(task === "detection" ? { mode: "boxes" } : {}),
  });
  return (
    <SpaceBetween size="s">
      {saving.isError &&
        (isConflict(saving.error) ? (
          <Alert type="warning" header={t("conflict")}>
            {t("conflictHelp")}
          </Alert>
        ) : (
          <FaultAlert error={saving.error} />
        ))}
      {task !== "detection" && (
        <Choice columns={columns} wanted={wanted} onChange={setWanted} isDisabled={saving.isPending} />
      )}
      <SpaceBetween size="xs" direction="horizontal" alignItems="center">
        {task !== "detection" && (
          <Button
            variant="primary"
            loading={saving.isPending}
            disabled={isSame(now, wanted)}
            onClick={() => saving.mutate()}
          >
            {t("correct")}
          </Button>
        )}
        <RouteLink to={`${place.route}/datasets/${entry.type}/label?${address.toString()}`}>
          {t(task === "detection" || task === "segmentation" ? "editShapes" : "openEditor")}
        </RouteLink>
      </SpaceBetween>
    </SpaceBetween>
  );
}

interface ChoiceProps {
  readonly columns: EvaluationColumns;
  readonly wanted: PictureLabels;
  readonly onChange: (wanted: PictureLabels) => void;
  readonly isDisabled: boolean;
}

function Choice({ columns, wanted, onChange, isDisabled }: ChoiceProps) {
  const t = useText();
  const { task } = columns.figures;
  const names = [...new Set([...columns.figures.labels.map(({ label }) => label), ...wanted.labels])].sort();
  const options = names.map((name) => ({ value: name, label: name }));
  if (task === "anomaly" || task === "segmentation") {
    return (
      <SegmentedControl
        selectedId={wanted.isAnomalous === undefined ? null : wanted.isAnomalous ? "anomaly" : "normal"}
        label={t("labelNow")}
        options={[
          { id: "normal", text: t("normal"), disabled: isDisabled },
          { id: "anomaly", text: t("anomaly"), disabled: isDisabled },
        ]}
        onChange={({ detail }) => onChange({ ...wanted, isAnomalous: detail.selectedId === "anomaly" })}
      />
    );
  }
  if (task === "classification") {
    const [label = ""] = wanted.labels;
    return (
      <Select
        selectedOption={label === "" ? null : { value: label, label }}
        options={options}
        disabled={isDisabled}
        filteringType={names.length > 10 ? "auto" : "none"}
        ariaLabel={t("labelNow")}
        onChange={({ detail }) => onChange({ ...wanted, labels: [detail.selectedOption.value ?? ""] })}
      />
    );
  }
  return (
    <Multiselect
      selectedOptions={wanted.labels.map((label) => ({ value: label, label }))}
      options={options}
      disabled={isDisabled}
      filteringType={names.length > 10 ? "auto" : "none"}
      ariaLabel={t("labelNow")}
      placeholder={t("labelNow")}
      onChange={({ detail }) =>
        onChange({ ...wanted, labels: detail.selectedOptions.map(({ value }) => value ?? "") })
      }
    />
  );
}
