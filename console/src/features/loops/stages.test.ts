// How far a loop is, in the six stages that people see.
import { describe, expect, it } from "vitest";
import type { Own } from "../../api";
import { isLoopName, stagesOf, usualName } from "./stages";

const PICTURES = [{ SourceRef: "s3://b/1.png", DatasetType: "train", Doubt: 0.4 }] as const;

function states(loop: Own.LoopDescription): string {
  return [...stagesOf(loop).values()].join(" ");
}

describe("the stages of a loop", () => {
  it("are done up to the one that it is at", () => {
    expect(states({ Status: "running", Step: "choose" })).toBe("done working none none none none");
    expect(states({ Status: "running", Step: "label" })).toBe("done done waiting none none none");
    expect(states({ Status: "running", Step: "train", NeedsConfirmation: true })).toBe(
      "done done done asking none none",
    );
    expect(states({ Status: "running", Step: "retire" })).toBe("done done done done done working");
  });

  it("say where it failed or was stopped", () => {
    expect(states({ Status: "failed", Step: "train" })).toBe("done done done failed none none");
    expect(states({ Status: "stopped", Step: "label" })).toBe("done done stopped none none none");
  });

  it("end where nothing more was to be done", () => {
    const ended = { Status: "done", Step: "end" } as const;
    expect(states({ ...ended, Pictures: [] })).toBe("done done none none none none");
    expect(states({ ...ended, Pictures: PICTURES, Labeled: 0 })).toBe("done done done none none none");
    const compared = { ...ended, Pictures: PICTURES, Labeled: 1 };
    expect(states({ ...compared, Verdict: "worse", AliasName: "a" })).toBe("done done done done done none");
    expect(states({ ...compared, Verdict: "better" })).toBe("done done done done done none");
    expect(states({ ...compared, Verdict: "better", AliasName: "a" })).toBe("done done done done done done");
  });
});

describe("names of loops", () => {
  it("are proposed where none has them", () => {
    expect(usualName([])).toBe("loop-1");
    expect(usualName([{ LoopName: "loop-2" }])).toBe("loop-3");
  });

  it("have the letters that rounds and versions take", () => {
    expect(isLoopName("monday-2.b")).toBe(true);
    expect(["", "a b", "-a", "六", "x".repeat(41)].some(isLoopName)).toBe(false);
  });
});
