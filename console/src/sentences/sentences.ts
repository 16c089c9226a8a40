/**
 * The server's sentences in another language. The server says them in English, wherever they were written down;
 * here one is found by its form, and said again with its values. What has no form is left as it is.
 */
import { fill } from "../i18n/texts";

/** Says a sentence of the server. */
export type SaySentence = (text: string) => string;

/** Sentences by their keys; none has a form of its own for one and for many. */
export type Sentences = Readonly<Record<string, string>>;

interface Form {
  readonly key: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  /** Letters that are not in a place: of two forms that fit, the one that says more is meant. */
  readonly length: number;
}

/** Where a sentence begins within a text. */
const END = /[.!?]\s|: \p{Lu}/u;
const PLACE = /\{(\w+)\}/gu;
/** Places in which a word or a part of the server's own may stand; in all others are names that people gave. */
const WORDS: ReadonlySet<string> = new Set([
  "action",
  "kind",
  "other",
  "problem",
  "reason",
  "state",
  "status",
  "status2",
]);
/** Places in which a whole sentence may stand, or the beginning of one; a name that people gave has no form. */
const SENTENCES: ReadonlySet<string> = new Set(["fault", "label", "sentence"]);

function formOf(key: string, text: string): Form {
  const names = [...text.matchAll(PLACE)].map((match) => match[1] ?? "");
  const parts = text.split(/\{\w+\}/u).map((part) => part.replace(/[.*+?^${}()|[\]\\]/gu, "\\$&"));
  return {
    key,
    names,
    pattern: new RegExp(`^${parts.join("([\\s\\S]+?)")}$`, "u"),
    length: parts.join("").length,
  };
}

/** Makes what says the sentences of one catalogue in the language of another. */
export function sayIn(english: Sentences, others: Sentences, language: string): SaySentence {
  const forms = Object.entries(english)
    .map(([key, text]) => formOf(key, text))
    .sort((one, another) => another.length - one.length);
  const find = (text: string, isWhole = false): string | undefined => {
    for (const { key, names, pattern } of forms) {
      const match = pattern.exec(text);
      const message = others[key];
      if (match === null || message === undefined) continue;
      // Rather two sentences than one about something that is called like a sentence.
      if (!isWhole && match.slice(1).some((value) => END.test(value))) continue;
      const values = names.map((name, at) => [name, valueOf(name, match[at + 1] ?? "")] as const);
      return fill(message, language, Object.fromEntries(values));
    }
    return undefined;
  };
  const valueOf = (name: string, value: string): string => {
    const mayBePart = WORDS.has(name) || (SENTENCES.has(name) && value.includes(" "));
    return (mayBePart ? find(value) : undefined) ?? value;
  };
  return (text) => find(text) ?? inParts(text, find) ?? find(text, true) ?? text;
}

/** Several sentences one behind the other, if each of them has a form. */
function inParts(text: string, find: (part: string) => string | undefined): string | undefined {
  const parts = text.split(/(?<=[.!?])\s+/u);
  if (parts.length < 2) return undefined;
  const translated = parts.map((part) => find(part));
  return translated.every((part) => part !== undefined) ? translated.join(" ") : undefined;
}
