/** What an import will be: counts, what each label becomes, which pictures train and test; and its button. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState, type ReactNode } from "react";
import { call, type Own } from "../../api";
import { useFormats } from "../../i18n/context";
import { Sentence } from "../../sentences";
import { FaultAlert } from "../../ui/faults";
import { refreshImport, type Import, type WizardPlace } from "./place";
import { useText } from "./text";

interface PreviewProps {
  readonly place: WizardPlace;
  readonly arn: string;
  readonly facts: Import;
}

const SHOWN_LABELS = 300;

export function Preview({ place, arn, facts }: PreviewProps) {
  const t = useText();
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const [names, setNames] = useState<Readonly<Record<string, string>>>({});
  const summary = facts.Summary ?? {};
  const options = facts.Options ?? {};
  const problem = facts.Problem ?? "";
  const split = summary.Split;
  const labels = summary.Labels ?? [];
  const count = (split?.Train ?? 0) + (split?.Test ?? 0);
  const isChanged = labels.some(({ Name = "", To = "" }) => (names[Name] ?? To) !== To);
  const path = { ProjectArn: arn, ImportId: facts.ImportId ?? "" };

  const perform = async (work: () => Promise<unknown>) => {
    setBusy(true);
    setError(null);
    try {
      await work();
      await refreshImport();
    } catch (fault) {
      setError(fault);
    } finally {
      setBusy(false);
    }
  };
  const configure = (change: Own.ImportOptions) => {
    const Labels = labels
      .map(({ Name = "", To = "" }) => ({ From: Name, To: names[Name] ?? To }))
      .filter(({ From, To }) => From !== To);
    return perform(() =>
      call("vedette", "ConfigureImport", { ...path, Options: { ...options, Labels, ...change } }),
    );
  };
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <Button
              variant="primary"
              loading={isBusy}
              disabled={problem !== "" || isChanged}
              onClick={() => void perform(() => call("vedette", "RunImport", path))}
            >
              {t("run", { count })}
            </Button>
          }
        >
          {t("preview")}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {error !== null && <FaultAlert error={error} />}
        {problem !== "" && (
          <Alert type="warning">
            <Sentence text={problem} />
          </Alert>
        )}
        <Counts summary={summary} count={count} />
        <LabelTable
          isLookout={place.service === "lookoutvision"}
          summary={summary}
          names={names}
          action={
            <Button disabled={!isChanged} loading={isBusy} onClick={() => void configure({})}>
              {t("apply")}
            </Button>
          }
          onRename={(name, value) => setNames((before) => ({ ...before, [name]: value }))}
        />
        <Choices
          summary={summary}
          options={options}
          isBusy={isBusy}
          isThere={place.types.length > 0}
          onChange={(change) => void configure(change)}
        />
      </SpaceBetween>
    </Container>
  );
}

interface CountsProps {
  readonly summary: Own.ImportSummary;
  readonly count: number;
}

function Counts({ summary, count }: CountsProps) {
  const t = useText();
  const formats = useFormats();
  const items = [
    { label: t("usable"), value: formats.number(count) },
    { label: t("unlabelled"), value: formats.number(summary.Unlabeled ?? 0) },
    { label: t("refused"), value: formats.number(summary.Refused ?? 0) },
    { label: t("withErrors"), value: formats.number(summary.WithErrors ?? 0) },
    { label: t("mended"), value: formats.number(summary.Mended ?? 0) },
    { label: t("leftOut"), value: formats.number(summary.LeftOut ?? 0) },
  ];
  return <KeyValuePairs columns={3} items={items} />;
}

interface LabelTableProps {
  readonly isLookout: boolean;
  readonly summary: Own.ImportSummary;
  readonly names: Readonly<Record<string, string>>;
  readonly action: ReactNode;
  readonly onRename: (name: string, value: string) => void;
}

function LabelTable({ isLookout, summary, names, action, onRename }: LabelTableProps) {
  const t = useText();
  const formats = useFormats();
  const labels = summary.Labels ?? [];
  const split = summary.Split;
  if (labels.length === 0) return null;
  return (
    <Table
      variant="embedded"
      wrapLines
      trackBy="Name"
      items={labels.slice(0, SHOWN_LABELS)}
      header={
        <Header
          variant="h3"
          counter={`(${formats.number(labels.length)})`}
          description={t(isLookout ? "classesHelp" : "labelsHelp")}
          actions={action}
        >
          {t("labels")}
        </Header>
      }
      columnDefinitions={[
        {
          id: "name",
          header: t("label"),
          cell: ({ Name }) => <bdi className="wizard-name">{Name}</bdi>,
          isRowHeader: true,
        },
        { id: "pictures", header: t("pictures"), cell: ({ Pictures = 0 }) => formats.number(Pictures) },
        { id: "boxes", header: t("boxes"), cell: ({ Boxes = 0 }) => formats.number(Boxes) },
        {
          id: "to",
          header: t("becomes"),
          cell: ({ Name = "", To = "" }) => (
            <Becomes
              isClass={isLookout}
              name={Name}
              value={names[Name] ?? To}
              onChange={(value) => onRename(Name, value)}
            />
          ),
        },
        { id: "train", header: t("train"), cell: ({ To = "" }) => splitOf(split, To, "Train") },
        { id: "test", header: t("test"), cell: ({ To = "" }) => splitOf(split, To, "Test") },
      ]}
    />
  );
}

interface ChoicesProps {
  readonly summary: Own.ImportSummary;
  readonly options: Own.ImportOptions;
  readonly isBusy: boolean;
  readonly isThere: boolean;
  readonly onChange: (change: Own.ImportOptions) => void;
}

function Choices({ summary, options, isBusy, isThere, onChange }: ChoicesProps) {
  const t = useText();
  const split = summary.Split;
  return (
    <SpaceBetween size="xs">
      <Checkbox
        checked={options.Divide === true}
        disabled={isBusy}
        onChange={({ detail }) => onChange({ Divide: detail.checked })}
        description={t("splitSum", { train: split?.Train ?? 0, test: split?.Test ?? 0 })}
      >
        {t("divide")}
      </Checkbox>
      {(summary.Unlabeled ?? 0) > 0 && (
        <Checkbox
          checked={options.WithUnlabeled !== false}
          disabled={isBusy}
          onChange={({ detail }) => onChange({ WithUnlabeled: detail.checked })}
        >
          {t("withUnlabelled")}
        </Checkbox>
      )}
      {isThere && (
        <RadioGroup
          value={options.Existing ?? "keep"}
          ariaLabel={t("existing")}
          onChange={({ detail }) => onChange({ Existing: detail.value === "replace" ? "replace" : "keep" })}
          items={[
            { value: "keep", label: t("keep"), description: t("existing") },
            { value: "replace", label: t("replace") },
          ]}
        />
      )}
    </SpaceBetween>
  );
}

function splitOf(split: Own.ImportSplit | undefined, name: string, side: "Train" | "Test"): string {
  const label = split?.Labels?.find(({ Name }) => Name === name);
  return label === undefined ? "–" : String(label[side] ?? 0);
}

interface BecomesProps {
  readonly isClass: boolean;
  readonly name: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Becomes({ isClass, name, value, onChange }: BecomesProps) {
  const t = useText();
  if (!isClass) {
    return (
      <Input
        value={value}
        ariaLabel={`${t("becomes")} ${name}`}
        onChange={({ detail }) => onChange(detail.value)}
      />
    );
  }
  const options = [
    { value: "normal", label: t("normal") },
    { value: "anomaly", label: t("anomaly") },
    { value: "", label: t("noClass") },
  ];
  return (
    <Select
      selectedOption={options.find((option) => option.value === value) ?? { value, label: value }}
      options={options}
      ariaLabel={`${t("becomes")} ${name}`}
      onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
    />
  );
}
