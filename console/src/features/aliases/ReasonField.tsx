/** Why a name is moved, for its history. */
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useText } from "./text";

interface ReasonFieldProps {
  readonly reason: string;
  readonly onChange: (reason: string) => void;
}

export function ReasonField({ reason, onChange }: ReasonFieldProps) {
  const t = useText();
  return (
    <FormField label={t("reason")} description={t("reasonHelp")}>
      <Input value={reason} onChange={({ detail }) => onChange(detail.value)} />
    </FormField>
  );
}
