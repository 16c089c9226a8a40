import type * as Projects from "./projects";
import type { ProjectFacts } from "./projects";
import type { VersionState } from "./versions";
import { beforeAll, describe, expect, it, vi } from "vitest";

/** What the modules of the console look for where there is no window. */
vi.stubGlobal("window", { location: { search: "", hash: "" }, addEventListener: () => undefined });
vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });

let newestOwn: typeof Projects.newestOwn;
let nextStep: typeof Projects.nextStep;

beforeAll(async () => {
  ({ newestOwn, nextStep } = await import("./projects"));
});

function projectOf(...states: readonly VersionState[]): ProjectFacts {
  const versions = states.map((state, number) => ({
    name: `v${number}`,
    arn: `arn:${number}`,
    state,
    message: "",
    created: undefined,
    f1: null,
  }));
  return {
    service: "rekognition",
    name: "boards",
    arn: "arn",
    versions,
    datasets: [],
  } as unknown as ProjectFacts;
}

describe("what AWS trained, above what was trained here in the list", () => {
  it("is not the version that a next step is about", () => {
    const project = projectOf("archived", "failed", "trained");
    expect(nextStep(project)).toBe("retry");
    expect(newestOwn(project)?.name).toBe("v1");
  });

  it("leaves a project without a version of its own at its first step", () => {
    const project = projectOf("archived");
    expect(newestOwn(project)).toBeUndefined();
    expect(nextStep(project)).toBe("addPictures");
  });
});
