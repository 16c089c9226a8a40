/** Beside the canvas: what a round asks for, right and wrong side by side, and what is said of this picture. */

import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { useCall } from "../../api";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { termsOf } from "./targets/round";
import type { RoundExample, RoundNotes, RoundTerms } from "./targets/target";
import { useText } from "./text";
import type { Workplace } from "./workplace";

const DAY_MS = 24 * 60 * 60 * 1000;
/** How often it is looked whether something else is asked for: about as often as a picture is done. */
const EVERY_MS = 5000;

export function RoundPanel({ work }: { readonly work: Workplace }) {
  const { round } = work.target;
  return round === undefined ? null : <Asked work={work} round={round} />;
}

function Asked({ work, round }: { readonly work: Workplace; readonly round: RoundNotes }) {
  const t = useText();
  const query = useCall("vedette", "GetMyRound", { RoundId: round.id }, { everyMs: EVERY_MS });
  const terms = termsOf(query.data?.Round ?? {});
  const { row } = work.session;
  const comments = round.commentsOf(row?.source ?? "");
  return (
    <SpaceBetween size="xs">
      <Reminder terms={terms} />
      {comments.map(({ author, text }, place) => (
        <Alert key={place} type="warning" header={t("commentBy", { name: author })}>
          <bdi className="vedette-labelling-text">{text}</bdi>
        </Alert>
      ))}
      {(terms.instructions !== "" || terms.examples.length > 0) && (
        <ExpandableSection headerText={t("instructions")} defaultExpanded>
          <bdi className="vedette-labelling-text">{terms.instructions}</bdi>
          <Examples round={round} examples={terms.examples} />
        </ExpandableSection>
      )}
      {row !== undefined && <Note key={row.id} round={round} entry={row.id} source={row.source} />}
    </SpaceBetween>
  );
}

/** The deadline, from a day before it on. */
function Reminder({ terms }: { readonly terms: RoundTerms }) {
  const t = useText();
  const formats = useFormats();
  const [now] = useState(() => Date.now());
  if (terms.deadline === undefined) return null;
  const left = Date.parse(terms.deadline) - now;
  if (left > DAY_MS) return null;
  const when = formats.date(terms.deadline);
  if (left > 0) return <Alert type="info">{t("deadlineSoon", { when })}</Alert>;
  return (
    <Alert type="warning">
      {terms.refusesLate ? t("deadlineOver", { when }) : t("deadlineLate", { when })}
    </Alert>
  );
}

const COLUMNS = ["right", "wrong", ""] as const;

interface ExamplesProps {
  readonly round: RoundNotes;
  readonly examples: readonly RoundExample[];
}

function Examples({ round, examples }: ExamplesProps) {
  const t = useText();
  const titles = { right: t("exampleRight"), wrong: t("exampleWrong"), "": "" };
  return (
    <div className="vedette-labelling-sides">
      {COLUMNS.map((kind) => ({ kind, examples: examples.filter((example) => example.kind === kind) }))
        .filter(({ examples }) => examples.length > 0)
        .map(({ kind, examples }) => (
          <section
            key={kind}
            data-kind={kind}
            aria-label={titles[kind] === "" ? t("examples") : titles[kind]}
          >
            {kind !== "" && <strong>{titles[kind]}</strong>}
            {examples.map((example) => (
              <Example key={example.source} example={example} round={round} />
            ))}
          </section>
        ))}
    </div>
  );
}

function Example({ example, round }: { readonly example: RoundExample; readonly round: RoundNotes }) {
  return (
    <figure>
      <img src={round.thumbnailOf(example.source)} alt={example.note} />
      <figcaption>
        <bdi>{example.note}</bdi>
      </figcaption>
    </figure>
  );
}

interface NoteProps {
  readonly round: RoundNotes;
  readonly entry: string;
  readonly source: string;
}

/** What the reviewer is to know of this picture. */
function Note({ round, entry, source }: NoteProps) {
  const t = useText();
  const [text, setText] = useState(() => round.noteOf(source));
  const [state, setState] = useState<"" | "sending" | "sent">("");
  const [error, setError] = useState<unknown>(null);
  const send = async () => {
    setState("sending");
    setError(null);
    try {
      await round.sendNote(entry, source, text);
      setState("sent");
    } catch (fault) {
      setError(fault);
      setState("");
    }
  };
  return (
    <ExpandableSection headerText={t("note")} defaultExpanded={text !== ""}>
      <SpaceBetween size="xs">
        <FormField description={t("noteHelp")}>
          <Textarea
            rows={2}
            value={text}
            ariaLabel={t("note")}
            onChange={({ detail }) => {
              setText(detail.value);
              setState("");
            }}
          />
        </FormField>
        {error !== null && <FaultAlert error={error} />}
        <Button loading={state === "sending"} onClick={() => void send()}>
          {state === "sent" ? t("noteSent") : t("noteSend")}
        </Button>
      </SpaceBetween>
    </ExpandableSection>
  );
}
