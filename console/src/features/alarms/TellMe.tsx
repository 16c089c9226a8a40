/** The dialog that makes an alarm of a model: what is to be told, from when on, and to whom. */
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useNavigate } from "react-router";
import { useProject, useProjects, type ProjectService } from "../../api";
import { BeginDialog } from "../../ui/beginning";
import { RouteLink } from "../../ui/links";
import { useUiText } from "../../ui/text";
import { routeOfAlarm, topicOf } from "./alarms";
import { RULES, type ConditionId, type WatchedModel } from "./conditions";
import { NameTaken, useTelling } from "./telling";
import { useText } from "./text";

interface ModelFieldsProps {
  readonly model: WatchedModel;
  readonly onChange: (model: WatchedModel) => void;
}

function ProjectField({ model, onChange }: ModelFieldsProps) {
  const t = useText();
  const projects = useProjects();
  const options = (projects.data ?? []).map(({ service, name }) => ({
    value: `${service}/${name}`,
    label: name,
    description: t(`service_${service}`),
  }));
  const value = `${model.service}/${model.project}`;
  const chosen = options.find((option) => option.value === value) ?? { value, label: model.project };
  return (
    <FormField label={t("project")}>
      <Select
        options={options}
        selectedOption={model.project === "" ? null : chosen}
        placeholder={t("projectChoose")}
        filteringType="auto"
        empty={t("projectsNone")}
        statusType={projects.isPending ? "loading" : "finished"}
        onChange={({ detail }) => {
          const [service = "", ...rest] = (detail.selectedOption.value ?? "").split("/");
          onChange({ service: service as ProjectService, project: rest.join("/"), version: "" });
        }}
      />
    </FormField>
  );
}

function VersionField({ model, onChange }: ModelFieldsProps) {
  const t = useText();
  const facts = useProject(model.service, model.project).data;
  const every = { value: "", label: t("versionEvery") };
  const options = [every, ...(facts?.versions ?? []).map(({ name }) => ({ value: name, label: name }))];
  const { version } = model;
  return (
    <FormField label={t("version")}>
      <Select
        options={options}
        selectedOption={options.find(({ value }) => value === version) ?? { value: version, label: version }}
        filteringType="auto"
        onChange={({ detail }) => onChange({ ...model, version: detail.selectedOption.value ?? "" })}
      />
    </FormField>
  );
}

interface ConditionFieldsProps {
  readonly conditions: readonly ConditionId[];
  readonly id: ConditionId;
  readonly value: string;
  readonly isValue: boolean;
  readonly onChoose: (id: ConditionId) => void;
  readonly onType: (value: string) => void;
}

function ConditionFields({ conditions, id, value, isValue, onChoose, onType }: ConditionFieldsProps) {
  const t = useText();
  const { unit, least, most } = RULES[id];
  return (
    <SpaceBetween size="m">
      <FormField label={t("condition")}>
        <RadioGroup
          value={id}
          items={conditions.map((one) => ({
            value: one,
            label: t(`when_${one}`),
            description: t(`why_${one}`),
          }))}
          onChange={({ detail }) => onChoose(detail.value as ConditionId)}
        />
      </FormField>
      {unit !== null && (
        <FormField
          label={t(`unit_${unit}`)}
          errorText={isValue ? "" : t("valueRule", { least: String(least), most: String(most) })}
        >
          <Input type="number" value={value} onChange={({ detail }) => onType(detail.value)} />
        </FormField>
      )}
    </SpaceBetween>
  );
}

interface TopicFieldProps {
  readonly topics: readonly string[];
  readonly topic: string;
  readonly onChange: (arn: string) => void;
}

function TopicField({ topics, topic, onChange }: TopicFieldProps) {
  const t = useText();
  const nobody = { value: "", label: t("topicNobody") };
  const options = [...topics.map((arn) => ({ value: arn, label: topicOf(arn) })), nobody];
  return (
    <FormField
      label={t("calls")}
      description={topics.length === 0 && <RouteLink to="/notifications">{t("topicsNone")}</RouteLink>}
    >
      <Select
        options={options}
        selectedOption={options.find(({ value }) => value === topic) ?? nobody}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
      />
    </FormField>
  );
}

export function TellMe({ onClose }: { readonly onClose: () => void }) {
  const t = useText();
  const ui = useUiText();
  const navigate = useNavigate();
  const telling = useTelling((name) => void navigate(routeOfAlarm(name)));
  const { model, put } = telling;
  const isTaken = put.error instanceof NameTaken;
  return (
    <BeginDialog
      title={ui("tellMe")}
      action={t("make")}
      isBusy={put.isPending}
      isReady={telling.isWhole}
      error={isTaken ? null : put.error}
      onBegin={telling.submit}
      onCancel={onClose}
    >
      <SpaceBetween size="m">
        <ProjectField model={model} onChange={telling.setModel} />
        {model.project !== "" && <VersionField model={model} onChange={telling.setModel} />}
        <ConditionFields
          conditions={telling.conditions}
          id={telling.id}
          value={telling.value}
          isValue={telling.isValue}
          onChoose={telling.setId}
          onType={telling.setValue}
        />
        <TopicField topics={telling.topics} topic={telling.topic} onChange={telling.setTopic} />
        <FormField label={t("name")} errorText={isTaken ? t("nameTaken") : ""}>
          <Input
            value={telling.name}
            onChange={({ detail }) => telling.setName(detail.value)}
            spellcheck={false}
          />
        </FormField>
      </SpaceBetween>
    </BeginDialog>
  );
}
