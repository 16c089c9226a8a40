/**
 * Where a labelling page's pictures come from and where its answers go. The page knows this and nothing else of
 * it: a dataset is one such place, a labelling round another. No React.
 */

import type { Stamp } from "../../../manifest/attributes";
import type { LabelDecision } from "../labels";
import type { Show } from "../place";
import type { OutboxPort } from "../saving/outbox";
import type { EntryPort } from "../session/entryList";
import type { KnownLabels, PictureFiles } from "./files";
import type { OrderName } from "./orders";

/** Which entries come, and in which order. */
export interface ListView {
  readonly show: Show;
  readonly order: OrderName;
}

export interface RoundComment {
  readonly author: string;
  readonly text: string;
}

export interface RoundExample {
  readonly source: string;
  readonly note: string;
  readonly kind: "" | "right" | "wrong";
}

/** What is asked for; whoever leads the round may say it anew while somebody labels. */
export interface RoundTerms {
  readonly instructions: string;
  readonly examples: readonly RoundExample[];
  readonly deadline: string | undefined;
  /** After the deadline nothing is taken any more. */
  readonly refusesLate: boolean;
}

/** What whoever shared the work out says of it, and what is said of pictures. */
export interface RoundNotes {
  readonly id: string;
  readonly name: string;
  readonly thumbnailOf: (source: string) => string;
  /** What was said of this person's answer to a picture. */
  readonly commentsOf: (source: string) => readonly RoundComment[];
  /** What this person tells the reviewer of a picture. */
  readonly noteOf: (source: string) => string;
  readonly sendNote: (entry: string, source: string, note: string) => Promise<void>;
}

export interface LabelTarget {
  /** The name under which unsaved work is kept in this browser: no two targets share one. */
  readonly scope: string;
  readonly entries: (view: ListView) => EntryPort;
  readonly outbox: OutboxPort;
  /** Who and when, as it is written beside every answer. */
  readonly stamp: () => Stamp;
  readonly files: PictureFiles;
  /** The entry that looks least like recent ones; nothing where nobody has looked through the pictures. */
  readonly different?: (recent: readonly string[], passed: readonly string[]) => Promise<string | undefined>;
  readonly loadLabels: () => Promise<KnownLabels>;
  /** Add a label, or decide its colour and key; nothing where the labels are fixed. */
  readonly decide: ((decision: LabelDecision) => Promise<readonly LabelDecision[]>) | undefined;
  /** Nothing where a dataset itself is labelled. */
  readonly round?: RoundNotes;
}
