import { describe, expect, it } from "vitest";
import { changesOf, endOfDay, NO_TERMS, termsOf } from "./terms";

const round = {
  Instructions: "Discs are round.",
  Examples: [{ SourceRef: "s3://parts/1.jpg", Note: "", Kind: "right" as const }],
  Deadline: new Date(2026, 11, 3, 12, 30).toISOString(),
  Late: "refuse" as const,
};

describe("the terms of a round", () => {
  it("hold the day of the deadline where the person is", () => {
    expect(termsOf(round)).toEqual({
      instructions: "Discs are round.",
      examples: round.Examples,
      deadline: "2026-12-03",
      isStrict: true,
    });
  });

  it("of a round without any are those of an empty form", () => {
    expect(termsOf({})).toEqual(NO_TERMS);
  });

  it("leave out what stayed, also the hour of the deadline", () => {
    const old = termsOf(round);
    expect(changesOf(old, { ...old, examples: [...old.examples] })).toEqual({});
  });

  it("say what changed, and only that", () => {
    const old = termsOf(round);
    expect(changesOf(old, { ...old, deadline: "2026-12-05", isStrict: false })).toEqual({
      Deadline: endOfDay("2026-12-05"),
      Late: "accept",
    });
    expect(changesOf(old, { ...old, deadline: "", instructions: "", examples: [] })).toEqual({
      NoDeadline: true,
      Instructions: "",
      Examples: [],
    });
  });
});
