/** The stages of a training, of which the server has many names and a person needs few. */

export type Stage = "gather" | "check" | "divide" | "read" | "learn" | "export" | "evaluate";

const STAGES: readonly (readonly [string, Stage])[] = [
  ["gathering", "gather"],
  ["waiting", "gather"],
  ["checking", "check"],
  ["dividing", "divide"],
  ["reading", "read"],
  ["exporting", "export"],
  ["packaging", "export"],
  ["evaluating", "evaluate"],
];

export function stageOf(name: string): Stage {
  return STAGES.find(([start]) => name.startsWith(start))?.[1] ?? "learn";
}

/** What a person follows: three phases, each of several stages, which come one after the other. */
export const PHASES = ["prepare", "learn", "finish"] as const;
export type Phase = (typeof PHASES)[number];

/** Return the phase of a stage. Pictures are read anew for each candidate: that belongs to learning. */
export function phaseOf(stage: string, hasCandidates: boolean): Phase {
  const kind = stageOf(stage);
  if (kind === "export" || kind === "evaluate") return "finish";
  return kind === "learn" || hasCandidates ? "learn" : "prepare";
}

interface Standing {
  readonly Recipe?: string | undefined;
  readonly State?: string | undefined;
}

/** Return the recipe that is being judged, or the kept one, which learns from all pictures then. */
export function recipeAtWork(candidates: readonly Standing[]): string | undefined {
  return (
    candidates.find(({ State }) => State === "judging") ?? candidates.find(({ State }) => State === "kept")
  )?.Recipe;
}
