/** What the server tells of studies and of guessing: put into what pages show, and said in a notice at its end. */
import { useEffect, useRef } from "react";
import { useLocation } from "react-router";
import { queryClient } from "../../../api";
import { listenLive, type LiveEvent } from "../../../api/live";
import { Sentence } from "../../../sentences";
import { RouteLink } from "../../../ui/links";
import { notify } from "../../../ui/notices";
import { useText } from "../text";
import { progressed, routeOf, staleAfter, type Remembered } from "./workEvents";

export function WorkEvents() {
  const t = useText();
  const { pathname } = useLocation();
  const latest = useRef({ t, pathname });
  const running = useRef(new Set<string>());
  useEffect(() => {
    latest.current = { t, pathname };
  });
  useEffect(
    () =>
      listenLive((event) => {
        apply(event);
        if (hasEnded(event, running.current)) tell(event, latest.current);
      }),
    [],
  );
  return null;
}

function apply(event: LiveEvent): void {
  queryClient.setQueriesData<Remembered>(
    {
      predicate: ({ queryKey }) => progressed(queryKey, event),
    },
    (before) => before && { ...before, Done: event.facts.done ?? 0, Total: event.facts.total ?? 0 },
  );
  for (const name of staleAfter(event)) {
    void queryClient.invalidateQueries({ queryKey: ["vedette", name] });
  }
}

/** Say whether something that was under way here has come to its end. */
function hasEnded({ kind, facts }: LiveEvent, running: Set<string>): boolean {
  if (kind !== "study" && kind !== "drafts") return false;
  const name = `${kind} ${facts.projectArn ?? ""} ${facts.datasetType ?? ""}`;
  if (facts.status === "running") {
    running.add(name);
    return false;
  }
  return running.delete(name);
}

interface Here {
  readonly t: ReturnType<typeof useText>;
  readonly pathname: string;
}

/** Whoever looks at the panel sees it end; what somebody stopped is no news. */
function tell({ kind, facts }: LiveEvent, { t, pathname }: Here): void {
  const { project, route } = routeOf(facts.projectArn ?? "");
  const isFailed = facts.status === "failed";
  if (pathname === route || (facts.status !== "ready" && !isFailed)) return;
  const key = kind === "study" ? "sugEnded" : "draftsEnded";
  notify({
    id: `${kind}-${facts.projectArn ?? ""}-${facts.datasetType ?? ""}`,
    type: isFailed ? "error" : "success",
    header: isFailed ? t("workFailed", { project }) : t(key, { project }),
    content: <Sentence text={facts.message ?? ""} />,
    action: <RouteLink to={route}>{t("sugOpen")}</RouteLink>,
  });
}
