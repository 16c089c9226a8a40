/** The steps of a loop as people see them: six stages, and how far each is. No React. */
import type { Own } from "../../api";

type Step = NonNullable<Own.LoopDescription["Step"]>;

export const STAGES = ["look", "choose", "label", "train", "compare", "move"] as const;

export type Stage = (typeof STAGES)[number];

export type StageState = "done" | "working" | "waiting" | "asking" | "failed" | "stopped" | "none";

const STAGE_OF: Readonly<Record<Step, Stage | null>> = {
  begin: "look",
  look: "look",
  choose: "choose",
  share: "label",
  label: "label",
  train: "train",
  order: "train",
  learn: "train",
  compare: "compare",
  move: "move",
  start: "move",
  switch: "move",
  retire: "move",
  end: null,
};

/** Where a loop that has ended left off: the stages up to that one were done. */
function lastOf({ Pictures, Labeled, Verdict, AliasName }: Own.LoopDescription): Stage {
  if ((Pictures ?? []).length === 0) return "choose";
  if ((Labeled ?? 0) === 0) return "label";
  return Verdict === "better" && AliasName !== undefined ? "move" : "compare";
}

function stateNow(loop: Own.LoopDescription): StageState {
  if (loop.Status === "failed") return "failed";
  if (loop.Status === "stopped") return "stopped";
  if (loop.NeedsConfirmation === true) return "asking";
  return loop.Step === "label" ? "waiting" : "working";
}

/** How far each stage is; "none" is one that has not begun, or to which it never came. */
export function stagesOf(loop: Own.LoopDescription): ReadonlyMap<Stage, StageState> {
  const current = STAGE_OF[loop.Step ?? "begin"];
  const now = STAGES.indexOf(current ?? lastOf(loop));
  return new Map(
    STAGES.map((stage, index) => {
      if (index > now) return [stage, "none"];
      return [stage, index < now || current === null ? "done" : stateNow(loop)];
    }),
  );
}

/** A name that no loop of the project has. */
export function usualName(loops: readonly Own.LoopDescription[]): string {
  const names = new Set(loops.map(({ LoopName }) => LoopName));
  let number = loops.length + 1;
  while (names.has(`loop-${String(number)}`)) number += 1;
  return `loop-${String(number)}`;
}

export function isLoopName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/u.test(name);
}

/** The name in an ARN: of a user, of a role's session, or root. */
export function personOf(arn: string): string {
  return arn.slice(Math.max(arn.lastIndexOf("/"), arn.lastIndexOf(":")) + 1);
}

/** The name of a picture, without its folders. */
export function nameOf(source: string): string {
  return source.slice(source.lastIndexOf("/") + 1);
}
