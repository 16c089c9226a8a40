/** A restoration watched until it is over, also after its page was left, and said in a notice. */
import { call, queryClient, type Own } from "../../api";
import { Sentence } from "../../sentences";
import { notify } from "../../ui/notices";

const POLL_MS = 500;

export interface RestoreWords {
  readonly running: (done: number, total: number) => string;
  readonly ended: (done: number, skipped: number) => string;
  readonly failed: string;
}

export async function watchRestoration(
  arn: string,
  begun: Own.Restoration,
  words: RestoreWords,
): Promise<Own.Restoration> {
  const id = `restoration-${begun.RestorationId ?? ""}`;
  let current = begun;
  while (current.Status === "running") {
    notify({
      id,
      type: "in-progress",
      content: words.running(current.Done ?? 0, current.Total ?? 0),
    });
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    current = await call("vedette", "DescribeRestoration", {
      ProjectArn: arn,
      RestorationId: current.RestorationId ?? "",
    });
  }
  if (current.Status === "failed") {
    notify({ id, type: "error", header: words.failed, content: <Sentence text={current.Message ?? ""} /> });
  } else {
    notify({ id, type: "success", content: words.ended(current.Done ?? 0, current.Skipped ?? 0) });
  }
  await queryClient.invalidateQueries({ queryKey: ["vedette"] });
  return current;
}
