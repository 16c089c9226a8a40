/** What is wrong with a line and what mends it, in the reader's language: the server names its advice. */
import type { SaySentence } from "../../sentences";
import type { useText } from "./text";

type Say = ReturnType<typeof useText>;
type Key = Parameters<Say>[0];

/** A message by a name that the server gives; nothing where this console does not know it. */
function sayByName(t: Say, key: string): string {
  const text = t(key as Extract<Key, "what">);
  return text === key ? "" : text;
}

/** What is wrong and what helps; the server's English where the advice is a newer one. */
export function adviceText(t: Say, name: string | undefined, english: string): string {
  const wrong = sayByName(t, `wrong_${name ?? ""}`);
  if (wrong === "") return english;
  return [wrong, sayByName(t, `remedy_${name ?? ""}`)].filter((part) => part !== "").join(" ");
}

/** Advice on parts of files: what is wrong is in the sentence alone, with names, counts and places. */
const OF_PARTS: ReadonlySet<string> = new Set([
  "boxesElsewhere",
  "boxesLeftOut",
  "boxesScaled",
  "pictureMissing",
  "pictureRefused",
  "pieceChanged",
  "pieceRefused",
]);

/** What is wrong with one line. The sentence says more than its advice: names, counts and places. */
export function problemText(
  t: Say,
  language: string,
  name: string | undefined,
  english: string,
  say: SaySentence,
): string {
  if (language === "en") return english;
  const sentence = OF_PARTS.has(name ?? "") ? say(english) : english;
  return sentence === english ? sayByName(t, `wrong_${name ?? ""}`) || english : sentence;
}
