// What becomes of pictures that are sent to a round, and the names that are proposed.
import { describe, expect, it } from "vitest";
import { usualOutput } from "./places";
import { planOf, roundNameOf } from "./plan";

describe("pictures sent to a round", () => {
  const sources = ["s3://b/1.jpg", "s3://b/2.jpg", "s3://b/3.jpg"];

  it("come into the dataset where they are in none", () => {
    expect(planOf(sources, "train", { train: ["s3://b/1.jpg"] })).toEqual({
      chosen: sources,
      missing: ["s3://b/2.jpg", "s3://b/3.jpg"],
      elsewhere: [],
    });
  });

  it("stay in the other dataset, and out of the round", () => {
    expect(planOf(sources, "test", { train: ["s3://b/1.jpg"], test: ["s3://b/2.jpg"] })).toEqual({
      chosen: ["s3://b/2.jpg", "s3://b/3.jpg"],
      missing: ["s3://b/3.jpg"],
      elsewhere: ["s3://b/1.jpg"],
    });
  });
});

describe("proposed names", () => {
  it("of rounds have the letters that rounds allow", () => {
    expect(roundNameOf("Nacht lot № 3")).toBe("Nacht-lot-No-3-doubtful");
    expect(roundNameOf("六角头")).toBe("doubtful");
    expect(roundNameOf("x".repeat(100))).toMatch(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/u);
  });

  it("of results lie in the bucket of the pictures", () => {
    expect(usualOutput("s3://line-3/november/", "boards", "Batch 2")).toBe(
      "s3://line-3/results/boards/batch-2/",
    );
    expect(usualOutput("line-3", "boards", "Batch 2")).toBe("");
    expect(usualOutput("s3://line-3/a", "boards", "六")).toBe("s3://line-3/results/boards/batch/");
  });
});
