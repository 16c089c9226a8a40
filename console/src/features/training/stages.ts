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
