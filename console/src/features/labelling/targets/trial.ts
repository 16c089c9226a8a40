/** A trial as a target: what a version guessed of pictures without labels, corrected by hand. */

import { call, Fault, type Own } from "../../../api";
import { Line } from "../../../manifest/lines";
import { maskOf } from "../../../manifest/relabel";
import type { Place, Show } from "../place";
import { decideLabel, explain, filesOf, judge, loadLabels, outboxPortOf } from "../saving/server";
import type { OutboxPort } from "../saving/outbox";
import type { EntryPage, EntryPort, EntryRow } from "../session/entryList";
import type { LabelTarget } from "./target";

const PAGE = 200;
const JOB = "labeling-job/trial";

interface OpenTrial {
  readonly place: Place;
  readonly id: string;
  /** The pictures by their addresses, as they were listed last. */
  readonly numbers: Map<string, number>;
  /** Guessed masks, which lie in no bucket until their picture is added: by their addresses. */
  readonly masks: Map<string, number>;
}

export function trialTarget(place: Place, id: string): LabelTarget {
  const trial: OpenTrial = { place, id, numbers: new Map(), masks: new Map() };
  const files = filesOf(place);
  return {
    scope: [place.person, place.region, place.projectArn, "trial", id].join(" "),
    entries: ({ show }) => entriesOf(trial, show),
    outbox: outboxOf(trial),
    stamp: () => ({ moment: new Date(), job: JOB }),
    files: {
      ...files,
      fetch: (source, signal) => {
        const number = trial.masks.get(source);
        return number === undefined ? files.fetch(source, signal) : guessedMask(trial, number);
      },
    },
    loadLabels: () => loadLabels(place),
    decide: (decision) => decideLabel(place, decision),
  };
}

const SHOWN: Readonly<Record<Show, boolean | undefined>> = {
  all: undefined,
  unlabelled: false,
  labelled: true,
  errors: undefined,
  unsure: undefined,
};

async function list(trial: OpenTrial, more: Partial<Own.ListTrialPicturesRequest>): Promise<EntryPage> {
  const answer = await call(
    "vedette",
    "ListTrialPictures",
    { ProjectArn: trial.place.projectArn, TrialId: trial.id, State: "answered", MaxResults: PAGE, ...more },
    { region: trial.place.region },
  );
  const rows = (answer.Pictures ?? []).map((picture) => rowOf(trial, picture));
  return { rows, offset: more.Offset ?? 0, total: answer.Total ?? rows.length };
}

function entriesOf(trial: OpenTrial, show: Show): EntryPort {
  const verified = SHOWN[show];
  const filter = verified === undefined ? {} : { Verified: verified };
  return {
    page: async (from) => {
      if (!("around" in from)) return list(trial, { ...filter, Offset: from.offset });
      // Among those that have an answer a picture is at most as far as its number.
      const number = Number(from.around);
      return list(trial, { ...filter, Offset: Math.max(0, number - PAGE) });
    },
  };
}

function rowOf(trial: OpenTrial, picture: Own.TrialPicture): EntryRow {
  const { PictureId = 0, SourceRef = "", Line: guess = "{}", VerifiedLine = "" } = picture;
  trial.numbers.set(SourceRef, PictureId);
  const mask = maskOf(Line.read(guess));
  if (mask !== undefined) trial.masks.set(mask.ref, PictureId);
  return {
    id: String(PictureId),
    source: SourceRef,
    line: VerifiedLine === "" ? guess : VerifiedLine,
    revision: String(picture.Revision ?? 0),
    isLabelled: picture.Verdict !== "none",
  };
}

async function guessedMask({ place, id }: OpenTrial, number: number): Promise<Blob> {
  const input = { ProjectArn: place.projectArn, TrialId: id, PictureId: number };
  const { Body = "" } = await call("vedette", "GetTrialMask", input, { region: place.region });
  const bytes = Uint8Array.from(atob(Body), (letter) => letter.charCodeAt(0));
  return new Blob([bytes], { type: "image/png" });
}

/** Where corrections go: each says of a guess, seen in a revision, what the picture shows. */
function outboxOf(trial: OpenTrial): OutboxPort {
  const { place, id } = trial;
  return {
    send: async (edits) => {
      const answer = await call(
        "vedette",
        "VerifyTrialPictures",
        {
          ProjectArn: place.projectArn,
          TrialId: id,
          Verdicts: await Promise.all(
            edits.map(async ({ source, line, base }) => ({
              PictureId: await numberOf(trial, source),
              Verdict: "corrected" as const,
              Revision: Number(base),
              Line: line,
            })),
          ),
        },
        { region: place.region },
      );
      if ((answer.Conflicts ?? []).length > 0) {
        throw new Fault(409, "ConflictException", "Somebody else has verified the picture meanwhile.", null);
      }
      return new Map(
        (answer.Pictures ?? []).map(({ SourceRef = "", Revision = 0 }) => [SourceRef, String(Revision)]),
      );
    },
    sendMask: outboxPortOf(place).sendMask,
    find: async (source) => {
      const { rows } = await list(trial, { SourceRef: source });
      const [row] = rows;
      return row && { line: row.line, revision: row.revision, isOpen: !row.isLabelled };
    },
    judge,
    explain,
  };
}

async function numberOf(trial: OpenTrial, source: string): Promise<number> {
  const known = trial.numbers.get(source);
  if (known !== undefined) return known;
  await list(trial, { SourceRef: source });
  return trial.numbers.get(source) ?? 0;
}
