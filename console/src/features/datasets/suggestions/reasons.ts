/** Why a picture is suggested, and what would mend it; facts in, texts and changes out. */
import type { Own } from "../../../api";
import type { Say } from "../../../i18n/texts";
import type { Change, Target } from "../changing";
import type { messages } from "../messages/en";

export type Suggestion = Own.Suggestion;
export type Kind = NonNullable<Suggestion["Kind"]>;

/** The order in which kinds are shown: what spoils a model before what improves it. */
export const KINDS: readonly Kind[] = ["mislabelled", "boxes", "shared", "broken", "odd", "teach"];

/** So many of each kind are shown. */
export const MOST = 24;

/** A picture this much farther than usual is plainly of something else; below, it is only unusual. */
export const PLAINLY = 4;

export function reasonOf(suggestion: Suggestion, t: Say<typeof messages>): string {
  switch (suggestion.Kind) {
    case "mislabelled":
    case "boxes":
      return contradictionOf(suggestion, t);
    case "shared":
      return t("sugShared");
    case "broken":
      return suggestion.Entry?.PictureState === "missing" ? t("missing") : t("broken");
    case "odd":
      return t((suggestion.Deviations ?? 0) >= PLAINLY ? "sugOddPlain" : "sugOdd");
    default:
      return t("sugTeach", { count: suggestion.StandsFor ?? 1 });
  }
}

function contradictionOf(suggestion: Suggestion, t: Say<typeof messages>): string {
  const { Label: label = "", SuggestedLabel: suggested = "" } = suggestion;
  if (label === "") return t("sugMissing", { suggested });
  return suggested === "" ? t("sugTooMany", { label }) : t("sugWrong", { label, suggested });
}

/** Return the change that a suggestion asks for, and nothing where only a person can mend it. */
export function mendOf(suggestion: Suggestion): Change | undefined {
  const { Kind: kind, Label: label = "", SuggestedLabel: suggested = "" } = suggestion;
  if (kind === "mislabelled") {
    return {
      Kind: "label",
      ...(label === "" ? {} : { RemoveLabels: [label] }),
      ...(suggested === "" ? {} : { AddLabels: [suggested] }),
    };
  }
  return kind === "boxes" || kind === "teach" ? undefined : { Kind: "remove" };
}

/** How a person says that a suggestion is mistaken; nothing where there is nothing to be mistaken about. */
export function keepTextOf({ Kind: kind = "teach" }: Suggestion) {
  return kind === "teach" ? undefined : (`sugKeep_${kind}` as const);
}

/** What a suggestion is told from the others by. */
export function keyOf({ Kind: kind = "teach", Entry: entry, BoxNumber: box }: Suggestion): string {
  return `${kind} ${entry?.Id ?? ""} ${String(box ?? "")}`;
}

export function labelRoute(route: string, type: Target["type"], suggestion: Suggestion): string {
  const mode = suggestion.Kind === "boxes" ? "&mode=boxes" : "";
  return `${route}/${type}/label?entry=${suggestion.Entry?.Id ?? ""}${mode}`;
}
