/** The project's labels beside the pictures: to give to the selected ones, or to look for. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import { useFormats } from "../../../i18n/context";
import type { ProjectLabel } from "../labels";
import { useText } from "../text";

export interface LabelPanelProps {
  readonly labels: readonly ProjectLabel[];
  readonly selected: number;
  readonly isSingle: boolean;
  readonly onSingle: (isSingle: boolean) => void;
  readonly onChoose: (label: string) => void;
  readonly onAdd: (label: string) => void;
  readonly onClear: () => void;
  readonly onManage: () => void;
}

export function LabelPanel(props: LabelPanelProps) {
  const t = useText();
  const formats = useFormats();
  const [text, setText] = useState("");
  const matching = props.labels.filter((label) => label.name.toLowerCase().includes(text.toLowerCase()));
  const isNew = text.trim() !== "" && !props.labels.some((label) => label.name === text.trim());
  const enter = () => {
    const first = matching.find((label) => label.name === text.trim()) ?? matching[0];
    if (isNew && matching.length === 0) props.onAdd(text.trim());
    else if (first !== undefined) props.onChoose(first.name);
    setText("");
  };
  return (
    <SpaceBetween size="s">
      <Box variant="h3">{t("labels")}</Box>
      <Box color="text-body-secondary" fontSize="body-s">
        {props.selected > 0 ? t("labelsGive", { count: props.selected }) : t("labelsFind")}
      </Box>
      <Input
        value={text}
        onChange={({ detail }) => setText(detail.value)}
        onKeyDown={({ detail }) => {
          if (detail.key === "Enter") enter();
        }}
        placeholder={t("labelsType")}
        ariaLabel={t("labelsType")}
        type="search"
      />
      {isNew && (
        <Button
          iconName="add-plus"
          onClick={() => {
            props.onAdd(text.trim());
            setText("");
          }}
        >
          {t("labelNew", { name: text.trim() })}
        </Button>
      )}
      <div className="label-list">
        {matching.map((label) => (
          <button
            key={label.name}
            type="button"
            className="label-row"
            onClick={() => props.onChoose(label.name)}
          >
            <i className="label-dot" style={{ background: label.colour }} />
            <bdi>{label.name}</bdi>
            <Box color="text-body-secondary" fontSize="body-s">
              {formats.number(label.pictures)}
            </Box>
            {label.key !== "" && <kbd>{label.key}</kbd>}
          </button>
        ))}
      </div>
      <Toggle checked={props.isSingle} onChange={({ detail }) => props.onSingle(detail.checked)}>
        {t("oneLabel")}
      </Toggle>
      <SpaceBetween direction="horizontal" size="xs">
        <Button disabled={props.selected === 0} onClick={props.onClear}>
          {t("clearLabels")}
        </Button>
        <Button onClick={props.onManage}>{t("manageLabels")}</Button>
      </SpaceBetween>
      <Box color="text-body-secondary" fontSize="body-s">
        {t("keysHelp")}
      </Box>
    </SpaceBetween>
  );
}
