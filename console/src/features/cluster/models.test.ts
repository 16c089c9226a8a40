import { expect, it } from "vitest";
import { modelOf, share } from "./models";

it("finds project and version in the names of both services", () => {
  expect(
    modelOf("arn:aws:rekognition:us-east-1:000000000000:project/boards/version/v1/1700000000000"),
  ).toEqual({ service: "rekognition", project: "boards", version: "v1" });
  expect(modelOf("arn:aws:lookoutvision:us-east-1:000000000000:model/doors/3")).toEqual({
    service: "lookoutvision",
    project: "doors",
    version: "3",
  });
  expect(modelOf("arn:aws:s3:::bucket")).toBeNull();
});

it("says what is free of how much, and nothing of what there is none of", () => {
  expect(share(1.4567, 4)).toBe("1.5 / 4");
  expect(share(0, 2)).toBe("0 / 2");
  expect(share(undefined, undefined)).toBe("–");
  expect(share(0, 0)).toBe("–");
});
