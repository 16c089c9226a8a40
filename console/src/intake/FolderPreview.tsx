/** Asks what the folders of chosen pictures mean, and shows what would become of it before anything is sent. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useEffect, useMemo, useState } from "react";
import { useFormats } from "../i18n/context";
import type { ChosenFile } from "./files";
import {
  areNested,
  classOf,
  groupsOf,
  proposedChoice,
  type AnomalyClass,
  type FolderChoice,
  type FolderGroup,
} from "./folders";
import { useText } from "./text";
import type { Picture, Service } from "./uploader";

interface PreviewProps {
  readonly files: readonly ChosenFile[];
  readonly service: Service;
  readonly onBegin: (pictures: readonly Picture[]) => void;
  readonly onCancel: () => void;
}

/** More rows than anybody reads before beginning; the count of the others is said. */
const SHOWN_GROUPS = 50;
const PICTURES_OF_GROUP = 3;
const GROUPS_WITH_PICTURES = 12;

export function FolderPreview({ files, service, onBegin, onCancel }: PreviewProps) {
  const t = useText();
  const [choice, setChoice] = useState<FolderChoice>(() => proposedChoice(files));
  const [classes, setClasses] = useState<ReadonlyMap<string, AnomalyClass>>(new Map());
  const groups = useMemo(() => groupsOf(files, choice), [files, choice]);
  const isNested = useMemo(() => areNested(files), [files]);
  const labelOf = (folder: string) =>
    service === "rekognition" ? folder : (classes.get(folder) ?? classOf(folder));
  const begin = () =>
    onBegin(
      groups.flatMap((group) =>
        group.files.map(({ name, open }) => ({ name, open, label: labelOf(group.folder) })),
      ),
    );
  const choices = [
    { value: "outer", label: t("folderOuter"), description: t("folderOuterHelp") },
    ...(isNested ? [{ value: "inner", label: t("folderInner"), description: t("folderInnerHelp") }] : []),
    { value: "none", label: t("folderNone"), description: t("folderNoneHelp") },
  ];
  return (
    <Container
      header={
        <Header
          variant="h3"
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button onClick={onCancel}>{t("cancel")}</Button>
              <Button variant="primary" data-testid="upload-begin" onClick={begin}>
                {t("addCount", { count: files.length })}
              </Button>
            </SpaceBetween>
          }
        >
          {t("folderQuestion")}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <RadioGroup
          ariaLabel={t("folderQuestion")}
          value={choice}
          items={choices}
          onChange={({ detail }) => setChoice(detail.value as FolderChoice)}
        />
        <Groups
          groups={groups}
          label={(folder) =>
            service === "rekognition" || choice === "none" ? (
              <bdi>{labelOf(folder) === "" ? t("noLabel") : labelOf(folder)}</bdi>
            ) : (
              <ClassSelect
                value={classes.get(folder) ?? classOf(folder)}
                onChange={(value) => setClasses(new Map(classes).set(folder, value))}
              />
            )
          }
        />
      </SpaceBetween>
    </Container>
  );
}

interface GroupsProps {
  readonly groups: readonly FolderGroup[];
  readonly label: (folder: string) => React.ReactNode;
}

function Groups({ groups, label }: GroupsProps) {
  const t = useText();
  const formats = useFormats();
  const shown = groups.slice(0, SHOWN_GROUPS);
  return (
    <Table
      variant="embedded"
      items={shown}
      trackBy="folder"
      columnDefinitions={[
        { id: "label", header: t("label"), isRowHeader: true, cell: ({ folder }) => label(folder) },
        { id: "count", header: t("pictureCount"), cell: ({ files }) => formats.number(files.length) },
        {
          id: "pictures",
          header: t("examples"),
          cell: (group) => (
            <Examples group={group} hasPictures={shown.indexOf(group) < GROUPS_WITH_PICTURES} />
          ),
        },
      ]}
      footer={groups.length > shown.length ? t("moreFolders", { count: groups.length - shown.length }) : null}
    />
  );
}

/** The first pictures of a folder, or their names where the browser cannot show them. */
function Examples({ group, hasPictures }: { readonly group: FolderGroup; readonly hasPictures: boolean }) {
  const files = group.files.slice(0, PICTURES_OF_GROUP);
  if (!hasPictures) {
    return (
      <Box color="text-body-secondary">
        <bdi>{files.map(({ name }) => name).join(", ")}</bdi>
      </Box>
    );
  }
  return (
    <div className="folder-examples">
      {files.map((file, place) => (
        <Example key={place} file={file} />
      ))}
    </div>
  );
}

function Example({ file }: { readonly file: ChosenFile }) {
  const [address, setAddress] = useState("");
  const [isShown, setShown] = useState(true);
  useEffect(() => {
    let made = "";
    let isLeft = false;
    file.open().then(
      (opened) => {
        if (isLeft) return;
        made = URL.createObjectURL(opened);
        setAddress(made);
      },
      () => setShown(false),
    );
    return () => {
      isLeft = true;
      if (made !== "") URL.revokeObjectURL(made);
    };
  }, [file]);
  if (!isShown) return <bdi>{file.name}</bdi>;
  if (address === "") return null;
  return <img src={address} alt={file.name} title={file.name} onError={() => setShown(false)} />;
}

interface ClassSelectProps {
  readonly value: AnomalyClass;
  readonly onChange: (value: AnomalyClass) => void;
}

function ClassSelect({ value, onChange }: ClassSelectProps) {
  const t = useText();
  const options = [
    { value: "normal", label: t("classNormal") },
    { value: "anomaly", label: t("classAnomaly") },
    { value: "", label: t("noLabel") },
  ];
  const selected = options.find((option) => option.value === value) ?? null;
  return (
    <Select
      selectedOption={selected}
      options={options}
      ariaLabel={t("label")}
      onChange={({ detail }) => onChange(detail.selectedOption.value as AnomalyClass)}
    />
  );
}
