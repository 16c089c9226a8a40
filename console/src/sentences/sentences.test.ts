import { expect, it } from "vitest";
import { messages as english } from "./messages/en";
import { messages as french } from "./messages/fr";
import { messages as chinese } from "./messages/zh-CN";
import { sayIn } from "./sentences";

const fr = sayIn(english, french, "fr");
const zh = sayIn(english, chinese, "zh-CN");

it("says a sentence without values", () => {
  expect(fr("There is nothing to import: no picture and no label was found.")).toBe(
    "Il n’y a rien à importer : ni image ni étiquette n’a été trouvée.",
  );
});

it("says a sentence with its values, in the order of the language", () => {
  expect(zh("The version v1 of boards has no model.")).toBe("boards 的版本 v1 没有模型。");
  expect(fr("There is nothing in s3://pictures/boards/new.")).toBe(
    "Il n’y a rien dans s3://pictures/boards/new.",
  );
});

it("says words and parts of sentences that stand in places", () => {
  expect(fr("The train dataset is being updated; it cannot be deleted now.")).toBe(
    "Le jeu d’entraînement est en cours de mise à jour ; il ne peut pas être supprimé maintenant.",
  );
  expect(fr("The version v1 of boards is being trained; try it when that is done.")).toBe(
    "La version v1 de boards est en cours d’entraînement ; essayez-la quand ce sera fini.",
  );
  expect(fr("Line 3: The line has no source-ref.")).toBe("Ligne 3 : La ligne n’a pas de source-ref.");
});

it("leaves names as people wrote them, also where the server has such a word", () => {
  expect(fr('The threshold of "open" is not between 0 and 1.')).toBe(
    "Le seuil de « open » n’est pas compris entre 0 et 1.",
  );
  expect(zh("The project done has no trained model.")).toBe("项目 done 没有训练好的模型。");
});

it("says several sentences one behind the other", () => {
  expect(fr("The trial was deleted. The dataset was deleted.")).toBe(
    "L’essai a été supprimé. Le jeu de données a été supprimé.",
  );
});

it("leaves what it does not know", () => {
  expect(fr("A sentence of a newer server.")).toBe("A sentence of a newer server.");
  expect(fr("")).toBe("");
});

it("finds every sentence by its own form", () => {
  // Each says which it is, so that one catalogue tells of all: one made for each took a minute.
  const marked = Object.fromEntries(Object.entries(english).map(([key, text]) => [key, `${key}! ${text}`]));
  const say = sayIn(english, { ...english, ...marked }, "en");
  const confused = Object.entries(english).filter(([key, text]) => {
    const filled = text.replace(/\{(\w+)\}/gu, "7");
    return say(filled) !== `${key}! ${filled}`;
  });
  expect(confused).toEqual([]);
});
