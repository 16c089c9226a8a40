/** A loop begun: what is improved, on which pictures, and who says what is in them. */
import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useChange, type Own, type ProjectFacts } from "../../api";
import { BeginDialog } from "../../ui/beginning";
import { FolderField } from "../../ui/folderField";
import { PeopleField } from "./PeopleField";
import { isLoopName } from "./stages";
import { useText } from "./text";
import { behind, isWhole, MOST_PICTURES, MOST_TEST, numberOf, requestOf, type LoopWish } from "./wish";

interface StartLoopProps {
  readonly project: ProjectFacts;
  /** The one to begin with stands first. */
  readonly versions: readonly string[];
  readonly aliases: readonly Own.VersionAlias[];
  readonly usualName: string;
  /** With the loop that was begun; with nothing where none was. */
  readonly onClose: (id: string | undefined) => void;
}

type Change = (change: Partial<LoopWish>) => void;

interface PartProps {
  readonly wish: LoopWish;
  readonly onChange: Change;
}

export function StartLoop({ project, versions, aliases, usualName, onClose }: StartLoopProps) {
  const t = useText();
  const first = aliases.find(({ VersionName }) => VersionName === versions[0]);
  const [wish, setWish] = useState<LoopWish>({
    name: usualName,
    alias: first?.AliasName ?? "",
    version: versions[0] ?? "",
    from: "folder",
    address: "",
    most: "50",
    testShare: "20",
    task: project.service === "rekognition" ? "labels" : "",
    people: [],
    groups: [],
    isAutomatic: false,
    keepsOld: false,
  });
  const start = useChange("vedette", "StartLoop", [["vedette", "ListLoops"]]);
  const change: Change = (values) => setWish({ ...wish, ...values });
  const begin = () =>
    start.mutate(requestOf(project.arn, wish), { onSuccess: ({ Loop }) => onClose(Loop?.LoopId) });
  const parts = { wish, onChange: change };
  return (
    <BeginDialog
      title={t("begin")}
      action={t("beginNow")}
      isBusy={start.isPending}
      isReady={isWhole(wish)}
      error={start.error}
      onBegin={begin}
      onCancel={() => onClose(undefined)}
    >
      <FormField
        label={t("name")}
        description={t("nameHelp")}
        errorText={isLoopName(wish.name) ? undefined : t("nameWrong")}
      >
        <Input value={wish.name} onChange={({ detail }) => change({ name: detail.value })} />
      </FormField>
      <Improved {...parts} versions={versions} aliases={aliases} />
      <Pictures {...parts} project={project} />
      {project.service === "rekognition" && <Task {...parts} />}
      <PeopleField arn={project.arn} people={wish.people} groups={wish.groups} onChange={change} />
      <div>
        <Checkbox
          checked={wish.isAutomatic}
          onChange={({ detail }) => change({ isAutomatic: detail.checked })}
        >
          {t("automatic")}
        </Checkbox>
        <Box variant="small" color="text-body-secondary">
          {t("automaticHelp")}
        </Box>
      </div>
      {wish.alias !== "" && (
        <Checkbox checked={wish.keepsOld} onChange={({ detail }) => change({ keepsOld: detail.checked })}>
          {t("keepOld")}
        </Checkbox>
      )}
    </BeginDialog>
  );
}

interface ImprovedProps extends PartProps {
  readonly versions: readonly string[];
  readonly aliases: readonly Own.VersionAlias[];
}

/** Which version, and by which name: a name that is chosen says which version it is. */
function Improved({ wish, onChange, versions, aliases }: ImprovedProps) {
  const t = useText();
  const none = { value: "", label: t("aliasNone") };
  const options = [none, ...aliases.map(({ AliasName: value }) => ({ value, label: value }))];
  const isFixed = behind(wish.alias, aliases) !== "";
  return (
    <SpaceBetween size="l">
      <FormField label={t("alias")} description={t("aliasHelp")}>
        <Select
          selectedOption={options.find(({ value }) => value === wish.alias) ?? none}
          options={options}
          onChange={({ detail }) => {
            const alias = detail.selectedOption.value ?? "";
            onChange({ alias, version: behind(alias, aliases) || wish.version });
          }}
        />
      </FormField>
      <FormField label={t("version")} description={isFixed ? t("versionFixed") : t("versionHelp")}>
        <Select
          disabled={isFixed}
          selectedOption={{ value: wish.version, label: wish.version }}
          options={versions.map((value) => ({ value, label: value }))}
          onChange={({ detail }) => onChange({ version: detail.selectedOption.value ?? "" })}
        />
      </FormField>
    </SpaceBetween>
  );
}

/** Which pictures, how many of them people label, and how many of those test. */
function Pictures({ wish, onChange, project }: PartProps & { readonly project: ProjectFacts }) {
  const t = useText();
  const items = [
    { value: "folder", label: t("from_folder") },
    ...project.datasets.map(({ type }) => ({ value: type, label: t(`from_${type}`) })),
  ];
  return (
    <SpaceBetween size="l">
      <FormField label={t("pictures")}>
        <RadioGroup
          value={wish.from}
          items={items}
          onChange={({ detail }) =>
            onChange({ from: detail.value === "train" || detail.value === "test" ? detail.value : "folder" })
          }
        />
      </FormField>
      {wish.from === "folder" && (
        <FolderField
          label={t("folder")}
          help={t("folderHelp")}
          placeholder="s3://…/monday/"
          address={wish.address}
          onChange={(address) => onChange({ address })}
        />
      )}
      <FormField
        label={t("most")}
        description={t("mostHelp")}
        errorText={numberOf(wish.most, 1, MOST_PICTURES) === null ? t("mostWrong") : undefined}
      >
        <Input
          value={wish.most}
          inputMode="numeric"
          onChange={({ detail }) => onChange({ most: detail.value })}
        />
      </FormField>
      <FormField
        label={t("testShare")}
        description={t("testShareHelp")}
        errorText={numberOf(wish.testShare, 0, MOST_TEST) === null ? t("testShareWrong") : undefined}
      >
        <Input
          value={wish.testShare}
          inputMode="numeric"
          onChange={({ detail }) => onChange({ testShare: detail.value })}
        />
      </FormField>
    </SpaceBetween>
  );
}

function Task({ wish, onChange }: PartProps) {
  const t = useText();
  const options = (["labels", "boxes"] as const).map((value) => ({ value, label: t(`task_${value}`) }));
  return (
    <FormField label={t("task")}>
      <Select
        selectedOption={options.find(({ value }) => value === wish.task) ?? null}
        options={options}
        onChange={({ detail }) => {
          const task = options.find(({ value }) => value === detail.selectedOption.value)?.value;
          if (task !== undefined) onChange({ task });
        }}
      />
    </FormField>
  );
}
