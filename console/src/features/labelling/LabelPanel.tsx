/** The labels beside the canvas: type to find, click or key to give, with what is on the picture below. */

import Alert from "@cloudscape-design/components/alert";
import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useState, type RefObject } from "react";
import { FaultAlert } from "../../ui/faults";
import { AnnotationList } from "./AnnotationList";
import type { Desk } from "./desk/desk";
import { classOf, labelsOf } from "../../manifest/relabel";
import { isUnsure } from "../../manifest/unsure";
import type { KeyAct, Mode } from "./keymap";
import { LabelEditor } from "./LabelEditor";
import { searchLabels, type LabelInfo } from "./labels";
import { PANELS } from "./panels";
import { useText } from "./text";
import type { Workplace } from "./workplace";

interface LabelPanelProps {
  readonly work: Workplace;
  readonly desk: Desk | undefined;
  readonly mode: Mode;
  readonly search: RefObject<HTMLInputElement | null>;
  readonly onAct: (act: KeyAct) => void;
}

export function LabelPanel({ work, desk, mode, search, onAct }: LabelPanelProps) {
  const t = useText();
  const [text, setText] = useState("");
  const [isSeveral, setSeveral] = useState(false);
  const [edited, setEdited] = useState<LabelInfo>();
  const shown = searchLabels(work.labels, text);
  const [first] = shown;
  const name = text.trim();
  const isNew = name !== "" && work.canDecide && !work.labels.some((label) => label.name === name);
  const edit = (label: string) => setEdited({ name: label, color: "", key: "", isDecided: false });
  const give = (label: string) => onAct({ do: "label", label, isAdded: isSeveral && mode === "labels" });
  return (
    <aside className="vedette-labelling-panel" aria-label={t("labels")}>
      {PANELS.map((Part, place) => (
        <Part key={place} work={work} desk={desk} mode={mode} />
      ))}
      <Heading work={work} mode={mode} onAct={onAct} />
      <SearchField
        field={search}
        text={text}
        onChange={setText}
        onEnter={() => {
          if (first !== undefined) {
            give(first.name);
          } else if (isNew) {
            edit(name);
          }
        }}
        onAdd={work.canDecide ? () => edit(isNew ? name : "") : undefined}
      />
      <NoLabels work={work} mode={mode} />
      <ul className="vedette-labelling-labels">
        {shown.map((label) => (
          <LabelRow
            key={label.name}
            label={label}
            isChosen={isChosen(label.name, work, desk, mode)}
            onGive={() => give(label.name)}
            onEdit={work.canDecide ? () => setEdited(label) : undefined}
          />
        ))}
      </ul>
      {isNew && first === undefined && <Box color="text-body-secondary">{t("enterAdds", { name })}</Box>}
      <Answers work={work} mode={mode} isSeveral={isSeveral} onSeveral={setSeveral} onAct={onAct} />
      <Unsure work={work} onAct={onAct} />
      {mode !== "labels" && desk !== undefined && (
        <AnnotationList desk={desk} mode={mode} colorOf={(label) => work.colorOf(label)} />
      )}
      {edited !== undefined && (
        <LabelEditor
          label={edited}
          work={work}
          mode={mode}
          onClose={(saved) => {
            setEdited(undefined);
            setText("");
            if (saved !== undefined && mode !== "labels") {
              desk?.setLabel(saved);
            }
          }}
        />
      )}
    </aside>
  );
}

interface HeadingProps {
  readonly work: Workplace;
  readonly mode: Mode;
  readonly onAct: (act: KeyAct) => void;
}

function Heading({ work, mode, onAct }: HeadingProps) {
  const t = useText();
  const isMasks = mode === "masks";
  return (
    <>
      {isMasks && <Judgement work={work} onAct={onAct} />}
      <h2 className="vedette-labelling-heading">{isMasks ? t("types") : t("labels")}</h2>
      {work.fault !== undefined && <FaultAlert error={work.fault} />}
    </>
  );
}

function NoLabels({ work, mode }: { readonly work: Workplace; readonly mode: Mode }) {
  const t = useText();
  if (work.labels.length > 0 || work.fault !== undefined) {
    return null;
  }
  if (!work.canDecide) return <Alert type="info">{t("noLabelsHere")}</Alert>;
  return <Alert type="info">{mode === "masks" ? t("noTypes") : t("noLabels")}</Alert>;
}

interface SearchFieldProps {
  readonly field: RefObject<HTMLInputElement | null>;
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly onEnter: () => void;
  readonly onAdd: (() => void) | undefined;
}

