import { describe, expect, it } from "vitest";
import { kindOf } from "./needs";
import { isFew, sentenceOf, untestedOf, weakestOf } from "./sentence";
import { isVersionName, nextName } from "../../ui/versionNames";

describe("what a training came to", () => {
  it("counts pictures where a picture is right or wrong", () => {
    const report = { Task: "classification", TestImages: 48, Correct: 45 };
    expect(sentenceOf(report)).toEqual({
      kind: "classification",
      correct: 45,
      count: 48,
      wrong: 0,
      normal: 0,
    });
  });

  it("counts anomalies found and good ones stopped, whatever the types are", () => {
    const anomaly = {
      Label: "anomaly",
      TruePositives: 23,
      FalseNegatives: 2,
      FalsePositives: 1,
      TrueNegatives: 59,
    };
    const report = {
      Task: "segmentation",
      TestImages: 85,
      Labels: [anomaly, { Label: "scratch", IoU: 0.5 }],
    };
    expect(sentenceOf(report)).toEqual({ kind: "anomaly", correct: 23, count: 25, wrong: 1, normal: 60 });
    expect(weakestOf(report)).toBeNull();
  });

  it("says of a version without test pictures that there are none, and nothing else", () => {
    const rows = [{ Label: "bolt", TestImages: 0 }];
    for (const Task of ["classification", "multilabel", "detection", "anomaly", "segmentation"]) {
      const report = { Task, TestImages: 0, Labels: rows };
      expect(sentenceOf(report).kind).toBe("none");
      expect([untestedOf(report), isFew(report)]).toEqual([[], false]);
    }
    expect([isFew({ TestImages: 3 }), isFew({ TestImages: 20 })]).toEqual([true, false]);
  });

  it("adds objects up over labels, and names the label that is found worst", () => {
    const rows = [
      { Label: "bolt", TestImages: 5, TruePositives: 8, FalseNegatives: 2, FalsePositives: 1 },
      { Label: "nut", TestImages: 4, TruePositives: 3, FalseNegatives: 3, FalsePositives: 2 },
      { Label: "pin", TestImages: 0, TruePositives: 0, FalseNegatives: 0, FalsePositives: 0 },
    ];
    const report = { Task: "detection", TestImages: 9, Labels: rows };
    expect(sentenceOf(report)).toMatchObject({ kind: "detection", correct: 11, count: 16, wrong: 3 });
    expect(weakestOf(report)).toEqual({ label: "nut", correct: 3, count: 6 });
    expect(untestedOf(report)).toEqual(["pin"]);
  });
});

describe("names of versions", () => {
  it("go on counting, and never meet one that is there", () => {
    expect(nextName([])).toBe("v1");
    expect(nextName(["v1", "v7"])).toBe("v8");
    expect(nextName(["first", "v2"])).toBe("v3");
    expect(nextName(["a", "b", "v4", "v3"])).toBe("v5");
  });

  it("are what the service allows", () => {
    expect(isVersionName("v1.2-a_b")).toBe(true);
    for (const name of ["", "schräg", "a b", "x".repeat(256)]) expect(isVersionName(name)).toBe(false);
  });
});

describe("needs", () => {
  it("are known by their codes, and a strange one says its own sentence", () => {
    expect(kindOf({ Code: "LOOKOUT_TOO_FEW_OF_LABEL" })).toBe("more");
    expect(kindOf({ Code: "LOOKOUT_IMAGE_DIFFERS", SourceRef: "s3://a/b.png" })).toBe("picture");
    expect(kindOf({ Code: "NEW", Message: "Something." })).toBe("other");
  });
});
