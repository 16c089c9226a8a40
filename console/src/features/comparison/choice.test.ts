import { describe, expect, it } from "vitest";
import type { VersionFacts, VersionState } from "../../api";
import { comparable, missingOf, pairOf } from "./choice";

function version(name: string, state: VersionState = "trained"): VersionFacts {
  return { name, arn: `arn:${name}`, state, message: "", created: undefined, f1: null };
}

const VERSIONS = [
  version("v4", "training"),
  version("v3"),
  version("v2", "running"),
  version("v1", "failed"),
];

function names(versions: readonly VersionFacts[], named: string): readonly string[] | null {
  const pair = pairOf(versions, named);
  return pair === null ? null : [pair.first.name, pair.second.name];
}

describe("the pair that is compared", () => {
  it("is the newest two with models, the older first, where none is named", () => {
    expect(names(VERSIONS, "")).toEqual(["v2", "v3"]);
  });

  it("is what the address names, in its order", () => {
    expect(names(VERSIONS, "v3,v2")).toEqual(["v3", "v2"]);
  });

  it("is mended where a version is gone, has no model, or is named twice", () => {
    expect(names(VERSIONS, "v1,v2")).toEqual(["v3", "v2"]);
    expect(names(VERSIONS, "v9,v8")).toEqual(["v2", "v3"]);
    expect(names(VERSIONS, "v2,v9")).toEqual(["v2", "v3"]);
    expect(names(VERSIONS, "v2,v2")).toBeNull();
  });

  it("is none where there is one model", () => {
    expect(names([version("v1")], "")).toBeNull();
    expect(names([], "v1,v2")).toBeNull();
  });
});

describe("what an address names and is not there", () => {
  it("is said by name", () => {
    expect(missingOf(VERSIONS, "v1,v2")).toEqual(["v1"]);
    expect(missingOf(VERSIONS, "v9,v8,v7")).toEqual(["v9", "v8"]);
    expect(missingOf(VERSIONS, "v3,")).toEqual([]);
    expect(missingOf(VERSIONS, "")).toEqual([]);
  });
});

it("a version that could not be started has a model, one that is being copied has none yet", () => {
  const versions = (["startFailed", "copying", "copyFailed", "stopping"] as const).map((state) =>
    version(state, state),
  );
  expect(comparable(versions).map(({ name }) => name)).toEqual(["startFailed", "stopping"]);
});
