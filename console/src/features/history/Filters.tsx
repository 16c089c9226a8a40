/** Which changes are shown: by person, kind, label and picture; kept in the address. */
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import type { Own } from "../../api";
import { KINDS, type HistoryKind } from "./summary";
import { useText } from "./text";

export interface HistoryFilters {
  readonly PersonArn?: string;
  readonly Kinds?: readonly HistoryKind[];
  readonly Label?: string;
  readonly SourceRef?: string;
}

function kindOf(text: string | null): HistoryKind | undefined {
  return KINDS.find((kind) => kind === text);
}

export function readFilters(search: URLSearchParams): HistoryFilters {
  const kind = kindOf(search.get("kind"));
  const text = (name: string) => search.get(name) ?? "";
  return {
    ...(text("person") === "" ? {} : { PersonArn: text("person") }),
    ...(kind === undefined ? {} : { Kinds: [kind] }),
    ...(text("label") === "" ? {} : { Label: text("label") }),
    ...(text("picture") === "" ? {} : { SourceRef: text("picture") }),
  };
}

interface FiltersProps {
  readonly search: URLSearchParams;
  readonly onChange: (search: URLSearchParams) => void;
  readonly people: readonly Own.HistoryPerson[];
}

export function Filters({ search, onChange, people }: FiltersProps) {
  const t = useText();
  const put = (name: string, value: string) => {
    const next = new URLSearchParams(search);
    if (value === "") next.delete(name);
    else next.set(name, value);
    onChange(next);
  };
  const everybody = { value: "", label: t("everybody") };
  const persons = [
    everybody,
    ...people.map((person) => ({
      value: person.Arn ?? "",
      label: person.Name ?? "",
      description: person.Arn ?? "",
    })),
  ];
  const every = { value: "", label: t("everyKind") };
  const kinds = [every, ...KINDS.map((kind) => ({ value: kind, label: t(`kind_${kind}`) }))];
  const column = { colspan: { default: 12, xs: 6, s: 3 } };
  return (
    <Grid gridDefinition={[column, column, column, column]}>
      <FormField label={t("who")}>
        <Select
          options={persons}
          selectedOption={persons.find(({ value }) => value === (search.get("person") ?? "")) ?? everybody}
          onChange={({ detail }) => put("person", detail.selectedOption.value ?? "")}
        />
      </FormField>
      <FormField label={t("what")}>
        <Select
          options={kinds}
          selectedOption={kinds.find(({ value }) => value === (search.get("kind") ?? "")) ?? every}
          onChange={({ detail }) => put("kind", detail.selectedOption.value ?? "")}
        />
      </FormField>
      <Typed name="label" label={t("label")} search={search} onPut={put} />
      <Typed name="picture" label={t("picture")} search={search} onPut={put} placeholder="s3://" />
    </Grid>
  );
}

interface TypedProps {
  readonly name: string;
  readonly label: string;
  readonly search: URLSearchParams;
  readonly onPut: (name: string, value: string) => void;
  readonly placeholder?: string;
}

/** Asked for when the field is left or Enter is pressed, not with every letter. */
function Typed({ name, label, search, onPut, placeholder = "" }: TypedProps) {
  const current = search.get(name) ?? "";
  const [text, setText] = useState(current);
  return (
    <FormField label={label}>
      <Input
        value={text}
        placeholder={placeholder}
        onChange={({ detail }) => setText(detail.value)}
        onBlur={() => onPut(name, text.trim())}
        onKeyDown={({ detail }) => {
          if (detail.key === "Enter") onPut(name, text.trim());
        }}
      />
    </FormField>
  );
}
