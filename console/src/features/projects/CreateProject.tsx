/** One dialog for projects of both services: first the question, then a name. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { call, refreshProjects, type ProjectService } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { useUiText } from "../../ui/text";
import type { Tag } from "../../ui/tagChange";
import { Tags } from "../../ui/tags";
import { isProjectName, nearestName } from "./names";
import { useText } from "./text";

type Question = "label" | "locate" | "anomaly";

interface Order {
  readonly service: ProjectService;
  readonly name: string;
  readonly tags: readonly Tag[];
}

function serviceOf(question: Question): ProjectService {
  return question === "anomaly" ? "lookoutvision" : "rekognition";
}

async function createProject({ service, name, tags }: Order): Promise<void> {
  if (service === "lookoutvision") {
    await call("lookoutvision", "CreateProject", { ProjectName: name });
  } else {
    const pairs = Object.fromEntries(tags.filter((tag) => tag.key !== "").map((tag) => [tag.key, tag.value]));
    await call("rekognition", "CreateProject", { ProjectName: name, Tags: pairs });
  }
  await refreshProjects();
}

function Questions(props: { readonly value: Question; readonly onChange: (question: Question) => void }) {
  const t = useText();
  const items = (["label", "locate", "anomaly"] as const).map((value) => ({
    value,
    label: t(`question_${value}`),
    description: (
      <SpaceBetween size="xxs">
        <span>{t(`question_${value}_help`)}</span>
        <Box fontSize="body-s" color="text-body-secondary">
          {value === "anomaly" ? "Lookout for Vision" : "Rekognition Custom Labels"}
        </Box>
      </SpaceBetween>
    ),
  }));
  return (
    <Tiles
      value={props.value}
      items={items}
      columns={3}
      onChange={({ detail }) => props.onChange(detail.value as Question)}
    />
  );
}

interface CreateProjectProps {
  readonly onClose: (created: { readonly service: ProjectService; readonly name: string } | null) => void;
}

export function CreateProject({ onClose }: CreateProjectProps) {
  const t = useText();
  const ui = useUiText();
  const [question, setQuestion] = useState<Question>("label");
  const [name, setName] = useState("");
  const [tags, setTags] = useState<readonly Tag[]>([]);
  const [isAsked, setIsAsked] = useState(false);
  const create = useMutation({ mutationFn: createProject, onSuccess: (_, order) => onClose(order) });
  const service = serviceOf(question);
  const isValid = isProjectName(service, name);
  const proposal = nearestName(name);
  const submit = () => {
    setIsAsked(true);
    if (isValid) create.mutate({ service, name, tags });
  };
  return (
    <Modal
      visible
      size="large"
      onDismiss={() => onClose(null)}
      header={t("create")}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button onClick={() => onClose(null)}>{ui("cancel")}</Button>
            <Button variant="primary" loading={create.isPending} onClick={submit}>
              {t("create")}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <SpaceBetween size="l">
          {create.isError && <FaultAlert error={create.error} />}
          <FormField label={t("question")} stretch>
            <Questions value={question} onChange={setQuestion} />
          </FormField>
          <FormField
            label={t("name")}
            constraintText={t("nameRule")}
            errorText={
              isAsked &&
              !isValid &&
              (proposal === "" ? t("nameNeeded") : t("namePropose", { name: proposal }))
            }
          >
            <Input
              value={name}
              onChange={({ detail }) => setName(detail.value)}
              placeholder="front-panels"
              autoFocus
              spellcheck={false}
            />
          </FormField>
          {service === "rekognition" && (
            <ExpandableSection headerText={ui("tags")}>
              <Tags tags={tags} onChange={setTags} help={t("tagsHelp")} />
            </ExpandableSection>
          )}
        </SpaceBetween>
      </form>
    </Modal>
  );
}
