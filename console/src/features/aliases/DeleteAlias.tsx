/** A name taken away, once somebody has said so twice: programs that ask by it are refused from then on. */
import Box from "@cloudscape-design/components/box";
import { useChange } from "../../api";
import { Confirm } from "../../ui/confirm";
import type { OfAliasProps } from "./RollBack";
import { useText } from "./text";

export function DeleteAlias({ project, alias, onClose }: OfAliasProps) {
  const t = useText();
  const remove = useChange("vedette", "DeleteAlias");
  const submit = () =>
    remove.mutate(
      { ProjectArn: project.arn, AliasName: alias.AliasName, ExpectedVersion: alias.VersionName },
      { onSuccess: onClose },
    );
  return (
    <Confirm
      title={t("do_delete")}
      action={t("do_delete")}
      isBusy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={submit}
    >
      <Box>
        <bdi>{alias.AliasName}</bdi>: {t("deleteHelp")}
      </Box>
    </Confirm>
  );
}
