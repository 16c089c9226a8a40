/**
 * Where a labelling page's pictures come from and where its answers go. The page knows this and nothing else of
 * it: a dataset is one such place, a labelling round another. No React.
 */

import type { Stamp } from "../../../manifest/attributes";
import type { Show } from "../place";
import type { OutboxPort } from "../saving/outbox";
import type { EntryPort } from "../session/entryList";
import type { OrderName } from "./orders";

/** Which entries come, and in which order. */
export interface ListView {
  readonly show: Show;
  readonly order: OrderName;
}

export interface LabelTarget {
  /** The name under which unsaved work is kept in this browser: no two targets share one. */
  readonly scope: string;
  readonly entries: (view: ListView) => EntryPort;
  readonly outbox: OutboxPort;
  /** Who and when, as it is written beside every answer. */
  readonly stamp: () => Stamp;
}
