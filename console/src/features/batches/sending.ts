/** Pictures of a batch sent to people who label: put into a dataset where they are in none, and a round made of them. */
import { call, queryClient, type DatasetType } from "../../api";
import { MOST_SENT, type SendingPlan } from "./plan";

export interface RoundWish {
  readonly type: DatasetType;
  readonly name: string;
  readonly task: "labels" | "boxes" | "masks";
}

export async function listPresent(arn: string, type: DatasetType, sources: readonly string[]) {
  const page = await call("vedette", "QueryEntries", {
    ProjectArn: arn,
    DatasetType: type,
    Filter: { SourceRefs: sources.slice(0, MOST_SENT) },
    MaxResults: MOST_SENT,
  });
  return (page.Entries ?? []).flatMap(({ SourceRef }) => (SourceRef === undefined ? [] : [SourceRef]));
}

/** Makes the round, and answers with its id; entries that came meanwhile are refused, and nothing is written over. */
export async function sendToRound(arn: string, plan: SendingPlan, wish: RoundWish): Promise<string> {
  if (plan.missing.length > 0) {
    await call("vedette", "UpdateEntries", {
      ProjectArn: arn,
      DatasetType: wish.type,
      // "none": only where there is no such entry yet. Labels that somebody has given stay.
      Edits: plan.missing.map((source) => ({
        Line: JSON.stringify({ "source-ref": source }),
        Revision: "none",
      })),
    });
  }
  const made = await call("vedette", "CreateRound", {
    ProjectArn: arn,
    DatasetType: wish.type,
    Name: wish.name.trim(),
    Task: wish.task,
    Filter: { SourceRefs: plan.chosen },
  });
  await queryClient.invalidateQueries({ queryKey: ["vedette"] });
  return made.Round?.RoundId ?? "";
}
