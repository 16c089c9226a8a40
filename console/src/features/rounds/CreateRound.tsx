/** Which pictures, what is asked for, of whom: a round is made and shared out in one dialog. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import DatePicker from "@cloudscape-design/components/date-picker";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import Multiselect from "@cloudscape-design/components/multiselect";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { call, queryClient, useCall, type Own } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { ExamplePicker } from "./ExamplePicker";
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

function useTerms(isLookout: boolean) {
  const [name, setName] = useState("");
  const [which, setWhich] = useState<(typeof WHICH)[number]>("unlabelled");
  const [task, setTask] = useState<"labels" | "boxes" | "masks">(isLookout ? "masks" : "labels");
  const [people, setPeople] = useState<readonly string[]>([]);
  const [double, setDouble] = useState<string>("0");
  const [instructions, setInstructions] = useState("");
  const [examples, setExamples] = useState<readonly Own.RoundExample[]>([]);
  const [isStrict, setStrict] = useState(false);
  const [deadline, setDeadline] = useState("");
  return {
    terms: { name, which, task, people, double, instructions, examples, deadline, isStrict },
    setName,
    setWhich,
    setTask,
    setPeople,
    setDouble,
    setInstructions,
    setExamples,
    setDeadline,
    setStrict,
  };
}

type Terms = ReturnType<typeof useTerms>["terms"];

/** The end of a day where the person is: who writes a day means all of it. */
export function endOfDay(day: string): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date, 23, 59, 59).toISOString();
}

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
  const form = useTerms(isLookout);
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
        <FormField label={t("instructions")} description={t("instructionsHelp")}>
          <Textarea
            value={terms.instructions}
            onChange={({ detail }) => form.setInstructions(detail.value)}
          />
        </FormField>
        <FormField label={t("examples")} description={t("examplesHelp")}>
          <ExamplePicker arn={arn} type={type} examples={terms.examples} onChange={form.setExamples} />
        </FormField>
        <FormField label={t("deadline")} description={t("deadlineHelp")}>
          <DatePicker
            value={terms.deadline}
            placeholder="YYYY/MM/DD"
            onChange={({ detail }) => form.setDeadline(detail.value)}
          />
        </FormField>
        <Checkbox checked={terms.isStrict} onChange={({ detail }) => form.setStrict(detail.checked)}>
          {t("lateRefuse")}
        </Checkbox>
      </SpaceBetween>
    </Modal>
  );
}

interface ChoicesProps {
  readonly form: ReturnType<typeof useTerms>;
  readonly isLookout: boolean;
}

function Choices({ form, isLookout }: ChoicesProps) {
  const t = useText();
  const { which, task } = form.terms;
  const tasks = (["labels", "boxes"] as const).map((value) => ({ value, label: t(`task_${value}`) }));
  return (
    <>
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
    </>
  );
}

interface PeopleFieldProps {
  readonly arn: string;
  readonly people: readonly string[];
  readonly onChange: (people: readonly string[]) => void;
}

/** Users of the account to choose from; a group brings everybody who is in it. */
export function PeopleField({ arn, people, onChange }: PeopleFieldProps) {
  const t = useText();
  const query = useCall("vedette", "ListRoundPeople", { ProjectArn: arn });
  const names = query.data?.UserNames ?? [];
  const groups = query.data?.Groups ?? [];
  return (
    <FormField label={t("people")} description={t("peopleHelp")}>
      <SpaceBetween size="xs">
        {query.error !== null && <FaultAlert error={query.error} />}
        <Multiselect
          selectedOptions={people.map((value) => ({ value, label: value }))}
          options={names.map((value) => ({ value, label: value }))}
          placeholder={t("peopleChoose")}
          empty={t("peopleNone")}
          onChange={({ detail }) => onChange(detail.selectedOptions.map(({ value }) => value ?? ""))}
        />
        <SpaceBetween size="xs" direction="horizontal">
          {groups.map(({ GroupName = "", UserNames = [] }) => (
            <Button
              key={GroupName}
              onClick={() => onChange([...new Set([...people, ...UserNames])])}
              disabled={UserNames.length === 0}
            >
              {t("addGroup", { name: GroupName })}
            </Button>
          ))}
        </SpaceBetween>
      </SpaceBetween>
    </FormField>
  );
}
