/** The first step: how many sets, from where, and how they are labelled. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { useRef, useState } from "react";
import { useNavigate } from "react-router";
import { call, queryClient, useProjects, type Own } from "../../api";
import { isPicture } from "../../intake/files";
import { FaultAlert } from "../../ui/faults";
import { FileChoice } from "./FileChoice";
import { isNamed, MaskNames, type NamedColors } from "./MaskNames";
import { needsNames, withTable } from "./masks";
import type { WizardPlace } from "./place";
import { ImportSender } from "./sender";
import { recogniseFormat } from "./recognise";
import { hasShapes, isByPlace, isLabelFile, type Format, type SourceFile, type SourceFiles } from "./sources";
import { useText } from "./text";

type Source = "computer" | "bucket" | "dataset" | "nothing";
type Folders = NonNullable<Own.ImportSource["FolderLabels"]>;
type Outlines = NonNullable<Own.ImportSource["MasksFrom"]>;

const FORMATS: readonly Format[] = [
  "folder",
  "coco",
  "voc",
  "yolo",
  "csv",
  "labelstudio",
  "cvat",
  "labelme",
  "via",
  "datumaro",
  "supervisely",
  "fiftyone",
  "roboflow",
  "imagefolder",
  "mvtec",
  "visa",
  "masks",
  "manifest",
  "groundtruth",
];
const FOLDERS: readonly Folders[] = ["none", "first", "last"];
const OUTLINES: readonly Outlines[] = ["none", "polygons", "shapes"];

interface StartFormProps {
  readonly place: WizardPlace;
  readonly arn: string;
  readonly onBegin: (importId: string, sender: ImportSender | null) => void;
}

async function makeEmpty(place: WizardPlace, arn: string): Promise<void> {
  if (place.service === "rekognition") {
    const DatasetType = place.type === "train" ? "TRAIN" : "TEST";
    await call("rekognition", "CreateDataset", { ProjectArn: arn, DatasetType });
  } else {
    await call("lookoutvision", "CreateDataset", { ProjectName: place.name, DatasetType: place.type });
  }
  await queryClient.invalidateQueries();
}

export function StartForm({ place, arn, onBegin }: StartFormProps) {
  const t = useText();
  const navigate = useNavigate();
  const [sets, setSets] = useState(place.types.length > 1 || place.type === "test" ? "two" : "one");
  const [source, setSource] = useState<Source>("computer");
  const [format, setFormat] = useState<Format>("folder");
  const [folders, setFolders] = useState<Folders>("first");
  const [outlines, setOutlines] = useState<Outlines>("none");
  const [address, setAddress] = useState("");
  const [other, setOther] = useState("");
  const [chosen, setChosen] = useState<SourceFiles | null>(null);
  const [named, setNamed] = useState<NamedColors | null>(null);
  const [recognised, setRecognised] = useState<Format | null>(null);
  // What a person has chosen stays, also where files that say otherwise come after it.
  const isPicked = useRef(false);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const isThere = place.types.includes(place.type);
  const offered = outlinesOffered(place, format);
  const choice = { format, folders, outlines: outlinesOf(offered, outlines), address, other };
  const isReady = canBegin(source, choice, chosen, named);

  const pickFormat = (picked: Format) => {
    isPicked.current = true;
    setRecognised(null);
    setFormat(picked);
  };

  const chooseFiles = async (files: SourceFiles) => {
    setChosen(files);
    setNamed(null);
    setRecognised(null);
    const found = await recogniseFormat(files.files);
    if (found === null || isPicked.current) return;
    setRecognised(found);
    setFormat(found);
  };

  const begin = async () => {
    setBusy(true);
    setError(null);
    try {
      if (source === "nothing") {
        await makeEmpty(place, arn);
        void navigate(place.route);
        return;
      }
      const facts = sourceOf(source, choice);
      const made = await call("vedette", "CreateImport", {
        ProjectArn: arn,
        DatasetType: place.type,
        Source: facts,
      });
      const importId = made.ImportId ?? "";
      if (sets === "one" && !isThere) {
        const names = { ProjectArn: arn, ImportId: importId };
        // What was read meanwhile can be divided on its own page all the same.
        await call("vedette", "ConfigureImport", { ...names, Options: { Divide: true } }).catch(
          () => undefined,
        );
      }
      const files = filesToSend(format, chosen, named);
      const sender =
        source === "computer"
          ? new ImportSender(arn, importId, files, format, choice.outlines !== "none")
          : null;
      onBegin(importId, sender);
    } catch (fault) {
      setError(fault);
      setBusy(false);
    }
  };
  return (
    <Container header={<Header variant="h2">{t(place.type === "train" ? "intoTrain" : "intoTest")}</Header>}>
      <SpaceBetween size="l">
        {error !== null && <FaultAlert error={error} />}
        {place.types.length === 0 && place.type === "train" && <Sets value={sets} onChange={setSets} />}
        <FormField label={t("source")} stretch>
          <Tiles
            columns={4}
            value={source}
            onChange={({ detail }) => setSource(detail.value as Source)}
            items={[
              { value: "computer", label: t("computer"), description: t("computerHelp") },
              { value: "bucket", label: t("bucket"), description: t("bucketHelp") },
              { value: "dataset", label: t("dataset"), description: t("datasetHelp") },
              { value: "nothing", label: t("nothing"), description: t("nothingHelp"), disabled: isThere },
            ]}
          />
        </FormField>
        {(source === "computer" || source === "bucket") && (
          <Labelling
            format={format}
            folders={folders}
            outlines={outlines}
            offered={offered}
            onFormat={pickFormat}
            onFolders={setFolders}
            onOutlines={setOutlines}
          />
        )}
        {source === "bucket" && (
          <FormField label={t("address")} description={t("addressHelp")}>
            <Input
              value={address}
              placeholder="s3://bucket/folder"
              ariaLabel={t("address")}
              onChange={({ detail }) => setAddress(detail.value)}
            />
          </FormField>
        )}
        {source === "dataset" && <ProjectChoice value={other} onChange={setOther} />}
        {source === "computer" && (
          <Computer
            chosen={chosen}
            format={format}
            recognised={recognised}
            named={named}
            onChoose={(files) => void chooseFiles(files)}
            onName={setNamed}
          />
        )}
        <Button variant="primary" disabled={!isReady} loading={isBusy} onClick={() => void begin()}>
          {t(source === "nothing" ? "create" : "look")}
        </Button>
      </SpaceBetween>
    </Container>
  );
}

function Sets({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  const t = useText();
  return (
    <FormField label={t("sets")} stretch>
      <Tiles
        value={value}
        onChange={({ detail }) => onChange(detail.value)}
        items={[
          { value: "one", label: t("oneSet"), description: t("oneSetHelp") },
          { value: "two", label: t("twoSets"), description: t("twoSetsHelp") },
        ]}
      />
    </FormField>
  );
}

interface LabellingProps {
  readonly format: Format;
  readonly folders: Folders;
  readonly outlines: Outlines;
  readonly offered: readonly Outlines[];
  readonly onFormat: (format: Format) => void;
  readonly onFolders: (folders: Folders) => void;
  readonly onOutlines: (outlines: Outlines) => void;
}

/** What can become of outlines: of formats that have some, where the service has masks. */
function outlinesOffered(place: WizardPlace, format: Format): readonly Outlines[] {
  return place.service === "lookoutvision" && hasShapes(format) ? OUTLINES : [];
}

