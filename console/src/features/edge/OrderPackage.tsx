/** A package ordered: of which version, under which name, for what, and where it is written. */
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { call, type Own, type ProjectFacts, type VersionFacts } from "../../api";
import { BeginDialog } from "../../ui/beginning";
import { FolderField } from "../../ui/folderField";
import { KeyChoice } from "../../ui/keyChoice";
import { MoreVersions } from "../../ui/moreVersions";
import {
  isComponentName,
  isComponentVersion,
  isTarget,
  nextVersion,
  TARGET_NAMES,
  TARGETS,
  type Target,
} from "./order";
import { useText } from "./text";

interface OrderPackageProps {
  readonly project: ProjectFacts;
  readonly versions: readonly VersionFacts[];
  readonly packages: readonly Own.EdgePackageDescription[];
  readonly chosen: string | undefined;
  readonly onClose: (isOrdered: boolean) => void;
}

interface Wish {
  readonly version: string;
  readonly component: string;
  readonly componentVersion: string;
  readonly description: string;
  readonly target: Target;
  readonly isEightBit: boolean;
  readonly address: string;
  readonly key: string;
}

function useWish({ project, versions, packages, chosen }: OrderPackageProps) {
  const component = project.name.replaceAll(/[^\w.-]/gu, "-");
  const [wish, setWish] = useState<Wish>({
    version: versions.find(({ name }) => name === chosen)?.name ?? versions[0]?.name ?? "",
    component,
    componentVersion: nextVersion(packages, component),
    description: "",
    target: "x86",
    isEightBit: false,
    address: packages[0]?.Address ?? "",
    key: packages[0]?.KmsKeyId ?? "",
  });
  const change = (more: Partial<Wish>) => setWish((before) => ({ ...before, ...more }));
  return [wish, change] as const;
}

function order(wish: Wish, versions: readonly VersionFacts[]) {
  return call("vedette", "StartEdgePackage", {
    ModelArn: versions.find(({ name }) => name === wish.version)?.arn ?? "",
    ComponentName: wish.component,
    ComponentVersion: wish.componentVersion,
    Description: wish.description.trim() === "" ? undefined : wish.description.trim(),
    Precision: wish.isEightBit ? "int8" : "float32",
    Address: wish.address.trim(),
    KmsKeyId: wish.key === "" ? undefined : wish.key,
    ...TARGETS[wish.target],
  });
}

export function OrderPackage(props: OrderPackageProps) {
  const t = useText();
  const [wish, change] = useWish(props);
  const { versions, packages, onClose } = props;
  const sending = useMutation({
    mutationFn: () => order(wish, versions),
    onSuccess: () => onClose(true),
  });
  const isReady =
    isComponentName(wish.component) &&
    isComponentVersion(wish.componentVersion) &&
    wish.address.trim() !== "";
  return (
    <BeginDialog
      title={t("order")}
      action={t("begin")}
      isBusy={sending.isPending}
      isReady={isReady}
      error={sending.error}
      onBegin={() => sending.mutate()}
      onCancel={() => onClose(false)}
    >
      <FormField label={t("model")}>
        <Select
          selectedOption={{ value: wish.version, label: wish.version }}
          options={versions.map(({ name }) => ({ value: name, label: name }))}
          onChange={({ detail }) => change({ version: detail.selectedOption.value ?? "" })}
        />
        <MoreVersions project={props.project} />
      </FormField>
      <FormField label={t("component")} description={t("componentHelp")}>
        <Input
          value={wish.component}
          invalid={!isComponentName(wish.component)}
          onChange={({ detail }) =>
            change({
              component: detail.value,
              componentVersion: nextVersion(packages, detail.value),
            })
          }
        />
      </FormField>
      <FormField label={t("componentVersion")} description={t("componentVersionHelp")}>
        <Input
          value={wish.componentVersion}
          invalid={!isComponentVersion(wish.componentVersion)}
          onChange={({ detail }) => change({ componentVersion: detail.value })}
        />
      </FormField>
      <TargetField target={wish.target} onChange={(target) => change({ target })} />
      <FormField description={t("precisionHelp")}>
        <Checkbox checked={wish.isEightBit} onChange={({ detail }) => change({ isEightBit: detail.checked })}>
          {t("precision")}
        </Checkbox>
      </FormField>
      <FolderField
        label={t("folder")}
        help={t("folderHelp")}
        placeholder="s3://…/edge/"
        address={wish.address}
        onChange={(address) => change({ address })}
      />
      <KeyChoice
        label={t("kmsKey")}
        help={t("kmsKeyHelp")}
        value={wish.key}
        onChange={(key) => change({ key })}
      />
      <FormField label={`${t("description")} – ${t("optional")}`} stretch>
        <Input value={wish.description} onChange={({ detail }) => change({ description: detail.value })} />
      </FormField>
    </BeginDialog>
  );
}

interface TargetFieldProps {
  readonly target: Target;
  readonly onChange: (target: Target) => void;
}

function TargetField({ target, onChange }: TargetFieldProps) {
  const t = useText();
  return (
    <FormField label={t("target")} description={t("targetHelp")}>
      <Select
        selectedOption={{ value: target, label: t(`target_${target}`) }}
        options={TARGET_NAMES.map((name) => ({ value: name, label: t(`target_${name}`) }))}
        onChange={({ detail }) => {
          const name = detail.selectedOption.value ?? "";
          if (isTarget(name)) onChange(name);
        }}
      />
    </FormField>
  );
}
