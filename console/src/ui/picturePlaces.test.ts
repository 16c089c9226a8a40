import { expect, test } from "vitest";
import { folderAbove, placeOf } from "./picturePlaces";

test("a picture's address names its bucket and its folder", () => {
  expect(placeOf("s3://b/a/c/d.jpg")).toEqual({ bucket: "b", folder: "a/c/" });
  expect(placeOf(" s3://b/d.jpg ")).toEqual({ bucket: "b", folder: "" });
  expect(placeOf("s3://b")).toEqual({ bucket: "b", folder: "" });
  expect(placeOf("images/d.jpg")).toEqual({ bucket: "", folder: "" });
});

test("above the first folder is the bucket itself", () => {
  expect(folderAbove("a/c/")).toBe("a/");
  expect(folderAbove("a/")).toBe("");
  expect(folderAbove("")).toBe("");
});
