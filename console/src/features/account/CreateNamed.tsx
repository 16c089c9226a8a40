/** The dialog in which a user or a group gets a name and what they may. */
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { FormModal } from "../../ui/formModal";
import { PolicyChoice } from "./PolicyChoice";
import { useText } from "./text";

interface CreateNamedProps {
  readonly title: string;
  readonly policies: readonly string[];
  readonly error: unknown;
  readonly isPending: boolean;
  readonly onCreate: (name: string, policies: readonly string[]) => void;
  readonly onClose: () => void;
}

export function CreateNamed(props: CreateNamedProps) {
  const t = useText();
  const [name, setName] = useState("");
  const [policies, setPolicies] = useState(props.policies);
  return (
    <FormModal
      title={props.title}
      error={props.error}
      isPending={props.isPending}
      isWhole={name.trim() !== ""}
      onSubmit={() => props.onCreate(name.trim(), policies)}
      onClose={props.onClose}
    >
      <FormField label={t("userName")} constraintText={t("userNameRule")}>
        <Input value={name} onChange={({ detail }) => setName(detail.value)} autoFocus spellcheck={false} />
      </FormField>
      <PolicyChoice label={t("may")} chosen={policies} onChange={setPolicies} />
    </FormModal>
  );
}
