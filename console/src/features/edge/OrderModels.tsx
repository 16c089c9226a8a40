/** Which packages a device is to have: the list as it is, one taken out, one put in. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Modal from "@cloudscape-design/components/modal";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import TokenGroup from "@cloudscape-design/components/token-group";
import { useState } from "react";
import { useCall, useChange, useProjects, type Own } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { useUiText } from "../../ui/text";
import { useText } from "./text";

/** A package that a device is to have, and how it is called here. */
interface Choice {
  /** As an order names it: by its job, or by its address and who signed it. */
  readonly named: Own.DevicePackage;
  readonly component: string;
  readonly version: string;
}

interface OrderModelsProps {
  readonly device: Own.DeviceDescription;
  readonly onClose: () => void;
}

function choicesOf({ Wanted = [] }: Own.DeviceDescription): readonly Choice[] {
  return Wanted.map(({ ComponentName = "", ComponentVersion = "", ...from }) => ({
    named:
      from.PublicKey === undefined
        ? { ProjectArn: from.ProjectArn ?? "", JobName: from.JobName ?? "" }
        : { Address: from.Address ?? "", PublicKey: from.PublicKey },
    component: ComponentName,
    version: ComponentVersion,
  }));
}

export function OrderModels({ device, onClose }: OrderModelsProps) {
  const t = useText();
  const ui = useUiText();
  const [choices, setChoices] = useState(() => choicesOf(device));
  const update = useChange("vedette", "UpdateDevice");
  const send = () =>
    update.mutate(
      {
        DeviceName: device.DeviceName ?? "",
        Packages: choices.map(({ named }) => named),
      },
      { onSuccess: onClose },
    );
  return (
    <Modal
      visible
      size="large"
      onDismiss={onClose}
      closeAriaLabel={ui("close")}
      header={t("orderModels")}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" disabled={update.isPending} onClick={onClose}>
              {ui("cancel")}
            </Button>
            <Button variant="primary" loading={update.isPending} onClick={send}>
              {t("begin")}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="l">
        {update.isError && <FaultAlert error={update.error} />}
        <Box>{t("orderModelsHelp")}</Box>
        <FormField label={t("models")}>
          {choices.length === 0 && <Box color="text-body-secondary">{t("orderNone")}</Box>}
          <TokenGroup
            items={choices.map(({ component, version }) => ({
              label: `${component} ${version}`,
              dismissLabel: t("orderRemove", { name: `${component} ${version}` }),
            }))}
            onDismiss={({ detail }) => setChoices(choices.filter((_, place) => place !== detail.itemIndex))}
          />
        </FormField>
        <PackageChoice
          onChoose={(choice) =>
            // Of one model a device has one version.
            setChoices([...choices.filter(({ component }) => component !== choice.component), choice])
          }
        />
      </SpaceBetween>
    </Modal>
  );
}

function PackageChoice({ onChoose }: { readonly onChoose: (choice: Choice) => void }) {
  const t = useText();
  const projects = useProjects();
  const [project, setProject] = useState("");
  const packages = useCall(
    "vedette",
    "ListEdgePackages",
    { ProjectArn: project, MaxResults: 1000 },
    { isEnabled: project !== "" },
  );
  const ready = (packages.data?.Packages ?? []).filter(({ Status }) => Status === "succeeded");
  const rows = projects.data ?? [];
  return (
    <SpaceBetween size="m">
      {projects.isError && <FaultAlert error={projects.error} />}
      {packages.isError && <FaultAlert error={packages.error} />}
      <FormField label={t("project")}>
        <Select
          selectedOption={optionOf(rows.find(({ arn }) => arn === project))}
          options={rows.map((row) => ({ value: row.arn, label: row.name }))}
          placeholder={t("projectChoose")}
          filteringType="auto"
          statusType={projects.isPending ? "loading" : "finished"}
          onChange={({ detail }) => setProject(detail.selectedOption.value ?? "")}
        />
      </FormField>
      <FormField label={t("packageAdd")} description={t("packageAddHelp")}>
        <Select
          selectedOption={null}
          disabled={project === ""}
          options={ready.map(({ JobName = "", ComponentName = "", ComponentVersion = "" }) => ({
            value: JobName,
            label: `${ComponentName} ${ComponentVersion}`,
          }))}
          placeholder={t("packageChoose")}
          empty={t("none")}
          statusType={packages.isFetching ? "loading" : "finished"}
          onChange={({ detail }) => {
            const chosen = ready.find(({ JobName }) => JobName === detail.selectedOption.value);
            if (chosen === undefined) return;
            const { JobName = "", ComponentName = "", ComponentVersion = "" } = chosen;
            const named = { ProjectArn: project, JobName };
            onChoose({ named, component: ComponentName, version: ComponentVersion });
          }}
        />
      </FormField>
    </SpaceBetween>
  );
}

function optionOf(row: { readonly arn: string; readonly name: string } | undefined) {
  return row === undefined ? null : { value: row.arn, label: row.name };
}
