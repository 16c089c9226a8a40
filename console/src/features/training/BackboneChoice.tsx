/** Chooses the weights that a training begins from, where more than the built-in ones are there. */
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import type { Own } from "../../api";
import { useFormats } from "../../i18n/context";
import { BUILT_IN_BACKBONE } from "../../ui/starting";
import { useText } from "./text";

interface BackboneChoiceProps {
  readonly value: string;
  readonly backbones: readonly Own.BackboneDescription[];
  readonly onChange: (name: string) => void;
}

const BYTES = 1e6;

export function BackboneChoice({ value, backbones, onChange }: BackboneChoiceProps) {
  const t = useText();
  const formats = useFormats();
  if (backbones.length < 2) return null;
  const options = backbones.map(({ BackboneName = "", Network = "", Licence = "", Size, Milliseconds }) => ({
    value: BackboneName,
    label: BackboneName,
    description: [
      Network,
      Licence,
      ...(Size === undefined ? [] : [`${formats.number(Math.round(Size / BYTES))} MB`]),
      ...(Milliseconds === undefined
        ? []
        : [t("backboneTime", { count: formats.number(Math.round(Milliseconds)) })]),
    ]
      .filter((fact) => fact !== "")
      .join(" · "),
  }));
  return (
    <FormField label={t("backbone")} description={t("backboneHelp")}>
      <Select
        options={options}
        selectedOption={options.find((option) => option.value === value) ?? { value, label: value }}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? BUILT_IN_BACKBONE)}
      />
    </FormField>
  );
}
