/** Which pictures, what is asked for, of whom: a round is made and shared out in one dialog. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { call, queryClient, type Own } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { PeopleField } from "./PeopleField";
import { TermsFields } from "./TermsFields";
import { endOfDay, NO_TERMS, type RoundTerms } from "./terms";
import { useText } from "./text";

interface CreateRoundProps {
  readonly arn: string;
  readonly service: "rekognition" | "lookoutvision";
  readonly type: "train" | "test";
  readonly onClose: (id?: string) => void;
}

const WHICH = ["unlabelled", "all", "labelled"] as const;
const DOUBLES = ["0", "10", "25", "50", "100"] as const;
const FILTERS: Readonly<Record<(typeof WHICH)[number], Own.EntryFilter>> = {
  unlabelled: { Labeled: false },
  all: {},
  labelled: { Labeled: true },
};

function useForm(isLookout: boolean) {
  const [name, setName] = useState("");
  const [which, setWhich] = useState<(typeof WHICH)[number]>("unlabelled");
  const [task, setTask] = useState<"labels" | "boxes" | "masks">(isLookout ? "masks" : "labels");
  const [people, setPeople] = useState<readonly string[]>([]);
  const [double, setDouble] = useState<string>("0");
  const [changeable, setChangeable] = useState<RoundTerms>(NO_TERMS);
  return {
    terms: { name, which, task, people, double, ...changeable },
    setName,
    setWhich,
    setTask,
    setPeople,
    setDouble,
    change: (terms: Partial<RoundTerms>) => setChangeable({ ...changeable, ...terms }),
  };
}

type Terms = ReturnType<typeof useForm>["terms"];

async function create(arn: string, type: "train" | "test", terms: Terms): Promise<string> {
  const made = await call("vedette", "CreateRound", {
    ProjectArn: arn,
    DatasetType: type,
    Name: terms.name.trim(),
    Task: terms.task,
    Filter: FILTERS[terms.which],
    Instructions: terms.instructions,
    Examples: terms.examples,
    Late: terms.isStrict ? "refuse" : "accept",
    DoubleShare: Number(terms.double) / 100,
    ...(terms.deadline === "" ? {} : { Deadline: endOfDay(terms.deadline) }),
  });
  const id = made.Round?.RoundId ?? "";
  if (terms.people.length > 0) {
    await call("vedette", "AssignRound", { ProjectArn: arn, RoundId: id, UserNames: terms.people });
  }
  await queryClient.invalidateQueries({ queryKey: ["vedette", "ListRounds"] });
  return id;
}

export function CreateRound({ arn, service, type, onClose }: CreateRoundProps) {
  const t = useText();
  const isLookout = service === "lookoutvision";
  const form = useForm(isLookout);
  const { terms } = form;
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async () => {
    setBusy(true);
    setError(null);
    try {
      onClose(await create(arn, type, terms));
    } catch (fault) {
      setError(fault);
      setBusy(false);
    }
  };
  return (
    <Modal
      visible
      size="large"
      header={t("create")}
      closeAriaLabel={t("cancel")}
      onDismiss={() => onClose()}
      footer={
        <Box float="right">
          <SpaceBetween size="xs" direction="horizontal">
            <Button onClick={() => onClose()}>{t("cancel")}</Button>
            <Button variant="primary" loading={isBusy} onClick={() => void submit()}>
              {t("createNow")}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {error !== null && <FaultAlert error={error} />}
        <FormField label={t("name")} description={t("nameHelp")}>
          <Input value={terms.name} onChange={({ detail }) => form.setName(detail.value)} />
        </FormField>
        <Choices form={form} isLookout={isLookout} />
        <PeopleField arn={arn} people={terms.people} onChange={form.setPeople} />
        <FormField label={t("double")} description={t("doubleHelp")}>
          <Select
            selectedOption={{ value: terms.double, label: `${terms.double} %` }}
            options={DOUBLES.map((value) => ({ value, label: `${value} %` }))}
            onChange={({ detail }) => form.setDouble(detail.selectedOption.value ?? "0")}
          />
        </FormField>
        <TermsFields arn={arn} type={type} terms={terms} onChange={form.change} />
      </SpaceBetween>
    </Modal>
  );
}

interface ChoicesProps {
  readonly form: ReturnType<typeof useForm>;
  readonly isLookout: boolean;
}

function Choices({ form, isLookout }: ChoicesProps) {
  const t = useText();
  const { which, task } = form.terms;
  const tasks = (["labels", "boxes"] as const).map((value) => ({ value, label: t(`task_${value}`) }));
  return (
    <SpaceBetween size="m">
      <FormField label={t("which")}>
        <Select
          selectedOption={{ value: which, label: t(`which_${which}`) }}
          options={WHICH.map((value) => ({ value, label: t(`which_${value}`) }))}
          onChange={({ detail }) =>
            form.setWhich(WHICH.find((value) => value === detail.selectedOption.value) ?? "unlabelled")
          }
        />
      </FormField>
      {!isLookout && (
        <FormField label={t("task")}>
          <Select
            selectedOption={{ value: task, label: t(task === "boxes" ? "task_boxes" : "task_labels") }}
            options={tasks}
            onChange={({ detail }) =>
              form.setTask(detail.selectedOption.value === "boxes" ? "boxes" : "labels")
            }
          />
        </FormField>
      )}
    </SpaceBetween>
  );
}
