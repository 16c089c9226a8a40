// Every language says everything that English says, with the same places in it.
import { describe, expect, it } from "vitest";
import { placesOf, type Messages } from "../src/i18n/texts";
import { LANGUAGES } from "../src/i18n/languages";

const files = import.meta.glob<Messages>("../src/**/messages/*.ts", { eager: true, import: "messages" });
const english = Object.keys(files).filter((file) => file.endsWith("/en.ts"));
const others = Object.keys(LANGUAGES).filter((language) => language !== "en");
const cases = english.flatMap((file) => others.map((language) => [file, language] as const));

function catalogue(file: string): Messages {
  const messages = files[file];
  if (messages === undefined) throw new Error(`${file} is missing`);
  return messages;
}

describe("the catalogues", () => {
  it.each(cases)("%s says the same in %s", (file, language) => {
    const original = catalogue(file);
    const translated = catalogue(file.replace("/en.ts", `/${language}.ts`));
    expect(Object.keys(translated).sort()).toEqual(Object.keys(original).sort());
    for (const [key, message] of Object.entries(original)) {
      expect([key, [...placesOf(translated[key] ?? "")].sort()]).toEqual([
        key,
        [...placesOf(message)].sort(),
      ]);
      expect([key, JSON.stringify(translated[key]).length > 2]).toEqual([key, true]);
    }
  });
});
