/** A name made, or moved to another version. */
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { useChange, type Own, type VersionFacts } from "../../api";
import { FormModal } from "../../ui/formModal";
import { useUiText } from "../../ui/text";
import { ReasonField } from "./ReasonField";
import { useText } from "./text";

interface MoveAliasProps {
  /** Those that have a model. */
  readonly versions: readonly VersionFacts[];
  /** The one to move; null where a name is made. */
  readonly alias: Own.VersionAlias | null;
  readonly chosen: string | null;
  readonly onClose: () => void;
}

/** What a person has typed and chosen, and what of it is missing. */
function useMoving({ versions, alias, chosen, onClose }: MoveAliasProps) {
  const others = versions.filter((version) => version.name !== alias?.VersionName);
  const first = others.find((version) => version.name === chosen) ?? others[0];
  const [name, setName] = useState(alias?.AliasName ?? "");
  const [arn, setArn] = useState(first?.arn ?? "");
  const [reason, setReason] = useState("");
  const [allowsIdle, setAllowsIdle] = useState(false);
  const set = useChange("vedette", "SetAlias");
  const target = others.find((version) => version.arn === arn);
  const leavesRunning = alias?.State === "running" && target?.state !== "running";
  const submit = () =>
    set.mutate(
      {
        ModelArn: arn,
        AliasName: name.trim(),
        Reason: reason,
        // What was seen here: whoever moves it at the same time is told, and nothing is lost.
        ExpectedVersion: alias?.VersionName ?? "",
        AllowIdle: leavesRunning && allowsIdle,
      },
      { onSuccess: onClose },
    );
  const isWhole = name.trim() !== "" && target !== undefined && (!leavesRunning || allowsIdle);
  const typed = { name, arn, reason, allowsIdle };
  return {
    others,
    target,
    leavesRunning,
    isWhole,
    typed,
    setName,
    setArn,
    setReason,
    setAllowsIdle,
    set,
    submit,
  };
}

export function MoveAlias(props: MoveAliasProps) {
  const { alias, onClose } = props;
  const t = useText();
  const ui = useUiText();
  const moving = useMoving(props);
  const { typed, target, set } = moving;
  const options = moving.others.map((version) => ({
    value: version.arn,
    label: version.name,
    description: ui(`state_${version.state}`),
  }));
  return (
    <FormModal
      title={alias === null ? t("make") : t("moveName", { name: alias.AliasName })}
      action={alias === null ? t("makeNow") : t("move")}
      error={set.error}
      isPending={set.isPending}
      isWhole={moving.isWhole}
      onSubmit={moving.submit}
      onClose={onClose}
    >
      {alias === null && (
        <FormField label={t("name")} description={t("nameHelp")}>
          <Input
            value={typed.name}
            placeholder="line-3"
            onChange={({ detail }) => moving.setName(detail.value)}
          />
        </FormField>
      )}
      <FormField label={t("pointsTo")}>
        <Select
          selectedOption={options.find(({ value }) => value === typed.arn) ?? null}
          options={options}
          filteringType="auto"
          empty={t("noOther")}
          onChange={({ detail }) => moving.setArn(detail.selectedOption.value ?? "")}
        />
      </FormField>
      {moving.leavesRunning && target !== undefined && (
        <Checkbox checked={typed.allowsIdle} onChange={({ detail }) => moving.setAllowsIdle(detail.checked)}>
          {t("allowIdle", { version: target.name })}
        </Checkbox>
      )}
      <ReasonField reason={typed.reason} onChange={moving.setReason} />
    </FormModal>
  );
}
