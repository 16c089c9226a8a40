/** The choices of a training: how long it may take, its name, where its results go; and the button. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { Own, ProjectFacts } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { useDescriptionProblem } from "./Description";
import { useDuration } from "./Result";
import { KeyChoice } from "../../ui/keyChoice";
import { isVersionName, nextName } from "../../ui/versionNames";
import { BUDGETS, BUILT_IN_BACKBONE, startTraining, type Budget } from "../../ui/starting";
import { BackboneChoice } from "./BackboneChoice";
import { useText } from "./text";

interface StartFormProps {
  readonly project: ProjectFacts;
  readonly preview: Own.PreviewTrainingResponse;
  readonly onStarted: (version: string) => void;
}

function BudgetHelp({ budget, estimates }: { budget: Budget; estimates: readonly Own.TrainingEstimate[] }) {
  const t = useText();
  const duration = useDuration();
  const estimate = estimates.find((candidate) => candidate.Budget === budget);
  return (
    <SpaceBetween size="xxs">
      <span>{t(`budget_${budget}_help`)}</span>
      {estimate !== undefined && (
        <Box fontSize="body-s" color="text-body-secondary">
          {t("about", {
            time: duration(estimate.Seconds ?? 0),
            least: duration(estimate.LeastSeconds ?? 0),
            most: duration(estimate.MostSeconds ?? 0),
          })}
        </Box>
      )}
    </SpaceBetween>
  );
}

/** What the estimates are computed from. */
function Basis({ estimates }: { readonly estimates: readonly Own.TrainingEstimate[] }) {
  const t = useText();
  const [first] = estimates;
  if (first === undefined) return null;
  const count = first.Trainings ?? 0;
  return (
    <Box fontSize="body-s" color="text-body-secondary">
      {count === 0 ? t("basisElsewhere") : t("basisHere", { count })}
    </Box>
  );
}

function BudgetChoice(props: {
  readonly value: Budget;
  readonly estimates: readonly Own.TrainingEstimate[];
  readonly onChange: (budget: Budget) => void;
}) {
  const t = useText();
  return (
    <Container
      header={
        <Header variant="h2" description={t("effortHelp")}>
          {t("effort")}
        </Header>
      }
    >
      <SpaceBetween size="s">
        <Tiles
          ariaLabel={t("effort")}
          value={props.value}
          columns={3}
          items={BUDGETS.map((value) => ({
            value,
            label: t(`budget_${value}`),
            description: <BudgetHelp budget={value} estimates={props.estimates} />,
          }))}
          onChange={({ detail }) => props.onChange(detail.value as Budget)}
        />
        <Basis estimates={props.estimates} />
      </SpaceBetween>
    </Container>
  );
}

function useForm({ project, preview }: Pick<StartFormProps, "project" | "preview">) {
  const names = project.versions.map((version) => version.name);
  const [name, setName] = useState<string | null>(null);
  const [description, setDescription] = useState("");
  const [budget, setBudget] = useState<Budget | null>(null);
  const [backbone, setBackbone] = useState(BUILT_IN_BACKBONE);
  const [key, setKey] = useState("");
  const [place, setPlace] = useState<{ readonly bucket: string; readonly prefix: string } | null>(null);
  const known = { bucket: preview.OutputBucket ?? "", prefix: preview.OutputPrefix ?? "" };
  return {
    names,
    // What nobody has typed follows what others do meanwhile.
    name: name ?? nextName(names),
    setName,
    description,
    setDescription,
    budget: budget ?? preview.DefaultBudget ?? "balanced",
    setBudget,
    backbone,
    setBackbone,
    key,
    setKey,
    place: place ?? known,
    setPlace,
    hasBucket: preview.HasOutputBucket === true || (place !== null && place.bucket !== known.bucket),
  };
}

type Form = ReturnType<typeof useForm>;

function useNameProblem(form: Form, project: ProjectFacts): string {
  const t = useText();
  if (project.service === "lookoutvision") return "";
  if (!isVersionName(form.name)) return t("nameWrong");
  return form.names.includes(form.name) ? t("nameTaken") : "";
}

function ResultPlace({ form }: { readonly form: Form }) {
  const t = useText();
  const { place, setPlace } = form;
  return (
    <ExpandableSection headerText={t("results")} headerDescription={t("resultsHelp")}>
      <ColumnLayout columns={2}>
        <FormField label={t("bucket")}>
          <Input
            value={place.bucket}
            onChange={({ detail }) => setPlace({ ...place, bucket: detail.value })}
          />
        </FormField>
        <FormField label={t("prefix")}>
          <Input
            value={place.prefix}
            onChange={({ detail }) => setPlace({ ...place, prefix: detail.value })}
          />
        </FormField>
        <KeyChoice label={t("kmsKey")} help={t("kmsKeyHelp")} value={form.key} onChange={form.setKey} />
      </ColumnLayout>
    </ExpandableSection>
  );
}

interface NamesProps {
  readonly form: Form;
  readonly isNamed: boolean;
  readonly problem: string;
  readonly descriptionProblem: string;
}

function Names({ form, isNamed, problem, descriptionProblem }: NamesProps) {
  const t = useText();
  return (
    <ColumnLayout columns={2}>
      {isNamed && (
        <FormField label={t("name")} description={t("nameHelp")} errorText={problem}>
          <Input value={form.name} onChange={({ detail }) => form.setName(detail.value)} />
        </FormField>
      )}
      <FormField label={t("description")} description={t("descriptionHelp")} errorText={descriptionProblem}>
        <Input value={form.description} onChange={({ detail }) => form.setDescription(detail.value)} />
      </FormField>
    </ColumnLayout>
  );
}

export function StartForm({ project, preview, onStarted }: StartFormProps) {
  const t = useText();
  const form = useForm({ project, preview });
  const problem = useNameProblem(form, project);
  const descriptionProblem = useDescriptionProblem(project.service, form.description.trim());
  const canStart = problem === "" && descriptionProblem === "" && form.place.bucket !== "";
  const canTrain = preview.CanTrain === true;
  const start = useMutation({
    mutationFn: () =>
      startTraining(
        project,
        {
          name: form.name,
          description: form.description.trim(),
          ...form.place,
          budget: form.budget === preview.DefaultBudget ? null : form.budget,
          backbone: form.backbone,
          key: form.key,
        },
        form.hasBucket,
      ),
    onSuccess: onStarted,
  });
  return (
    <SpaceBetween size="l">
      <BudgetChoice value={form.budget} estimates={preview.Estimates ?? []} onChange={form.setBudget} />
      <Container>
        <SpaceBetween size="m">
          <Names
            form={form}
            isNamed={project.service === "rekognition"}
            problem={problem}
            descriptionProblem={descriptionProblem}
          />
          <BackboneChoice
            value={form.backbone}
            backbones={preview.Backbones ?? []}
            onChange={form.setBackbone}
          />
          <ResultPlace form={form} />
        </SpaceBetween>
      </Container>
      {start.isError && <FaultAlert error={start.error} />}
      <Box float="right">
        <Button
          variant="primary"
          loading={start.isPending}
          disabled={!canTrain || !canStart}
          disabledReason={canTrain ? problem || descriptionProblem : t("missing")}
          onClick={() => start.mutate()}
        >
          {t("start")}
        </Button>
      </Box>
    </SpaceBetween>
  );
}
