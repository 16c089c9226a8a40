/** Asks from where to where a condition holds: sizes in pixels, or days. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import DateInput from "@cloudscape-design/components/date-input";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useText } from "../text";

export type Range = "size" | "added";

/** The keys of an address that hold both ends. */
const KEYS = { size: ["minside", "maxside"], added: ["since", "until"] } as const;

interface RangeDialogProps {
  readonly range: Range;
  readonly search: URLSearchParams;
  readonly onSearch: (search: URLSearchParams) => void;
  readonly onClose: () => void;
}

interface EndProps {
  readonly range: Range;
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function End({ range, label, value, onChange }: EndProps) {
  return (
    <FormField label={label}>
      {range === "size" ? (
        <Input
          type="number"
          inputMode="numeric"
          value={value}
          onChange={({ detail }) => onChange(detail.value)}
        />
      ) : (
        <DateInput value={value} placeholder="YYYY/MM/DD" onChange={({ detail }) => onChange(detail.value)} />
      )}
    </FormField>
  );
}

export function RangeDialog({ range, search, onSearch, onClose }: RangeDialogProps) {
  const t = useText();
  const [least, most] = KEYS[range];
  const [from, setFrom] = useState(search.get(least) ?? "");
  const [to, setTo] = useState(search.get(most) ?? "");
  const submit = () => {
    const next = new URLSearchParams(search);
    for (const [key, value] of [
      [least, from],
      [most, to],
    ] as const) {
      if (value === "") next.delete(key);
      else next.set(key, value);
    }
    onSearch(next);
    onClose();
  };
  return (
    <Modal
      visible
      size="small"
      onDismiss={onClose}
      header={t(range === "size" ? "sort_size" : "sort_added")}
      footer={
        <Box float="right">
          <Button variant="primary" onClick={submit}>
            {t("apply")}
          </Button>
        </Box>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <SpaceBetween size="m">
          <Box color="text-body-secondary">{t(range === "size" ? "filterSizeHelp" : "filterAddedHelp")}</Box>
          <End range={range} label={t("from")} value={from} onChange={setFrom} />
          <End range={range} label={t("until")} value={to} onChange={setTo} />
          {/* So that Enter applies. */}
          <input type="submit" hidden />
        </SpaceBetween>
      </form>
    </Modal>
  );
}
