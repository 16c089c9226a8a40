/** What a round asks for and until when, as forms hold it; all of it may change while the round runs. */
import type { Own } from "../../api";

export interface RoundTerms {
  readonly instructions: string;
  readonly examples: readonly Own.RoundExample[];
  /** A day such as 2026-11-28 where the person is, or "". */
  readonly deadline: string;
  /** Whether late answers are refused. */
  readonly isStrict: boolean;
}

export const NO_TERMS: RoundTerms = { instructions: "", examples: [], deadline: "", isStrict: false };

/** The end of a day where the person is: who writes a day means all of it. */
export function endOfDay(day: string): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date, 23, 59, 59).toISOString();
}

/** The day of a moment where the person is. */
function dayOf(moment: string | undefined): string {
  if (moment === undefined) return "";
  const date = new Date(moment);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${String(date.getFullYear())}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export function termsOf(round: Own.RoundSummary): RoundTerms {
  return {
    instructions: round.Instructions ?? "",
    examples: round.Examples ?? [],
    deadline: dayOf(round.Deadline),
    isStrict: round.Late === "refuse",
  };
}

/** What is to be said anew: nothing that the person left as it was, so that another leader's change stays. */
export function changesOf(
  old: RoundTerms,
  terms: RoundTerms,
): Omit<Own.UpdateRoundRequest, "ProjectArn" | "RoundId"> {
  return {
    ...(terms.instructions === old.instructions ? {} : { Instructions: terms.instructions }),
    ...(JSON.stringify(terms.examples) === JSON.stringify(old.examples) ? {} : { Examples: terms.examples }),
    ...(terms.isStrict === old.isStrict ? {} : { Late: terms.isStrict ? "refuse" : "accept" }),
    ...(terms.deadline === old.deadline
      ? {}
      : terms.deadline === ""
        ? { NoDeadline: true }
        : { Deadline: endOfDay(terms.deadline) }),
  };
}
