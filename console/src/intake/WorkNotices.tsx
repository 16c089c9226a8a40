/** Notices at the end of imports and exports that were begun here, whichever page is shown by then. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { asFault, call, queryClient } from "../api";
import { Sentence } from "../sentences";
import { RouteLink } from "../ui/links";
import { notify } from "../ui/notices";
import { useText } from "./text";
import { subscribeWorks, unwatchWork, watchedWorks, type WatchedWork } from "./watching";

const EVERY_MS = 2000;

type Say = ReturnType<typeof useText>;

interface WorkState {
  readonly status: string;
  readonly message: string;
  readonly place: string;
}

async function lookAt({ kind, arn, id, region }: WatchedWork): Promise<WorkState> {
  if (kind === "export") {
    const facts = await call("vedette", "DescribeExport", { ProjectArn: arn, ExportId: id }, { region });
    return { status: facts.Status ?? "", message: facts.Message ?? "", place: facts.Address ?? "" };
  }
  const facts = await call("vedette", "DescribeImport", { ProjectArn: arn, ImportId: id }, { region });
  return { status: facts.Status ?? "", message: facts.Message ?? "", place: "" };
}

/** What somebody stopped themselves is no news; an import that failed is ready again, with a message. */
function isNews(work: WatchedWork, status: string, message: string): boolean {
  return status !== "cancelled" && !(work.kind === "import" && status === "ready" && message === "");
}

function tell(t: Say, work: WatchedWork, isDone: boolean, state: WorkState | undefined): void {
  const done = work.kind === "export" ? "workExported" : "workImported";
  notify({
    id: `work-${work.id}`,
    type: isDone ? "success" : "error",
    header: t(isDone ? done : "workEnded", { project: work.name }),
    content: isDone ? <bdi>{state?.place}</bdi> : <Sentence text={state?.message ?? ""} />,
    action: <RouteLink to={work.route}>{t("workOpen")}</RouteLink>,
  });
}

function WorkNotice({ work }: { readonly work: WatchedWork }) {
  const t = useText();
  const { data, error } = useQuery({
    queryKey: ["watched", work.id],
    queryFn: () => lookAt(work),
    refetchInterval: EVERY_MS,
    retry: false,
  });
  // What was forgotten meanwhile is over, as is what somebody else began here; a server that is away comes back.
  const fault = error === null ? null : asFault(error);
  const isGone = fault?.status === 404 || fault?.code === "AccessDeniedException";
  const status = data?.status ?? "running";
  useEffect(() => {
    if (isGone) unwatchWork(work.id);
    if (isGone || status === "running") return;
    unwatchWork(work.id);
    if (isNews(work, status, data?.message ?? "")) tell(t, work, status === "done", data);
    void queryClient.invalidateQueries();
  }, [isGone, status, data, work, t]);
  return null;
}

export function WorkNotices() {
  const works = useSyncExternalStore(subscribeWorks, watchedWorks);
  return works.map((work) => <WorkNotice key={work.id} work={work} />);
}