function outlinesOf(offered: readonly Outlines[], outlines: Outlines): Outlines {
  return offered.includes(outlines) ? outlines : "none";
}

function Labelling(props: LabellingProps) {
  const { format, folders, outlines, offered, onFormat, onFolders, onOutlines } = props;
  const t = useText();
  return (
    <SpaceBetween size="l">
      <FormField label={t("format")}>
        <Select
          selectedOption={{ value: format, label: t(`format_${format}`) }}
          options={FORMATS.map((value) => ({ value, label: t(`format_${value}`) }))}
          onChange={({ detail }) => onFormat(detail.selectedOption.value as Format)}
          ariaLabel={t("format")}
        />
      </FormField>
      {format === "folder" && (
        <FormField label={t("folders")}>
          <RadioGroup
            value={folders}
            onChange={({ detail }) => onFolders(detail.value as Folders)}
            items={FOLDERS.map((value) => ({ value, label: t(`folders_${value}`) }))}
          />
        </FormField>
      )}
      {offered.length > 0 && (
        <FormField label={t("outlines")}>
          <RadioGroup
            value={outlines}
            onChange={({ detail }) => onOutlines(detail.value as Outlines)}
            items={offered.map((value) => ({ value, label: t(`outlines_${value}`) }))}
          />
        </FormField>
      )}
    </SpaceBetween>
  );
}

