/** The line above the canvas: where one is, which pictures come, and whether all is saved. */

import Button from "@cloudscape-design/components/button";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import Select from "@cloudscape-design/components/select";
import type { ReactNode } from "react";
import type { KeyAct, Mode } from "./keymap";
import { isShow, SHOWS, type LabelService, type Show } from "./place";
import type { LabelSession } from "./session/labelSession";
import { useText } from "./text";

interface TopLineProps {
  readonly session: LabelSession;
  readonly mode: Mode;
  readonly show: Show;
  readonly service: LabelService;
  /** Whether somebody else has decided what is asked for. */
  readonly isFixed: boolean;
  readonly onChange: (name: string, value: string) => void;
  readonly onAct: (act: KeyAct) => void;
  /** Who labelled the picture, and when; nothing where that is not told. */
  readonly past: ReactNode;
  readonly saved: ReactNode;
  readonly exit: ReactNode;
}

const SHOWS_OF_ROUND = SHOWS.slice(0, 3);

export function TopLine({
  session,
  mode,
  show,
  service,
  isFixed,
  onChange,
  onAct,
  past,
  saved,
  exit,
}: TopLineProps) {
  const t = useText();
  const { total } = session.list;
  const name = nameOf(session.row?.source);
  const options = (isFixed ? SHOWS_OF_ROUND : SHOWS).map((value) => ({ value, label: t(`show_${value}`) }));
  return (
    <header className="vedette-labelling-top">
      <div className="vedette-labelling-group">
        <Button iconName="angle-left" ariaLabel={t("back")} onClick={() => onAct({ do: "back" })} />
        <Button iconName="angle-right" ariaLabel={t("next")} onClick={() => onAct({ do: "next" })} />
        <span className="vedette-labelling-count" data-testid="position">
          {total === undefined ? "…" : t("position", { place: Math.min(session.index + 1, total), total })}
        </span>
        <Button onClick={() => onAct({ do: "unlabelled" })}>{t("unlabelled")}</Button>
      </div>
      <bdi className="vedette-labelling-name" title={session.row?.source}>
        {name}
      </bdi>
      <div className="vedette-labelling-group">
        {past}
        {saved}
        {service === "rekognition" && !isFixed && (
          <SegmentedControl
            label={t("mode")}
            selectedId={mode}
            options={[
              { id: "labels", text: t("modeLabels") },
              { id: "boxes", text: t("modeBoxes") },
            ]}
            onChange={({ detail }) => onChange("mode", detail.selectedId)}
          />
        )}
        <Select
          selectedOption={options.find(({ value }) => value === show) ?? null}
          options={options}
          ariaLabel={t("show")}
          onChange={({ detail }) => {
            const value = detail.selectedOption.value ?? null;
            if (isShow(value)) {
              onChange("show", value);
            }
          }}
        />
        <Button iconName="keyboard" onClick={() => onAct({ do: "help" })}>
          {t("keys")}
        </Button>
        {exit}
      </div>
    </header>
  );
}

function nameOf(source: string | undefined): string {
  return source?.split("/").at(-1) ?? "";
}
