/**
 * The orders in which pictures may come. A new one is a line here and a text `order_…` in the catalogues; its
 * port asks the server, and what it lists must stay the same list while its pictures are labelled.
 */

import type { Place, Show } from "../place";
import { taughtPortOf } from "../drafts/taught";
import { entryPortOf } from "../saving/server";
import type { EntryPort } from "../session/entryList";

export type OrderName = "position" | "unlike" | "teach";

export const ORDERS: Readonly<Record<OrderName, (place: Place, show: Show) => EntryPort>> = {
  position: (place, show) => entryPortOf(place, show, "position"),
  unlike: (place, show) => entryPortOf(place, show, "unlike"),
  // Whatever is shown: it is a list of pictures without a label when it is made, and stays that list.
  teach: (place) => taughtPortOf(place),
};

export function isOrder(text: string | null): text is OrderName {
  return text !== null && Object.hasOwn(ORDERS, text);
}