/** Type to find; Enter takes the first that is found, or makes a label of what was typed. */
function SearchField({ field, text, onChange, onEnter, onAdd }: SearchFieldProps) {
  const t = useText();
  return (
    <form
      className="vedette-labelling-search"
      onSubmit={(event) => {
        event.preventDefault();
        onEnter();
        onChange("");
        field.current?.blur();
      }}
    >
      <input
        ref={field}
        value={text}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") {
            onChange("");
            event.currentTarget.blur();
          }
        }}
        placeholder={t("find")}
        aria-label={t("find")}
        maxLength={256}
        spellCheck={false}
      />
      {onAdd !== undefined && (
        <Button iconName="add-plus" formAction="none" ariaLabel={t("addLabel")} onClick={onAdd} />
      )}
    </form>
  );
}

interface AnswersProps {
  readonly work: Workplace;
  readonly mode: Mode;
  readonly isSeveral: boolean;
  readonly onSeveral: (isSeveral: boolean) => void;
  readonly onAct: (act: KeyAct) => void;
}

/** Answers that are no label of their own. */
function Answers({ work, mode, isSeveral, onSeveral, onAct }: AnswersProps) {
  const t = useText();
  if (mode === "masks") {
    return null;
  }
  const nothing = <Button onClick={() => onAct({ do: "nothing" })}>{t("act_nothing")}</Button>;
  if (mode === "boxes") {
    return nothing;
  }
  return (
    <SpaceBetween size="xs">
      <Toggle checked={isSeveral} onChange={({ detail }) => onSeveral(detail.checked)}>
        {t("several")}
      </Toggle>
      <SpaceBetween size="xs" direction="horizontal">
        {nothing}
        <Button onClick={() => onAct({ do: "same" })} disabled={work.session.last === undefined}>
          {t("act_same")}
        </Button>
      </SpaceBetween>
    </SpaceBetween>
  );
}

/** An answer too: somebody looked, and cannot tell. */
function Unsure({ work, onAct }: { readonly work: Workplace; readonly onAct: (act: KeyAct) => void }) {
  const t = useText();
  const { line } = work.session;
  const isMarked = line !== undefined && isUnsure(line);
  return (
    <div className="vedette-labelling-judgement">
      <Choice
        name={t("act_unsure")}
        keyName="Q"
        isChosen={isMarked}
        onClick={() => onAct({ do: isMarked ? "sure" : "unsure" })}
      />
    </div>
  );
}

function isChosen(name: string, work: Workplace, desk: Desk | undefined, mode: Mode): boolean {
  if (mode === "labels") {
    const { line } = work.session;
    return line !== undefined && labelsOf(line).includes(name);
  }
  return desk?.label === name;
}

function Judgement({ work, onAct }: { readonly work: Workplace; readonly onAct: (act: KeyAct) => void }) {
  const t = useText();
  const { line } = work.session;
  const judged = line === undefined ? undefined : classOf(line);
  return (
    <div className="vedette-labelling-judgement" role="group" aria-label={t("judgement")}>
      <Choice
        name={t("act_normal")}
        keyName="N"
        isChosen={judged === false}
        onClick={() => onAct({ do: "normal" })}
      />
      <Choice
        name={t("act_anomaly")}
        keyName="A"
        isChosen={judged === true}
        onClick={() => onAct({ do: "anomaly" })}
      />
    </div>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly keyName: string;
  readonly isChosen: boolean;
  readonly onClick: () => void;
}

function Choice({ name, keyName, isChosen: chosen, onClick }: ChoiceProps) {
  return (
    <button type="button" className="vedette-labelling-choice" aria-pressed={chosen} onClick={onClick}>
      {name} <kbd aria-hidden="true">{keyName}</kbd>
    </button>
  );
}

interface LabelRowProps {
  readonly label: LabelInfo;
  readonly isChosen: boolean;
  readonly onGive: () => void;
  readonly onEdit: (() => void) | undefined;
}

function LabelRow({ label, isChosen: chosen, onGive, onEdit }: LabelRowProps) {
  const t = useText();
  return (
    <li className="vedette-labelling-label">
      <button type="button" aria-pressed={chosen} onClick={onGive} className="vedette-labelling-give">
        <span className="vedette-labelling-color" style={{ background: label.color }} />
        <bdi>{label.name}</bdi>
        {label.key !== "" && (
          <span aria-hidden="true">
            <Badge>{label.key.toUpperCase()}</Badge>
          </span>
        )}
      </button>
      {onEdit !== undefined && (
        <Button
          variant="icon"
          iconName="edit"
          ariaLabel={t("editLabel", { name: label.name })}
          onClick={onEdit}
        />
      )}
    </li>
  );
}
