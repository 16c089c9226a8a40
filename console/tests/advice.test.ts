import { describe, expect, it } from "vitest";
import { adviceOf } from "../src/features/projects/advice";
import { isProjectName, nearestName } from "../src/features/projects/names";

const dataset = {
  type: "train",
  arn: null,
  status: "CREATE_COMPLETE",
  message: "",
  pictures: 100,
  labelled: 100,
  broken: 0,
  labels: [
    { name: "screw", pictures: 60, boxes: 0 },
    { name: "nut", pictures: 40, boxes: 0 },
  ],
} as const;

describe("advice about a dataset", () => {
  it("has nothing to say of one that is whole", () => {
    expect(adviceOf(dataset)).toEqual([]);
  });

  it("names labels with too few pictures, but not in a test dataset", () => {
    const labels = [dataset.labels[1], { name: "washer", pictures: 9, boxes: 0 }];
    expect(adviceOf({ ...dataset, labels })).toEqual([{ kind: "few", labels: ["washer"] }]);
    expect(adviceOf({ ...dataset, labels, type: "test" })).toEqual([]);
  });

  it("names the label that outnumbers another fivefold", () => {
    const labels = [dataset.labels[0], { name: "nut", pictures: 12, boxes: 0 }];
    expect(adviceOf({ ...dataset, labels })).toEqual([
      { kind: "uneven", most: "screw", least: "nut", times: 5 },
    ]);
  });

  it("counts what is unlabelled and what is broken, and warns of a single label", () => {
    const labels = [dataset.labels[0], { name: "nut", pictures: 0, boxes: 0 }];
    expect(adviceOf({ ...dataset, labels, labelled: 60, broken: 2 })).toEqual([
      { kind: "broken", count: 2 },
      { kind: "unlabelled", count: 40 },
      { kind: "single" },
    ]);
  });
});

describe("a project's name", () => {
  it("follows the rules of its service", () => {
    expect(isProjectName("rekognition", "a.b-c_1")).toBe(true);
    expect(isProjectName("lookoutvision", "a.b")).toBe(false);
    expect(isProjectName("lookoutvision", "-a")).toBe(false);
    expect(isProjectName("rekognition", "")).toBe(false);
  });

  it.each([
    ["Façade avant", "Facade-avant"],
    ["  front   panels ", "front-panels"],
    ["-x/y", "xy"],
    ["部件", ""],
  ])("is proposed for %s as %s", (typed, proposed) => {
    expect(nearestName(typed)).toBe(proposed);
  });
});
