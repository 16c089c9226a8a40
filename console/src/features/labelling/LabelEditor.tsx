/** A dialog for one label: its name when it is new, its colour and its key. */

import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { FaultAlert } from "../../ui/faults";
import type { Mode } from "./keymap";
import { PALETTE, type LabelInfo } from "./labels";
import { Palette } from "./Palette";
import { useText } from "./text";
import type { Workplace } from "./workplace";

interface LabelEditorProps {
  readonly label: LabelInfo;
  readonly work: Workplace;
  readonly mode: Mode;
  readonly onClose: (saved: string | undefined) => void;
}

export function LabelEditor({ label, work, mode, onClose }: LabelEditorProps) {
  const t = useText();
  const isNew = !work.labels.some(({ name }) => name === label.name);
  const [name, setName] = useState(label.name);
  const [color, setColor] = useState(label.color === "" ? nextColor(work) : label.color);
  const [key, setKey] = useState(label.key);
  const [error, setError] = useState<unknown>();
  const [isSaving, setSaving] = useState(false);
  const problem = problemOf(name.trim(), isNew, mode, work);
  const save = () => {
    if (problem !== undefined || isSaving) {
      return;
    }
    setSaving(true);
    work.decide({ name: name.trim(), color, key }).then(
      () => onClose(name.trim()),
      (fault: unknown) => {
        setSaving(false);
        setError(fault);
      },
    );
  };
  return (
    <Modal
      visible
      header={isNew ? t("addLabel") : <bdi>{label.name}</bdi>}
      closeAriaLabel={t("cancel")}
      onDismiss={() => onClose(undefined)}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Form
          actions={
            <SpaceBetween size="xs" direction="horizontal">
              <Button variant="link" formAction="none" onClick={() => onClose(undefined)}>
                {t("cancel")}
              </Button>
              <Button
                variant="primary"
                formAction="submit"
                loading={isSaving}
                disabled={problem !== undefined}
              >
                {t("save")}
              </Button>
            </SpaceBetween>
          }
        >
          <SpaceBetween size="m">
            {error !== undefined && <FaultAlert error={error} />}
            {isNew && (
              <FormField
                label={t("name")}
                errorText={name === "" || problem === undefined ? null : t(problem)}
              >
                <Input
                  value={name}
                  autoFocus
                  spellcheck={false}
                  onChange={({ detail }) => setName(detail.value)}
                />
              </FormField>
            )}
            <FormField label={t("color")}>
              <Palette label={t("color")} color={color} onChange={setColor} />
            </FormField>
            <FormField label={t("key")} description={t("keyHelp")}>
              <Input
                value={key}
                onChange={({ detail }) =>
                  setKey(
                    detail.value
                      .toLowerCase()
                      .replace(/[^0-9a-z]/g, "")
                      .slice(-1),
                  )
                }
              />
            </FormField>
            {mode === "masks" && <Box color="text-body-secondary">{t("typeHelp")}</Box>}
          </SpaceBetween>
        </Form>
      </form>
    </Modal>
  );
}

/** Return what is wrong with a name. Detections of Lookout can only tell names of letters and digits. */
function problemOf(
  name: string,
  isNew: boolean,
  mode: Mode,
  work: Workplace,
): "nameMissing" | "nameLong" | "nameTaken" | "nameLetters" | undefined {
  if (!isNew) {
    return undefined;
  }
  if (name === "") {
    return "nameMissing";
  }
  if (name.length > 256) {
    return "nameLong";
  }
  if (work.labels.some((label) => label.name === name)) {
    return "nameTaken";
  }
  return mode === "masks" && !/^[A-Za-z0-9]+$/.test(name) ? "nameLetters" : undefined;
}

function nextColor(work: Workplace): string {
  const taken = new Set(work.labels.map(({ color }) => color.toUpperCase()));
  return PALETTE.find((color) => !taken.has(color)) ?? PALETTE[0] ?? "#23A436";
}
