/** Asks before something is deleted, and wants the word typed. */
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { FormModal } from "../../ui/formModal";
import { useText } from "./text";

const WORD = "delete";

interface DeleteThingProps {
  readonly name: string;
  readonly help?: string;
  readonly error: unknown;
  readonly isPending: boolean;
  readonly onDelete: () => void;
  readonly onClose: () => void;
}

export function DeleteThing({ name, help, error, isPending, onDelete, onClose }: DeleteThingProps) {
  const t = useText();
  const [word, setWord] = useState("");
  return (
    <FormModal
      title={t("deleteTitle", { name })}
      action={t("delete")}
      error={error}
      isPending={isPending}
      isWhole={word === WORD}
      onSubmit={onDelete}
      onClose={onClose}
    >
      {help !== undefined && <span>{help}</span>}
      <FormField label={t("deleteType", { word: WORD })}>
        <Input value={word} onChange={({ detail }) => setWord(detail.value)} placeholder={WORD} autoFocus />
      </FormField>
    </FormModal>
  );
}
