/** The pictures that the last study says to label first, in its order; the list is made once and stays. */

import { call } from "../../../api";
import { rowOf } from "../saving/server";
import type { EntryPage, EntryPort, EntryRow } from "../session/entryList";
import type { Place } from "../place";

const MOST = 100;

export function taughtPortOf(place: Place): EntryPort {
  let rows: Promise<readonly EntryRow[]> | undefined;
  return {
    page: async (from): Promise<EntryPage> => {
      rows ??= taught(place);
      const all = await rows;
      const around = "around" in from ? all.findIndex(({ id }) => id === from.around) : from.offset;
      const offset = Math.max(0, around);
      return { rows: all.slice(offset), offset, total: all.length };
    },
  };
}

async function taught({ projectArn, type, region }: Place): Promise<readonly EntryRow[]> {
  const dataset = { ProjectArn: projectArn, DatasetType: type };
  const { Suggestions: suggestions = [] } = await call(
    "vedette",
    "ListSuggestions",
    { ...dataset, Kinds: ["teach"], MaxResults: MOST },
    { region },
  );
  const ids = suggestions.map(({ Entry: entry }) => entry?.Id ?? "");
  if (ids.length === 0) {
    return [];
  }
  const { Entries: entries = [] } = await call(
    "vedette",
    "QueryEntries",
    { ...dataset, Filter: { EntryIds: ids }, MaxResults: MOST, WithLines: true },
    { region },
  );
  const byId = new Map(entries.map((entry) => [entry.Id, rowOf(entry)]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
