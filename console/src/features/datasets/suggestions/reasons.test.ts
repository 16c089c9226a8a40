import { describe, expect, it } from "vitest";
import { fill } from "../../../i18n/texts";
import { messages } from "../messages/en";
import { keepTextOf, keyOf, labelRoute, mendOf, reasonOf, type Suggestion } from "./reasons";

const say = (suggestion: Suggestion): string =>
  reasonOf(suggestion, (key, ...values) => fill(messages[key], "en", ...(values as [])));

describe("a suggestion", () => {
  it("says in words what looks wrong, and mends it by one change", () => {
    const wrong: Suggestion = { Kind: "mislabelled", Label: "cat", SuggestedLabel: "dog" };
    expect(say(wrong)).toBe("Labelled cat, but looks like dog.");
    expect(mendOf(wrong)).toEqual({ Kind: "label", RemoveLabels: ["cat"], AddLabels: ["dog"] });
  });

  it("gives a label that is missing, and takes one that is too many", () => {
    const missing: Suggestion = { Kind: "mislabelled", SuggestedLabel: "dog" };
    expect([say(missing), mendOf(missing)]).toEqual([
      "Looks as if dog is there, too.",
      { Kind: "label", AddLabels: ["dog"] },
    ]);
    const superfluous: Suggestion = { Kind: "mislabelled", Label: "cat" };
    expect([say(superfluous), mendOf(superfluous)]).toEqual([
      "Does not look like cat.",
      { Kind: "label", RemoveLabels: ["cat"] },
    ]);
  });

  it("leaves boxes and what is without a label to a person", () => {
    expect(mendOf({ Kind: "boxes", Label: "nut", SuggestedLabel: "bolt" })).toBeUndefined();
    expect(mendOf({ Kind: "teach", StandsFor: 3 })).toBeUndefined();
    expect(labelRoute("/r", "train", { Kind: "boxes", Entry: { Id: "a" } })).toBe(
      "/r/train/label?entry=a&mode=boxes",
    );
  });

  it("removes copies and pictures that cannot be used", () => {
    for (const kind of ["shared", "broken", "odd"] as const) {
      expect(mendOf({ Kind: kind })).toEqual({ Kind: "remove" });
    }
    expect(say({ Kind: "broken", Entry: { PictureState: "missing" } })).toBe("Not there");
    expect(say({ Kind: "odd", Deviations: 6 })).not.toBe(say({ Kind: "odd", Deviations: 2.6 }));
  });

  it("says for how many pictures one speaks", () => {
    expect(say({ Kind: "teach", StandsFor: 1 })).toBe("Unlike anything labelled so far.");
    expect(say({ Kind: "teach", StandsFor: 12 })).toBe("Speaks for 12 pictures without a label.");
  });

  it("may be let stand, except that a picture teaches much", () => {
    expect(
      ["mislabelled", "boxes", "odd", "shared", "broken", "teach"].map((kind) =>
        keepTextOf({ Kind: kind as "odd" }),
      ),
    ).toEqual([
      "sugKeep_mislabelled",
      "sugKeep_boxes",
      "sugKeep_odd",
      "sugKeep_shared",
      "sugKeep_broken",
      undefined,
    ]);
  });

  it("is told from those of the same picture by its kind and its box", () => {
    const items: Suggestion[] = [
      { Kind: "boxes", Entry: { Id: "a" }, BoxNumber: 0 },
      { Kind: "boxes", Entry: { Id: "a" }, BoxNumber: 1 },
      { Kind: "odd", Entry: { Id: "a" } },
    ];
    expect(new Set(items.map(keyOf)).size).toBe(3);
  });
});