function canBegin(
  source: Source,
  { format, address, other }: Choice,
  chosen: SourceFiles | null,
  named: NamedColors | null,
): boolean {
  if (source === "nothing") return true;
  if (source === "bucket") return /^s3:\/\/[^/]+/iu.test(address.trim());
  if (source === "dataset") return other !== "";
  const files = chosen?.files ?? [];
  if (chosen?.refused.some(({ reason }) => reason === "unfinished") ?? false) return false;
  if (asksForNames(format, chosen)) return isNamed(named);
  return files.length > 0 && (isByPlace(format) || files.some(({ path }) => isLabelFile(path, format)));
}

/** Whether somebody has to say what the colours of masks mean. */
function asksForNames(format: Format, chosen: SourceFiles | null): boolean {
  return format === "masks" && chosen !== null && needsNames(chosen);
}

function filesToSend(
  format: Format,
  chosen: SourceFiles | null,
  named: NamedColors | null,
): readonly SourceFile[] {
  const files = chosen?.files ?? [];
  return asksForNames(format, chosen) && named !== null
    ? withTable(files, named.found.colors, named.names)
    : files;
}

interface Choice {
  readonly format: Format;
  readonly folders: Folders;
  readonly outlines: Outlines;
  readonly address: string;
  readonly other: string;
}

function sourceOf(source: Source, { format, folders, outlines, address, other }: Choice): Own.ImportSource {
  if (source === "dataset") {
    const [arn = "", type] = other.split(" ");
    return {
      Kind: "dataset",
      Format: "manifest",
      ProjectArn: arn,
      DatasetType: type === "test" ? "test" : "train",
    };
  }
  const FolderLabels = format === "folder" ? folders : "none";
  const facts = { Format: format, FolderLabels, MasksFrom: outlines };
  return source === "bucket"
    ? { Kind: "bucket", Address: address.trim(), ...facts }
    : { Kind: "files", ...facts };
}

interface ComputerProps {
  readonly chosen: SourceFiles | null;
  readonly format: Format;
  readonly recognised: Format | null;
  readonly named: NamedColors | null;
  readonly onChoose: (chosen: SourceFiles) => void;
  readonly onName: (named: NamedColors) => void;
}

function Computer({ chosen, format, recognised, named, onChoose, onName }: ComputerProps) {
  const t = useText();
  return (
    <SpaceBetween size="s">
      <FileChoice onChoose={onChoose} />
      {recognised !== null && (
        <Alert type="info">{t("recognised", { format: t(`format_${recognised}`) })}</Alert>
      )}
      {chosen !== null && <Chosen chosen={chosen} format={format} />}
      {chosen !== null && asksForNames(format, chosen) && (
        <MaskNames chosen={chosen} named={named} onChange={onName} />
      )}
    </SpaceBetween>
  );
}

function Chosen({ chosen, format }: { readonly chosen: SourceFiles; readonly format: Format }) {
  const t = useText();
  const pictures = chosen.files.filter(({ path }) => isPicture(path.split("/").at(-1) ?? "")).length;
  const labels = chosen.files.filter(({ path }) => isLabelFile(path, format)).length;
  return (
    <SpaceBetween size="xs">
      <Box data-testid="chosen">
        {t("chosen", { count: chosen.files.length })}: {t("chosenParts", { pictures, labels })}
      </Box>
      {!isByPlace(format) && labels === 0 && !asksForNames(format, chosen) && (
        <Alert type="warning">{t("noLabelFile")}</Alert>
      )}
      {chosen.refused.length > 0 && (
        <Alert type="warning" header={t("refusedEntries", { count: chosen.refused.length })}>
          {chosen.refused.slice(0, 20).map(({ path, reason }) => (
            <div key={path}>
              <bdi>{path}</bdi>: {t(`refused_${reason}`)}
            </div>
          ))}
        </Alert>
      )}
    </SpaceBetween>
  );
}

/** A dataset of another project, by its project and its type. */
function ProjectChoice({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const t = useText();
  const projects = useProjects();
  const options = (projects.data ?? []).flatMap((project) =>
    (["train", "test"] as const).map((type) => ({
      value: `${project.arn} ${type}`,
      label: `${project.name} · ${t(type)}`,
    })),
  );
  return (
    <FormField label={t("project")}>
      <Select
        selectedOption={options.find((option) => option.value === value) ?? null}
        options={options}
        placeholder={t("chooseProject")}
        filteringType="auto"
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
        ariaLabel={t("project")}
      />
    </FormField>
  );
}
