/** Chooses the key that encrypts something; whoever may not list keys chooses none. */
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import { isOwn, isUsable, titleOf, useEncryptionKeys } from "./encryptionKeys";
import { useUiText } from "./text";

interface KeyChoiceProps {
  readonly label: string;
  readonly help: string;
  /** The key's ARN; empty for none. */
  readonly value: string;
  readonly onChange: (arn: string) => void;
}

const NONE = "";

export function KeyChoice({ label, help, value, onChange }: KeyChoiceProps) {
  const t = useUiText();
  const keys = useEncryptionKeys();
  if (keys.isError) return null;
  const rows = (keys.data?.pages ?? []).flatMap((page) => page.keys).filter(isOwn);
  const options = [
    { value: NONE, label: t("keyNone") },
    ...rows.map((row) => ({
      value: row.facts?.Arn ?? row.id,
      label: titleOf(row),
      description: row.facts?.Description ?? "",
      disabled: !isUsable(row),
    })),
  ];
  const chosen = options.find((option) => option.value === value) ?? { value, label: value };
  return (
    <FormField label={label} description={help}>
      <Select
        options={options}
        selectedOption={chosen}
        filteringType="auto"
        statusType={keys.isPending || keys.hasNextPage ? "pending" : "finished"}
        loadingText={t("loading")}
        onLoadItems={() => {
          if (keys.hasNextPage) void keys.fetchNextPage();
        }}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? NONE)}
      />
    </FormField>
  );
}
