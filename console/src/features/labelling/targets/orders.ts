/**
 * The orders in which pictures may come. A new one is a line here and a text `order_…` in the catalogues; its
 * port asks the server, and what it lists must stay the same list while its pictures are labelled.
 */

import type { Place, Show } from "../place";
import { entryPortOf } from "../saving/server";
import type { EntryPort } from "../session/entryList";

export type OrderName = "position" | "unlike";

export const ORDERS: Readonly<Record<OrderName, (place: Place, show: Show) => EntryPort>> = {
  position: (place, show) => entryPortOf(place, show, "position"),
  unlike: (place, show) => entryPortOf(place, show, "unlike"),
};

export function isOrder(text: string | null): text is OrderName {
  return text !== null && Object.hasOwn(ORDERS, text);
}
