import { describe, expect, it } from "vitest";
import { progressed, routeOf, staleAfter } from "./workEvents";

const arn = "arn:aws:rekognition:us-east-1:111122223333:project/my parts/1780000000000";
const facts = { projectArn: arn, datasetType: "train", status: "running", done: 20, total: 40 } as const;
const keyOf = (operation: string, type: string) => [
  "vedette",
  operation,
  "us-east-1",
  { ProjectArn: arn, DatasetType: type, MaxResults: 24 },
];

describe("an event of the server", () => {
  it("moves the progress of its own dataset, and of nothing else", () => {
    const event = { kind: "study", facts } as const;
    const keys = [
      keyOf("ListSuggestions", "train"),
      keyOf("ListSuggestions", "test"),
      keyOf("ListDrafts", "train"),
      ["vedette", "ListSuggestions"],
    ];
    expect(keys.map((key) => progressed(key, event))).toEqual([true, false, false, false]);
    expect(progressed(keys[0] ?? [], { kind: "study", facts: { ...facts, status: "ready" } })).toBe(false);
  });

  it("has answers asked for again where something begins, ends, or was missed", () => {
    expect(staleAfter({ kind: "study", facts })).toEqual([]);
    expect(staleAfter({ kind: "study", facts: { ...facts, done: 0 } })).toEqual(["ListSuggestions"]);
    expect(staleAfter({ kind: "study", facts: { ...facts, status: "ready" } })).toEqual(["ListSuggestions"]);
    expect(staleAfter({ kind: "drafts", facts })).toEqual(["ListDrafts"]);
    expect(staleAfter({ kind: "dataset", facts })).toEqual(["ListDrafts", "ListNextSteps"]);
    expect(staleAfter({ kind: "reset", facts: {} })).toEqual([
      "ListSuggestions",
      "ListDrafts",
      "ListNextSteps",
    ]);
  });

  it("leads to the datasets of its project, of both services", () => {
    expect(routeOf(arn)).toEqual({ project: "my parts", route: "/projects/rekognition/my%20parts/datasets" });
    expect(routeOf("arn:aws:lookoutvision:us-east-1:111122223333:project/doors").route).toBe(
      "/projects/lookoutvision/doors/datasets",
    );
  });
});
