/** The rules of a policy as a form: a box a rule, with who, what about them, and which versions. */
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import type { ProjectFacts } from "../../api";
import type { VersionProps } from "./place";
import { everyVersion, namesIn, type PolicyRule } from "./policy";
import { useText } from "./text";

interface RuleProps {
  readonly project: ProjectFacts;
  readonly rule: PolicyRule;
  readonly onChange: (rule: PolicyRule) => void;
  readonly onRemove: () => void;
}

function Who({ rule, onChange }: Pick<RuleProps, "rule" | "onChange">) {
  const t = useText();
  const [text, setText] = useState(rule.who.join("\n"));
  return (
    <FormField label={t("ruleWho")} description={t("ruleWhoHelp")} stretch>
      <Textarea
        value={text}
        rows={3}
        spellcheck={false}
        placeholder="444455556666"
        onChange={({ detail }) => {
          setText(detail.value);
          onChange({ ...rule, who: namesIn(detail.value) });
        }}
      />
    </FormField>
  );
}

function useVersionOptions({ project, rule }: Pick<RuleProps, "project" | "rule">) {
  const t = useText();
  const known = [
    { value: everyVersion(project.arn), label: t("ruleEveryVersion") },
    ...project.versions.map(({ arn, name }) => ({ value: arn, label: name })),
  ];
  // What the document names stays a choice, whether or not there is such a version.
  const others = rule.versions.filter((arn) => !known.some(({ value }) => value === arn));
  return [...known, ...others.map((arn) => ({ value: arn, label: arn }))];
}

function Rule({ project, rule, onChange, onRemove }: RuleProps) {
  const t = useText();
  const options = useVersionOptions({ project, rule });
  const effects = [
    { value: "allow", label: t("ruleAllow") },
    { value: "deny", label: t("ruleDeny") },
  ];
  return (
    <Container>
      <SpaceBetween size="s">
        <ColumnLayout columns={2}>
          <FormField label={t("ruleEffect")}>
            <Select
              selectedOption={effects[rule.isAllowed ? 0 : 1] ?? null}
              options={effects}
              onChange={({ detail }) =>
                onChange({ ...rule, isAllowed: detail.selectedOption.value === "allow" })
              }
            />
          </FormField>
          <FormField label={t("ruleVersions")}>
            <Multiselect
              selectedOptions={options.filter(({ value }) => rule.versions.includes(value))}
              options={options}
              placeholder={t("ruleChoose")}
              onChange={({ detail }) =>
                onChange({ ...rule, versions: detail.selectedOptions.map(({ value }) => value ?? "") })
              }
            />
          </FormField>
        </ColumnLayout>
        <Who rule={rule} onChange={onChange} />
        <Button onClick={onRemove}>{t("ruleRemove")}</Button>
      </SpaceBetween>
    </Container>
  );
}

interface PolicyRulesProps extends VersionProps {
  readonly rules: readonly PolicyRule[];
  readonly onChange: (rules: readonly PolicyRule[]) => void;
}

export function PolicyRules({ project, version, rules, onChange }: PolicyRulesProps) {
  const t = useText();
  const fresh: PolicyRule = { sid: "", isAllowed: true, who: [], versions: [version.arn] };
  // Rules have no names: a removed one makes all boxes after it anew, with what they say.
  const [round, setRound] = useState(0);
  return (
    <SpaceBetween size="s">
      {rules.map((rule, place) => (
        <Rule
          key={`${String(round)}-${String(place)}`}
          project={project}
          rule={rule}
          onChange={(next) => onChange(rules.map((other, index) => (index === place ? next : other)))}
          onRemove={() => {
            setRound(round + 1);
            onChange(rules.filter((_, index) => index !== place));
          }}
        />
      ))}
      <Button iconName="add-plus" onClick={() => onChange([...rules, fresh])}>
        {t("ruleAdd")}
      </Button>
    </SpaceBetween>
  );
}
