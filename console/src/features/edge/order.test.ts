import { describe, expect, it } from "vitest";
import { isComponentName, isComponentVersion, nextVersion, targetOf } from "./order";

describe("an order of an edge package", () => {
  it("goes on from the newest version of its component that did not fail", () => {
    const packages = ["1.0.9", "1.0.10", "0.9.0"].map((ComponentVersion) => ({
      ComponentName: "doors",
      ComponentVersion,
    }));
    expect(nextVersion(packages, "doors")).toBe("1.0.11");
    expect(nextVersion(packages, "gates")).toBe("1.0.0");
    const failed = [{ ComponentName: "doors", ComponentVersion: "2.0.0", Status: "failed" as const }];
    expect(nextVersion([...packages, ...failed], "doors")).toBe("1.0.11");
  });

  it("is held to the characters that devices and Greengrass take", () => {
    expect(["doors", "a.b-c_1", "..", "a b", "é", ""].map(isComponentName)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
    expect(["1.0.0", "1.0", "1.0.0-b", "1234567.0.0"].map(isComponentVersion)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it("names its target as it was ordered", () => {
    expect(targetOf({ Device: "jetson_xavier", Arch: "ARM64", Accelerator: "NVIDIA" })).toBe("jetson");
    expect(targetOf({ Arch: "ARM64", Accelerator: "NVIDIA" })).toBe("arm_nvidia");
    expect(targetOf({ Arch: "X86_64" })).toBe("x86");
  });
});
