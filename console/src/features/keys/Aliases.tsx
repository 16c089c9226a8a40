/** The names of a key: by each of them programs and buckets may mean it. */
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useChange } from "../../api";
import { Confirm } from "../../ui/confirm";
import { fullAlias, isAliasName } from "../../ui/keyNames";
import { FaultAlert } from "../../ui/faults";
import { FormModal } from "../../ui/formModal";
import { STALE } from "./keys";
import { useText } from "./text";

function AddAlias({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const t = useText();
  const [name, setName] = useState("");
  const add = useChange("kms", "CreateAlias", STALE);
  return (
    <FormModal
      title={t("aliasAdd")}
      error={add.error}
      isPending={add.isPending}
      isWhole={isAliasName(name)}
      onSubmit={() => add.mutate({ AliasName: fullAlias(name), TargetKeyId: id }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <FormField label={t("alias")} constraintText={t("aliasRule")}>
        <Input
          value={name}
          onChange={({ detail }) => setName(detail.value.trim())}
          autoFocus
          spellcheck={false}
        />
      </FormField>
    </FormModal>
  );
}

function RemoveAlias({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const t = useText();
  const remove = useChange("kms", "DeleteAlias", STALE);
  return (
    <Confirm
      title={t("aliasRemoveTitle", { name })}
      action={t("aliasRemove")}
      isBusy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() => remove.mutate({ AliasName: fullAlias(name) }, { onSuccess: onClose })}
    >
      {t("aliasRemoveHelp")}
    </Confirm>
  );
}

interface AliasesProps {
  readonly id: string;
  readonly names: readonly string[];
  readonly error: unknown;
  readonly isOwn: boolean;
}

export function Aliases({ id, names, error, isOwn }: AliasesProps) {
  const t = useText();
  const [isAdding, setAdding] = useState(false);
  const [removed, setRemoved] = useState<string | null>(null);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={t("aliasesHelp")}
          actions={isOwn && <Button onClick={() => setAdding(true)}>{t("aliasAdd")}</Button>}
        >
          {t("aliases")}
        </Header>
      }
    >
      <SpaceBetween size="s">
        {error !== null && <FaultAlert error={error} />}
        {error === null && names.length === 0 && <Box color="text-body-secondary">{t("aliasesNone")}</Box>}
        {names.map((name) => (
          <div key={name}>
            <bdi>{name}</bdi>{" "}
            {isOwn && (
              <Button
                variant="inline-icon"
                iconName="remove"
                ariaLabel={t("aliasRemoveOf", { name })}
                onClick={() => setRemoved(name)}
              />
            )}
          </div>
        ))}
        {isAdding && <AddAlias id={id} onClose={() => setAdding(false)} />}
        {removed !== null && <RemoveAlias name={removed} onClose={() => setRemoved(null)} />}
      </SpaceBetween>
    </Container>
  );
}
