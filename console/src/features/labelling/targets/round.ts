/** A labelling round as a target: one's own pictures of it, and answers that no dataset sees yet. */

import { call, type Own } from "../../../api";
import { outlineOf } from "../desk/outline";
import { roundScope, type Place, type Show } from "../place";
import type { OutboxPort, StoredEntry } from "../saving/outbox";
import { base64Of, decisionsOf, explain, fetchPicture, judge, maskAddressBelow } from "../saving/server";
import type { EntryPort, EntryRow } from "../session/entryList";
import type { KnownLabels } from "./files";
import type { LabelTarget, RoundComment, RoundTerms } from "./target";

const PAGE = 200;
/** As many as one answer holds: a list of what is open shrinks while it is labelled, so it is asked for once. */
const MOST_FILTERED = 500;
const THUMBNAIL = 192;

export interface OpenRound {
  readonly place: Place;
  readonly facts: Own.MyRound;
  readonly labels: readonly Own.LabelSetting[];
}

export function roundTarget({ place, facts, labels }: OpenRound): LabelTarget {
  const id = facts.RoundId ?? "";
  const comments = new Map<string, readonly RoundComment[]>();
  const notes = new Map<string, string>();
  return {
    scope: roundScope(place.person, id),
    entries: ({ show }) => entriesOf(id, show, comments, notes),
    outbox: outboxOf(id),
    stamp: () => ({ moment: new Date(), job: facts.JobName ?? "" }),
    files: {
      fetch: (source, signal) => fetchPicture(source, place.region, signal, id),
      maskAddress: (source, bytes) => maskAddressBelow(facts.MaskFolder ?? "", source, bytes),
      outline: (source, request) => outlineOf(source, request, place.region, id),
    },
    loadLabels: () => Promise.resolve(knownLabels(labels)),
    decide: undefined,
    round: {
      id,
      name: facts.Name ?? "",
      thumbnailOf: (source) => thumbnailOf(source, id),
      commentsOf: (source) => comments.get(source) ?? [],
      noteOf: (source) => notes.get(source) ?? "",
      sendNote: async (entry, source, note) => {
        await call("vedette", "NoteAnswer", { RoundId: id, EntryId: entry, Note: note });
        notes.set(source, note);
      },
    },
  };
}

/** What a round asks for now. */
export function termsOf(facts: Own.MyRound): RoundTerms {
  return {
    instructions: facts.Instructions ?? "",
    examples: (facts.Examples ?? []).map(({ SourceRef, Note = "", Kind = "" }) => ({
      source: SourceRef,
      note: Note,
      kind: Kind,
    })),
    deadline: facts.Deadline,
    refusesLate: facts.Late === "refuse",
  };
}

/** Those with a colour or a key were decided; the others are in use. */
function knownLabels(labels: readonly Own.LabelSetting[]): KnownLabels {
  const isDecided = ({ Color = "", Key = "" }: Own.LabelSetting) => Color !== "" || Key !== "";
  return {
    decided: decisionsOf(labels.filter(isDecided)),
    used: labels.filter((label) => !isDecided(label)).map(({ Name }) => Name),
  };
}

function thumbnailOf(source: string, round: string): string {
  return `/console/api/thumbnail?source=${encodeURIComponent(source)}&side=${THUMBNAIL}&round=${round}`;
}

function entriesOf(
  id: string,
  show: Show,
  comments: Map<string, readonly RoundComment[]>,
  notes: Map<string, string>,
): EntryPort {
  return {
    page: async (from) => {
      const answer = await call("vedette", "ListMyTasks", {
        RoundId: id,
        Show: show === "errors" || show === "unsure" ? "all" : show,
        MaxResults: show === "all" ? PAGE : MOST_FILTERED,
        ...("around" in from ? { AroundEntryId: from.around } : { Offset: from.offset }),
      });
      const tasks = answer.Tasks ?? [];
      for (const { SourceRef = "", Comments = [], Note = "" } of tasks) {
        notes.set(SourceRef, Note);
        comments.set(
          SourceRef,
          Comments.map(({ Author = "", Text = "" }) => ({ author: Author, text: Text })),
        );
      }
      const total = show === "all" ? (answer.Total ?? tasks.length) : tasks.length;
      return { rows: tasks.map(rowOf), offset: answer.Offset ?? 0, total };
    },
  };
}

/** Return the first picture that waits for an answer; nothing where all have one. */
export async function firstOpen(id: string): Promise<string | undefined> {
  const answer = await call("vedette", "ListMyTasks", { RoundId: id, Show: "unlabelled", MaxResults: 1 });
  return answer.Tasks?.[0]?.EntryId;
}

function rowOf(task: Own.MyTask): EntryRow {
  return {
    id: task.EntryId ?? "",
    source: task.SourceRef ?? "",
    line: task.Line ?? "{}",
    revision: task.Revision ?? "",
    isLabelled: task.Status !== "open" && task.Status !== "sent-back",
  };
}

/** Where answers of a round go. */
export function outboxOf(id: string): OutboxPort {
  return {
    send: async (edits) => {
      const answer = await call("vedette", "SubmitAnswers", {
        RoundId: id,
        Answers: edits.map(({ line, base }) => ({ Line: line, Revision: base })),
      });
      return new Map((answer.Tasks ?? []).map((task) => [task.SourceRef ?? "", task.Revision ?? ""]));
    },
    sendMask: async (ref, bytes) => {
      await call("vedette", "PutRoundMask", { RoundId: id, SourceRef: ref, Body: base64Of(bytes) });
    },
    find: async (source): Promise<StoredEntry | undefined> => {
      const answer = await call("vedette", "ListMyTasks", { RoundId: id, SourceRef: source });
      const [task] = answer.Tasks ?? [];
      return (
        task && {
          line: task.Line ?? "{}",
          revision: task.Revision ?? "",
          isOpen: task.Status === "open" || task.Status === "sent-back",
        }
      );
    },
    judge,
    explain,
  };
}
