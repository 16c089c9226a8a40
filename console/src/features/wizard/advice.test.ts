import { expect, test } from "vitest";
import { fill } from "../../i18n/texts";
import { adviceText, problemText } from "./advice";
import { messages as englishSentences } from "../../sentences/messages/en";
import { messages as frenchSentences } from "../../sentences/messages/fr";
import { sayIn } from "../../sentences/sentences";
import { messages } from "./messages/en";
import { messages as french } from "./messages/fr";
import type { useText } from "./text";

type Say = ReturnType<typeof useText>;

function saying(catalogue: Readonly<Record<string, unknown>>, language: "en" | "fr"): Say {
  return ((key: string) => {
    const message = catalogue[key];
    return typeof message === "string" ? fill(message, language) : key;
  }) as Say;
}

test("advice is said in the reader's language, with what helps behind it", () => {
  const text = adviceText(saying(french, "fr"), "boxesOut", "English");
  expect(text).toBe(`${french.wrong_boxesOut} ${french.remedy_boxesOut}`);
  expect(text).not.toContain("English");
});

test("advice of a newer server is said as the server says it", () => {
  expect(adviceText(saying(messages, "en"), "neverHeardOf", "English")).toBe("English");
  expect(adviceText(saying(messages, "en"), undefined, "English")).toBe("English");
});

test("a line's problem keeps its names, where the sentence has a form in the reader's language", () => {
  const english = "m/a.png has a mask that cannot be read as a PNG.";
  const say = sayIn(englishSentences, frenchSentences, "fr");
  expect(problemText(saying(messages, "en"), "en", "pieceRefused", english, (text) => text)).toBe(english);
  expect(problemText(saying(french, "fr"), "fr", "pieceRefused", english, say)).toBe(
    frenchSentences.hasAMaskThatCannotBe.replace("{place}", "m/a.png"),
  );
});

test("a line's problem without a form is said by its advice", () => {
  const say = sayIn(englishSentences, frenchSentences, "fr");
  for (const name of ["pieceRefused", "metadata"]) {
    const text = problemText(saying(french, "fr"), "fr", name, "Anything at all", say);
    expect(text).toBe((french as Readonly<Record<string, unknown>>)[`wrong_${name}`]);
  }
});
