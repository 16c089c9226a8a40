/** The label that pictures get which are taken now. */
import Autosuggest from "@cloudscape-design/components/autosuggest";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import { useText } from "../../../intake/text";

interface LabelInputProps {
  readonly value: string;
  readonly labels: readonly string[];
  readonly isLookout: boolean;
  readonly onChange: (value: string) => void;
}

export function LabelInput({ value, labels, isLookout, onChange }: LabelInputProps) {
  const t = useText();
  const classes = [
    { value: "", label: t("noLabel") },
    { value: "normal", label: t("classNormal") },
    { value: "anomaly", label: t("classAnomaly") },
  ];
  return (
    <FormField label={t("label")} description={t("takenLabelHelp")}>
      {isLookout ? (
        <Select
          options={classes}
          selectedOption={classes.find((option) => option.value === value) ?? null}
          onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
        />
      ) : (
        <Autosuggest
          value={value}
          options={labels.map((name) => ({ value: name }))}
          enteredTextLabel={(text) => text}
          ariaLabel={t("label")}
          onChange={({ detail }) => onChange(detail.value)}
        />
      )}
    </FormField>
  );
}
