/** A key's description, changed where it stands. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { useChange, type Kms } from "../../api";
import { FormModal } from "../../ui/formModal";
import { STALE } from "./keys";
import { useText } from "./text";

interface DescribeKeyProps {
  readonly facts: Kms.KeyMetadata;
  readonly isOwn: boolean;
}

export function DescribeKey({ facts, isOwn }: DescribeKeyProps) {
  const t = useText();
  const [text, setText] = useState<string | null>(null);
  const change = useChange("kms", "UpdateKeyDescription", STALE);
  const { Description: stored = "", KeyId } = facts;
  const mayChange = isOwn && facts.KeyState !== "PendingDeletion";
  return (
    <>
      <Box>
        <bdi>{stored === "" ? t("descriptionNone") : stored}</bdi>{" "}
        {mayChange && (
          <Button
            variant="inline-icon"
            iconName="edit"
            ariaLabel={t("descriptionChange")}
            onClick={() => setText(stored)}
          />
        )}
      </Box>
      {text !== null && (
        <FormModal
          title={t("descriptionChange")}
          action={t("save")}
          error={change.error}
          isPending={change.isPending}
          onSubmit={() => change.mutate({ KeyId, Description: text }, { onSuccess: () => setText(null) })}
          onClose={() => setText(null)}
        >
          <FormField label={t("description")}>
            <Input value={text} onChange={({ detail }) => setText(detail.value)} autoFocus />
          </FormField>
        </FormModal>
      )}
    </>
  );
}
