import { expect, test } from "vitest";
import { fill } from "../../i18n/texts";
import { adviceText, problemText } from "./advice";
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

test("a line's problem keeps its names in English and is said in other languages", () => {
  expect(problemText(saying(messages, "en"), "en", "pictureMissing", "There is no picture 3.jpg.")).toBe(
    "There is no picture 3.jpg.",
  );
  expect(problemText(saying(french, "fr"), "fr", "pictureMissing", "There is no picture 3.jpg.")).toBe(
    french.wrong_pictureMissing,
  );
});
