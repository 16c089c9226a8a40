import { describe, expect, it } from "vitest";
import { routeOfStep } from "./stepRoutes";

const parts = { service: "rekognition", name: "my parts" } as const;
const doors = { service: "lookoutvision", name: "doors" } as const;

describe("a next step leads to where it is done", () => {
  it.each([
    [parts, { Kind: "add-pictures" }, "/projects/rekognition/my%20parts/datasets"],
    [
      parts,
      { Kind: "errors", DatasetType: "test" },
      "/projects/rekognition/my%20parts/datasets/test?errors=yes",
    ],
    [parts, { Kind: "unsure" }, "/projects/rekognition/my%20parts/datasets/train/label?show=unsure"],
    [
      parts,
      { Kind: "pictures", Labels: ["a&b"] },
      "/projects/rekognition/my%20parts/datasets/train?label=a%26b",
    ],
    [
      doors,
      { Kind: "more-of", Labels: ["normal"] },
      "/projects/lookoutvision/doors/datasets/train?class=normal",
    ],
    [doors, { Kind: "train" }, "/projects/lookoutvision/doors/train?new"],
  ] as const)("%o %o", (project, step, route) => {
    expect(routeOfStep(project, step)).toBe(route);
  });
});
