/** Examples of a round: chosen among the dataset's pictures by name, or put up from this computer. */
import Button from "@cloudscape-design/components/button";
import FileInput from "@cloudscape-design/components/file-input";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { call, useCall, type Own } from "../../api";
import { FaultAlert } from "../../ui/faults";
import "./rounds.css";
import { useText } from "./text";

const SHOWN = 24;
const MOST_EXAMPLES = 20;
const MOST_BYTES = 4 * 1024 * 1024;
const TYPES = "image/png,image/jpeg";
const KINDS = ["right", "wrong", ""] as const;

export function thumbnailOf(source: string): string {
  return `/console/api/thumbnail?source=${encodeURIComponent(source)}&side=96`;
}

export function nameOf(source: string): string {
  return source.split("/").at(-1) ?? source;
}

async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let place = 0; place < bytes.length; place += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(place, place + 0x8000));
  }
  return btoa(text);
}

/** Put a picture beside those of the dataset; two of one name get two addresses. */
async function putUp(file: File, bucket: string): Promise<string> {
  const key = `vedette-examples/${String(Date.now())}-${file.name.replace(/[^\w.-]/gu, "_")}`;
  const Body = await base64Of(file);
  await call("s3", "PutObject", { Bucket: bucket, Key: key, Body, ContentType: file.type });
  return `s3://${bucket}/${key}`;
}

interface PickerProps {
  readonly arn: string;
  readonly type: "train" | "test";
  readonly examples: readonly Own.RoundExample[];
  readonly onChange: (examples: readonly Own.RoundExample[]) => void;
}

export function ExamplePicker({ arn, type, examples, onChange }: PickerProps) {
  const t = useText();
  const [name, setName] = useState("");
  const [error, setError] = useState<unknown>(null);
  const query = useCall("vedette", "QueryEntries", {
    ProjectArn: arn,
    DatasetType: type,
    Filter: name.trim() === "" ? {} : { NameContains: name.trim() },
    MaxResults: SHOWN,
  });
  const sources = (query.data?.Entries ?? []).map(({ SourceRef = "" }) => SourceRef);
  const chosen = new Set(examples.map(({ SourceRef }) => SourceRef));
  const bucket = /^s3:\/\/([^/]+)\//u.exec(sources[0] ?? "")?.[1];
  const add = (source: string) => {
    if (!chosen.has(source) && examples.length < MOST_EXAMPLES) {
      onChange([...examples, { SourceRef: source, Note: "", Kind: "right" }]);
    }
  };
  const upload = async (file: File | undefined) => {
    if (file === undefined || bucket === undefined) return;
    setError(null);
    try {
      if (file.size > MOST_BYTES) throw new Error(t("exampleLarge"));
      add(await putUp(file, bucket));
    } catch (fault) {
      setError(fault);
    }
  };
  return (
    <SpaceBetween size="s">
      {examples.map((example) => (
        <Chosen
          key={example.SourceRef}
          example={example}
          onChange={(next) => onChange(examples.map((old) => (old === example ? next : old)))}
          onRemove={() => onChange(examples.filter((old) => old !== example))}
        />
      ))}
      <div className="rounds-line">
        <Input
          type="search"
          value={name}
          ariaLabel={t("exampleSearch")}
          placeholder={t("exampleSearch")}
          onChange={({ detail }) => setName(detail.value)}
        />
        <FileInput value={[]} accept={TYPES} onChange={({ detail }) => void upload(detail.value[0])}>
          {t("exampleUpload")}
        </FileInput>
      </div>
      {error !== null && <FaultAlert error={error} />}
      {query.error !== null && <FaultAlert error={query.error} onRetry={() => void query.refetch()} />}
      <ul className="rounds-choices" aria-label={t("exampleSearch")}>
        {sources.map((source) => (
          <li key={source}>
            <button
              type="button"
              aria-pressed={chosen.has(source)}
              disabled={chosen.has(source)}
              onClick={() => add(source)}
            >
              <img src={thumbnailOf(source)} alt="" loading="lazy" />
              <bdi>{nameOf(source)}</bdi>
            </button>
          </li>
        ))}
      </ul>
    </SpaceBetween>
  );
}

interface ChosenProps {
  readonly example: Own.RoundExample;
  readonly onChange: (example: Own.RoundExample) => void;
  readonly onRemove: () => void;
}

function Chosen({ example, onChange, onRemove }: ChosenProps) {
  const t = useText();
  const { SourceRef: source, Note = "", Kind = "" } = example;
  const name = nameOf(source);
  const words = { right: t("example_right"), wrong: t("example_wrong"), "": t("example_plain") };
  return (
    <div className="rounds-example">
      <img src={thumbnailOf(source)} alt="" />
      <Select
        ariaLabel={t("exampleKindOf", { name })}
        selectedOption={{ value: Kind, label: words[Kind] }}
        options={KINDS.map((value) => ({ value, label: words[value] }))}
        onChange={({ detail }) =>
          onChange({ ...example, Kind: KINDS.find((kind) => kind === detail.selectedOption.value) ?? "" })
        }
      />
      <Input
        value={Note}
        ariaLabel={t("exampleNoteOf", { name })}
        placeholder={t("exampleNote")}
        onChange={({ detail }) => onChange({ ...example, Note: detail.value })}
      />
      <Button variant="icon" iconName="close" ariaLabel={t("exampleRemove", { name })} onClick={onRemove} />
    </div>
  );
}
