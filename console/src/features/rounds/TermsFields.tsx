/** The fields of a round that stay changeable: instructions, examples, the deadline and what is late. */
import Checkbox from "@cloudscape-design/components/checkbox";
import DatePicker from "@cloudscape-design/components/date-picker";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { ExamplePicker } from "./ExamplePicker";
import type { RoundTerms } from "./terms";
import { useText } from "./text";

interface TermsFieldsProps {
  readonly arn: string;
  readonly type: "train" | "test";
  readonly terms: RoundTerms;
  readonly onChange: (terms: Partial<RoundTerms>) => void;
}

export function TermsFields({ arn, type, terms, onChange }: TermsFieldsProps) {
  const t = useText();
  return (
    <SpaceBetween size="m">
      <FormField label={t("instructions")} description={t("instructionsHelp")} stretch>
        <Textarea
          value={terms.instructions}
          rows={4}
          onChange={({ detail }) => onChange({ instructions: detail.value })}
        />
      </FormField>
      <FormField label={t("examples")} description={t("examplesHelp")} stretch>
        <ExamplePicker
          arn={arn}
          type={type}
          examples={terms.examples}
          onChange={(examples) => onChange({ examples })}
        />
      </FormField>
      <FormField label={t("deadline")} description={t("deadlineHelp")}>
        <DatePicker
          value={terms.deadline}
          placeholder="YYYY/MM/DD"
          onChange={({ detail }) => onChange({ deadline: detail.value })}
        />
      </FormField>
      <Checkbox checked={terms.isStrict} onChange={({ detail }) => onChange({ isStrict: detail.checked })}>
        {t("lateRefuse")}
      </Checkbox>
    </SpaceBetween>
  );
}
