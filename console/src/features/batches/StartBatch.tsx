/** A batch begun: its name, the version, where the pictures lie and where the results go. */
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { useChange, type ProjectFacts } from "../../api";
import { BeginDialog } from "../../ui/beginning";
import { FolderField } from "../../ui/folderField";
import { usualOutput } from "./places";
import { useText } from "./text";

interface StartBatchProps {
  readonly project: ProjectFacts;
  /** The one to begin with stands first. */
  readonly versions: readonly string[];
  /** What to call it, until somebody says otherwise. */
  readonly usualName: string;
  /** With the batch that was begun; with nothing where none was. */
  readonly onClose: (id: string | undefined) => void;
}

/** A share in per cent; null where nothing, or no such share, was typed. */
function percentOf(text: string): number | null {
  const value = Number(text.trim().replace(",", "."));
  return text.trim() !== "" && value >= 0 && value <= 100 ? value : null;
}

export function StartBatch({ project, versions, usualName, onClose }: StartBatchProps) {
  const t = useText();
  const [name, setName] = useState(usualName);
  const [version, setVersion] = useState(versions[0] ?? "");
  const [source, setSource] = useState("");
  const [typed, setTyped] = useState<string | null>(null);
  const [least, setLeast] = useState("");
  const start = useChange("vedette", "StartBatchDetection");
  // A proposal that moves with the source, until somebody types another.
  const address = typed ?? usualOutput(source, project.name, name);
  const percent = percentOf(least);
  const isReady =
    name.trim() !== "" && source.trim() !== "" && address.trim() !== "" && (least === "" || percent !== null);
  const begin = () =>
    start.mutate(
      {
        ProjectArn: project.arn,
        VersionName: version,
        BatchName: name,
        Source: source,
        Address: address,
        ...(percent === null ? {} : { MinConfidence: percent }),
      },
      { onSuccess: ({ Batch }) => onClose(Batch?.BatchId) },
    );
  return (
    <BeginDialog
      title={t("run")}
      action={t("begin")}
      isBusy={start.isPending}
      isReady={isReady}
      error={start.error}
      onBegin={begin}
      onCancel={() => onClose(undefined)}
    >
      <FormField label={t("name")}>
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <FormField label={t("version")} description={t("versionHelp")}>
        <Select
          selectedOption={{ value: version, label: version }}
          options={versions.map((value) => ({ value, label: value }))}
          onChange={({ detail }) => setVersion(detail.selectedOption.value ?? "")}
        />
      </FormField>
      <FolderField
        label={t("source")}
        help={t("sourceHelp")}
        placeholder="s3://…/november/"
        address={source}
        onChange={setSource}
      />
      <FolderField
        label={t("address")}
        help={t("addressHelp")}
        placeholder="s3://…/results/"
        address={address}
        onChange={setTyped}
      />
      {project.service === "rekognition" && (
        <FormField
          label={t("least")}
          description={t("leastHelp")}
          errorText={least !== "" && percent === null ? t("leastWrong") : undefined}
        >
          <Input value={least} inputMode="decimal" onChange={({ detail }) => setLeast(detail.value)} />
        </FormField>
      )}
    </BeginDialog>
  );
}
