/** How many pictures each label has, as bars of one scale, the largest first. */
import Button from "@cloudscape-design/components/button";
import { Fragment, useState } from "react";
import type { DatasetFacts } from "../../api";
import { useFormats } from "../../i18n/context";
import "./projects.css";
import { useText } from "./text";

/** As many as compare at a glance; a list of 250 is opened by hand. */
const FIRST = 12;

export function LabelBars({
  labels,
  most,
}: {
  readonly labels: DatasetFacts["labels"];
  readonly most: number;
}) {
  const t = useText();
  const formats = useFormats();
  const [isWhole, setIsWhole] = useState(false);
  const sorted = [...labels].sort((a, b) => b.pictures - a.pictures || a.name.localeCompare(b.name));
  const shown = isWhole ? sorted : sorted.slice(0, FIRST);
  return (
    <>
      <dl className="label-bars">
        {shown.map((label) => (
          <Fragment key={label.name}>
            <dt title={label.name}>
              <bdi>{label.name}</bdi>
            </dt>
            <dd aria-hidden="true">
              <span
                className="label-bar"
                style={{ inlineSize: `${String((100 * label.pictures) / Math.max(most, 1))}%` }}
              />
            </dd>
            <dd>{formats.number(label.pictures)}</dd>
          </Fragment>
        ))}
      </dl>
      {sorted.length > shown.length && (
        <Button variant="inline-link" onClick={() => setIsWhole(true)}>
          {t("moreLabels", { count: sorted.length - shown.length })}
        </Button>
      )}
    </>
  );
}
