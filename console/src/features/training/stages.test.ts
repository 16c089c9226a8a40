import { describe, expect, it } from "vitest";
import { phaseOf, recipeAtWork, stageOf } from "./stages";

describe("the phases of a training", () => {
  it("prepares until a candidate stands, and reads for candidates while it learns", () => {
    expect(phaseOf("checking the manifests", false)).toBe("prepare");
    expect(phaseOf("reading the pictures", false)).toBe("prepare");
    expect(phaseOf("reading the pictures", true)).toBe("learn");
    expect(phaseOf("judging probe-224", true)).toBe("learn");
  });

  it("finishes with the export, the test pictures and the package", () => {
    for (const stage of ["exporting", "evaluating", "packaging"]) expect(phaseOf(stage, true)).toBe("finish");
  });

  it("takes a stage that it does not know for learning", () => {
    expect(stageOf("composing scenes")).toBe("learn");
    expect(phaseOf("composing scenes", true)).toBe("learn");
  });
});

describe("the recipe at work", () => {
  it("is the one being judged, before one that was kept", () => {
    const waiting = { Recipe: "fine-tune", State: "waiting" };
    const judged = { Recipe: "probe-224", State: "judged" };
    expect(recipeAtWork([judged, { Recipe: "probe-384", State: "judging" }, waiting])).toBe("probe-384");
    expect(recipeAtWork([{ Recipe: "probe-224", State: "kept" }, waiting])).toBe("probe-224");
    expect(recipeAtWork([judged, waiting])).toBeUndefined();
  });
});
