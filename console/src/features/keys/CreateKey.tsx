/** The dialog in which a key is made, with a name and a description. */
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { call, queryClient } from "../../api";
import { fullAlias, isAliasName } from "../../ui/keyNames";
import { FormModal } from "../../ui/formModal";
import { useText } from "./text";

/** Makes the key once, however often its name is refused: the second try names what the first has made. */
function useCreation(onMade: (id: string) => void) {
  const [made, setMade] = useState<string | null>(null);
  return useMutation({
    mutationFn: async ({ alias, description }: { readonly alias: string; readonly description: string }) => {
      let id = made;
      if (id === null) {
        const answer = await call("kms", "CreateKey", { Description: description });
        id = answer.KeyMetadata?.KeyId ?? "";
        setMade(id);
      }
      if (alias !== "") await call("kms", "CreateAlias", { AliasName: fullAlias(alias), TargetKeyId: id });
      return id;
    },
    onSuccess: onMade,
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["kms"] }),
  });
}

export function CreateKey({ onClose }: { readonly onClose: (id: string | null) => void }) {
  const t = useText();
  const [alias, setAlias] = useState("");
  const [description, setDescription] = useState("");
  const create = useCreation(onClose);
  const isNamed = alias === "" || isAliasName(alias);
  return (
    <FormModal
      title={t("create")}
      error={create.error}
      isPending={create.isPending}
      isWhole={isNamed}
      onSubmit={() => create.mutate({ alias, description })}
      onClose={() => onClose(null)}
    >
      <FormField
        label={t("alias")}
        constraintText={t("aliasRule")}
        errorText={isNamed ? "" : t("aliasWrong")}
      >
        <Input
          value={alias}
          onChange={({ detail }) => setAlias(detail.value.trim())}
          autoFocus
          spellcheck={false}
        />
      </FormField>
      <FormField label={t("description")} description={t("descriptionHelp")}>
        <Input value={description} onChange={({ detail }) => setDescription(detail.value)} />
      </FormField>
      <span>{t("createHelp")}</span>
    </FormModal>
  );
}
