/** The project's labels managed: added, renamed, merged, deleted, each with its colour and key. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { call, queryClient, type Own } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { changeEntries, type Change } from "./changing";
import type { ProjectLabel } from "./labels";
import type { DatasetType } from "./project";
import { useText } from "./text";

interface LabelManagerProps {
  readonly arn: string;
  readonly types: readonly DatasetType[];
  readonly labels: readonly ProjectLabel[];
  readonly onClose: () => void;
}

/** As many rows as a dialog shows without scrolling far; the field above finds the others. */
const ROWS = 20;

const CLASSES = new Set(["normal", "anomaly"]);

export function LabelManager({ arn, types, labels, onClose }: LabelManagerProps) {
  const t = useText();
  const [text, setText] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const [wantedPage, setPage] = useState(1);
  const matching = labels.filter((label) => label.name.toLowerCase().includes(text.toLowerCase()));
  const isNew = text.trim() !== "" && !labels.some((label) => label.name === text.trim());
  const pages = Math.max(1, Math.ceil(matching.length / ROWS));
  const page = Math.min(wantedPage, pages);

  const perform = async (work: () => Promise<unknown>) => {
    setBusy(true);
    setError(null);
    try {
      await work();
      await queryClient.invalidateQueries({ queryKey: ["vedette"] });
    } catch (fault) {
      setError(fault);
    } finally {
      setBusy(false);
    }
  };
  const set = (setting: Own.LabelSetting, remove: readonly string[] = []) =>
    call("vedette", "UpdateLabelSettings", { ProjectArn: arn, Labels: [setting], Remove: remove });
  const everywhere = async (label: string, change: Change) => {
    for (const type of types) {
      await changeEntries({ arn, type }, { Labels: [label] }, change, () => undefined);
    }
  };
  const rename = (label: ProjectLabel, name: string) =>
    perform(async () => {
      await everywhere(label.name, { Kind: "label", RenameLabels: [{ From: label.name, To: name }] });
      const into = labels.find((other) => other.name === name);
      await call("vedette", "UpdateLabelSettings", { ProjectArn: arn, Labels: [], Remove: [label.name] });
      await set({ Name: name, Color: into?.colour ?? label.colour, Key: into?.key ?? label.key });
    });
  const remove = (label: ProjectLabel) =>
    perform(async () => {
      if (label.pictures > 0) await everywhere(label.name, { Kind: "label", RemoveLabels: [label.name] });
      await call("vedette", "UpdateLabelSettings", { ProjectArn: arn, Labels: [], Remove: [label.name] });
    });

  return (
    <Modal
      visible
      size="large"
      onDismiss={onClose}
      closeAriaLabel={t("close")}
      header={t("manageLabels")}
      footer={
        <Box float="right">
          <Button onClick={onClose}>{t("close")}</Button>
        </Box>
      }
    >
      <SpaceBetween size="s">
        {error !== null && <FaultAlert error={error} />}
        <SpaceBetween direction="horizontal" size="xs">
          <Input
            type="search"
            value={text}
            onChange={({ detail }) => setText(detail.value)}
            placeholder={t("labelsType")}
            ariaLabel={t("labelsType")}
          />
          <Button
            disabled={!isNew || isBusy}
            onClick={() => void perform(() => set({ Name: text.trim() })).then(() => setText(""))}
          >
            {t("labelAdd")}
          </Button>
        </SpaceBetween>
        <Table
          variant="embedded"
          trackBy="name"
          wrapLines
          loading={isBusy}
          loadingText={t("labels")}
          items={matching.slice((page - 1) * ROWS, page * ROWS)}
          empty={t("noLabels")}
          ariaLabels={{
            tableLabel: t("manageLabels"),
            activateEditLabel: (column, label) =>
              `${t(column.id === "key" ? "key" : "rename")}: ${label.name}`,
            cancelEditLabel: () => t("cancel"),
            submitEditLabel: () => t("save"),
          }}
          pagination={
            pages > 1 && (
              <Pagination
                currentPageIndex={page}
                pagesCount={pages}
                onChange={({ detail }) => setPage(detail.currentPageIndex)}
              />
            )
          }
          submitEdit={async (label, column, value) => {
            const typed = String(value).trim();
            if (column.id === "name" && typed !== "" && typed !== label.name) await rename(label, typed);
            if (column.id === "key") {
              await perform(() => set({ Name: label.name, Color: label.colour, Key: typed.toLowerCase() }));
            }
          }}
          columnDefinitions={[
            {
              id: "colour",
              header: t("colour"),
              cell: (label) => (
                <input
                  type="color"
                  value={label.colour}
                  aria-label={t("colourOf", { name: label.name })}
                  onChange={(event) => {
                    const Color = event.target.value;
                    void perform(() => set({ Name: label.name, Color, Key: label.key }));
                  }}
                />
              ),
              width: 90,
            },
            {
              id: "name",
              header: t("label"),
              cell: (label) => <bdi className="label-name">{label.name}</bdi>,
              isRowHeader: true,
              editConfig: {
                ariaLabel: t("rename"),
                disabledReason: (label) => (CLASSES.has(label.name) ? t("fixedLabel") : undefined),
                editingCell: (label, { currentValue, setValue }) => (
                  <Input
                    autoFocus
                    value={(currentValue as string | undefined) ?? label.name}
                    onChange={({ detail }) => setValue(detail.value)}
                  />
                ),
              },
            },
            {
              id: "key",
              header: t("key"),
              cell: (label) => <kbd>{label.key}</kbd>,
              editConfig: {
                ariaLabel: t("key"),
                editingCell: (label, { currentValue, setValue }) => (
                  <Input
                    autoFocus
                    value={(currentValue as string | undefined) ?? label.key}
                    onChange={({ detail }) => setValue(detail.value.slice(-1))}
                  />
                ),
              },
              width: 90,
            },
            { id: "pictures", header: t("picturesHeader"), cell: (label) => label.pictures, width: 110 },
            {
              id: "remove",
              header: "",
              cell: (label) => (
                <Button
                  variant="icon"
                  iconName="remove"
                  disabled={CLASSES.has(label.name) || isBusy}
                  ariaLabel={t("labelRemove", { name: label.name })}
                  onClick={() => void remove(label)}
                />
              ),
              width: 60,
            },
          ]}
        />
        <Box color="text-body-secondary" fontSize="body-s">
          {t("mergeHelp")}
        </Box>
      </SpaceBetween>
    </Modal>
  );
}
