import { beforeEach, expect, test, vi } from "vitest";
import { openWindow } from "../../tests/storage";

const TARGET = { arn: "arn:aws:rekognition:r:1:project/p/1", service: "rekognition", type: "train" } as const;
const RECORD = { id: "a", target: TARGET, person: "ana", total: 30, entered: 12 };

beforeEach(openWindow);

test("what ran when the window was loaded anew is told of until somebody has read it", async () => {
  const first = await import("./abandoned");
  expect(first.abandonedUploads()).toEqual([]);
  first.writeRunning([RECORD]);
  vi.resetModules();
  const second = await import("./abandoned");
  expect(second.abandonedUploads()).toEqual([RECORD]);
  // Another upload that begins and ends takes nothing of it away.
  second.writeRunning([{ ...RECORD, id: "b" }]);
  second.writeRunning([]);
  vi.resetModules();
  const third = await import("./abandoned");
  third.forgetAbandoned(({ id }) => id === "a");
  vi.resetModules();
  expect((await import("./abandoned")).abandonedUploads()).toEqual([]);
});

test("what came to its end is no news", async () => {
  const first = await import("./abandoned");
  first.writeRunning([RECORD]);
  first.writeRunning([]);
  vi.resetModules();
  expect((await import("./abandoned")).abandonedUploads()).toEqual([]);
});

test("a damaged store is taken for an empty one", async () => {
  sessionStorage.setItem("vedette-uploads", "{");
  expect((await import("./abandoned")).abandonedUploads()).toEqual([]);
});
