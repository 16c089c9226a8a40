/** The pages of one question to one dataset, for React. */
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { call } from "../../../api";
import type { DatasetType } from "../project";
import type { Question } from "./filters";
import { EntryPages, PAGE, type PagesState } from "./pages";

/** How often a page that is out of date by somebody else's work is asked anew. */
const AGAIN_MS = 3000;

export function usePages(arn: string, type: DatasetType, question: Question): [EntryPages, PagesState] {
  const key = JSON.stringify(question);
  const pages = useMemo(() => {
    const asked = JSON.parse(key) as Question;
    return new EntryPages(({ offset, snapshot, signal }) =>
      call(
        "vedette",
        "QueryEntries",
        {
          ProjectArn: arn,
          DatasetType: type,
          Filter: asked.filter,
          SortBy: asked.sort,
          Descending: asked.isDescending,
          Offset: offset,
          MaxResults: PAGE,
          ...(snapshot === undefined ? {} : { Snapshot: snapshot }),
        },
        { signal },
      ),
    );
  }, [arn, type, key]);
  useEffect(() => {
    pages.show({ first: 0, end: 1 });
    return () => pages.close();
  }, [pages]);
  const state = useSyncExternalStore(pages.subscribe, pages.state);
  const isWaiting = state.isStale || state.isPending;
  useEffect(() => {
    if (!isWaiting) return undefined;
    const timer = setInterval(() => pages.refresh(), AGAIN_MS);
    return () => clearInterval(timer);
  }, [pages, isWaiting]);
  return [pages, state];
}
