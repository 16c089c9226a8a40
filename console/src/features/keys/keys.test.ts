import { describe, expect, it } from "vitest";
import { isAliasName } from "../../ui/keyNames";
import { deviceOf, lossesOf, modelOf, nameOfPackage, stateOf } from "./keys";

describe("what a key encrypts", () => {
  it("is named by project and version, with a way to its page", () => {
    expect(modelOf("arn:aws:rekognition:us-east-1:0:project/doors/version/v1/1777896000000")).toMatchObject({
      name: "doors / v1",
      route: "/projects/rekognition/doors/versions/v1",
    });
    expect(modelOf("arn:aws:lookoutvision:us-east-1:0:model/plates/3")).toMatchObject({
      name: "plates / 3",
      route: "/projects/lookoutvision/plates/versions/3",
    });
    const odd = "arn:aws:lookoutvision:us-east-1:0:model/<b>/3/4";
    expect(modelOf(odd)).toEqual({ arn: odd, name: odd, route: null });
  });

  it("is summed over buckets", () => {
    const Buckets = [
      { BucketName: "a", IsDefault: true, Objects: 2, Bytes: 20 },
      { BucketName: "b", IsDefault: false, Objects: 3, Bytes: 5 },
    ];
    const DevicePackages = [{ ComponentName: "belt", ComponentVersion: "1.0.3" }];
    const losses = lossesOf({ ModelArns: ["arn:aws:x"], Buckets, DevicePackages });
    expect(losses).toEqual({ models: 1, objects: 5, bytes: 25, defaults: 1, packages: 1 });
    expect(lossesOf({})).toEqual({ models: 0, objects: 0, bytes: 0, defaults: 0, packages: 0 });
    expect(DevicePackages.map(nameOfPackage)).toEqual(["belt 1.0.3"]);
    expect(deviceOf("arn:aws:vedette:us-east-1:0:device/press-4")).toBe("press-4");
  });
});

describe("an alias", () => {
  it.each([
    ["line-4", true],
    ["a/b_c", true],
    ["", false],
    ["aws/s3", false],
    ["<b>", false],
    ["line 4", false],
    ["x".repeat(251), false],
  ])("%j may be one: %j", (name, may) => {
    expect(isAliasName(name)).toBe(may);
  });
});

describe("a state", () => {
  it("that KMS has and we have not is shown as enabled, never as gone", () => {
    expect(["Enabled", "Disabled", "PendingDeletion", undefined].map(stateOf)).toEqual([
      "Enabled",
      "Disabled",
      "PendingDeletion",
      "Enabled",
    ]);
  });
});
