/** What somebody may do, as plain choices: the built-in policies in words, the account's own by their names. */
import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";
import { useCall } from "../../api";
import { Sentence } from "../../sentences";
import { useText } from "./text";

const BUILT_IN = ["administrator", "trainer", "labeller", "viewer", "caller", "annotator"] as const;

function isBuiltIn(name: string): name is (typeof BUILT_IN)[number] {
  return (BUILT_IN as readonly string[]).includes(name);
}

interface PolicyChoiceProps {
  readonly label: string;
  readonly chosen: readonly string[];
  readonly onChange: (names: readonly string[]) => void;
}

export function PolicyChoice({ label, chosen, onChange }: PolicyChoiceProps) {
  const t = useText();
  const { data, error } = useCall("vedette", "ListPolicies", {});
  const policies = data?.Policies ?? [];
  const options = policies.map(({ PolicyName = "" }) => ({
    value: PolicyName,
    label: PolicyName,
    description: isBuiltIn(PolicyName) ? t(`policy_${PolicyName}`) : t("policyOwn"),
  }));
  const selected = chosen.map(
    (name) => options.find((option) => option.value === name) ?? { value: name, label: name },
  );
  return (
    <FormField label={label} errorText={error && <Sentence text={error.message} />}>
      <Multiselect
        selectedOptions={selected}
        options={options}
        placeholder={t("choose")}
        ariaLabel={label}
        onChange={({ detail }) => onChange(detail.selectedOptions.map((option) => option.value ?? ""))}
      />
    </FormField>
  );
}
