/** A trial begun: its name, the version, and pictures of a bucket or of this computer. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FileUpload from "@cloudscape-design/components/file-upload";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { call, useRegion, type DatasetType, type ProjectFacts } from "../../api";
import { useFormats } from "../../i18n/context";
import { BeginDialog } from "../../ui/beginning";
import { FolderField } from "../../ui/folderField";
import { useText } from "./text";
import { MOST_PICTURES, uploadAll } from "./uploading";

const SOURCES = ["bucket", "computer", "dataset"] as const;
type Source = (typeof SOURCES)[number];

/** Pictures by their folder, of this computer, or those of a dataset that have no labels. */
type Chosen = string | readonly File[] | { readonly dataset: DatasetType };

interface StartTrialProps {
  readonly project: ProjectFacts;
  readonly versions: readonly string[];
  readonly chosen: string | undefined;
  /** What to call it, until somebody says otherwise. */
  readonly usualName: string;
  /** With the trial that was begun; with nothing where none was. */
  readonly onClose: (id: string | undefined) => void;
}

function useStarting({ project, onClose }: StartTrialProps) {
  const region = useRegion();
  const [isBusy, setBusy] = useState(false);
  const [uploaded, setUploaded] = useState(0);
  const [error, setError] = useState<unknown>(null);
  const start = async (name: string, version: string, source: Chosen) => {
    setBusy(true);
    setError(null);
    setUploaded(0);
    try {
      const place = await placeOf(source, region, setUploaded);
      const answer = await call("vedette", "StartTrialDetection", {
        ProjectArn: project.arn,
        VersionName: version,
        TrialName: name,
        ...place,
      });
      onClose(answer.Trial?.TrialId);
    } catch (fault) {
      setError(fault);
      setBusy(false);
    }
  };
  return { start, isBusy, uploaded, error };
}

async function placeOf(source: Chosen, region: string, onProgress: (done: number) => void) {
  if (typeof source === "string") return { Address: source };
  if ("dataset" in source) return { DatasetType: source.dataset };
  return { SourceRefs: await uploadAll(source, region, onProgress) };
}

export function StartTrial(props: StartTrialProps) {
  const t = useText();
  const { project, versions, chosen, usualName, onClose } = props;
  const [name, setName] = useState(usualName);
  const [version, setVersion] = useState(chosen ?? versions[0] ?? "");
  const [source, setSource] = useState<Source>("bucket");
  const [address, setAddress] = useState("");
  const [files, setFiles] = useState<readonly File[]>([]);
  const types = project.datasets.map(({ type }) => type);
  const [dataset, setDataset] = useState<DatasetType>(types[0] ?? "train");
  const { start, isBusy, uploaded, error } = useStarting(props);
  const isTooMany = source === "computer" && files.length > MOST_PICTURES;
  const sources = { bucket: address, computer: files, dataset: { dataset } };
  const isChosen = { bucket: address.trim() !== "", computer: files.length > 0, dataset: types.length > 0 };
  const isReady = name.trim() !== "" && !isTooMany && isChosen[source];
  return (
    <BeginDialog
      title={t("run")}
      action={t("begin")}
      isBusy={isBusy}
      isReady={isReady}
      error={error}
      onBegin={() => void start(name, version, sources[source])}
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
      <FormField label={t("source")} description={t("sourceHelp")}>
        <SegmentedControl
          label={t("source")}
          selectedId={source}
          options={SOURCES.map((id) => ({
            id,
            text: t(`source_${id}`),
            disabled: id === "dataset" && types.length === 0,
          }))}
          onChange={({ detail }) => setSource(SOURCES.find((id) => id === detail.selectedId) ?? "bucket")}
        />
      </FormField>
      {source === "bucket" && (
        <FolderField
          label={t("folder")}
          help={t("folderHelp")}
          placeholder="s3://…/extra_images/"
          address={address}
          onChange={setAddress}
        />
      )}
      {source === "computer" && <Files files={files} onChange={setFiles} />}
      {source === "dataset" && <Unlabelled types={types} type={dataset} onChange={setDataset} />}
      {isBusy && source === "computer" && (
        <ProgressBar label={t("uploading")} value={(100 * uploaded) / Math.max(1, files.length)} />
      )}
    </BeginDialog>
  );
}

interface UnlabelledProps {
  readonly types: readonly DatasetType[];
  readonly type: DatasetType;
  readonly onChange: (type: DatasetType) => void;
}

function Unlabelled({ types, type, onChange }: UnlabelledProps) {
  const t = useText();
  const options = types.map((value) => ({ value, label: t(`unlabelled_${value}`) }));
  return (
    <FormField label={t("unlabelledOf")} description={t("unlabelledHelp")}>
      <Select
        selectedOption={options.find(({ value }) => value === type) ?? null}
        options={options}
        onChange={({ detail }) => onChange(detail.selectedOption.value === "test" ? "test" : "train")}
      />
    </FormField>
  );
}

interface FilesProps {
  readonly files: readonly File[];
  readonly onChange: (files: readonly File[]) => void;
}

function Files({ files, onChange }: FilesProps) {
  const t = useText();
  const formats = useFormats();
  return (
    <SpaceBetween size="s">
      <FileUpload
        multiple
        value={[]}
        accept="image/*,.heic,.heif"
        i18nStrings={{
          uploadButtonText: () => t("chooseFiles"),
          dropzoneText: () => t("dropFiles"),
          removeFileAriaLabel: () => t("removeFiles"),
          limitShowFewer: "",
          limitShowMore: "",
          errorIconAriaLabel: "",
        }}
        onChange={({ detail }) => onChange([...files, ...detail.value])}
      />
      {files.length > 0 && (
        <Box>
          {t("chosen", { count: files.length })}{" "}
          <Button variant="inline-link" onClick={() => onChange([])}>
            {t("removeFiles")}
          </Button>
        </Box>
      )}
      {files.length > MOST_PICTURES && (
        <Alert type="error">{t("tooMany", { most: formats.number(MOST_PICTURES) })}</Alert>
      )}
    </SpaceBetween>
  );
}
