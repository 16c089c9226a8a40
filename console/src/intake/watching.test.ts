import { beforeEach, expect, test, vi } from "vitest";
import { openWindow } from "../../tests/storage";

const WORK = {
  kind: "export",
  arn: "arn:aws:rekognition:r:1:project/p/1",
  id: "a",
  region: "r",
  name: "p",
  route: "/projects",
} as const;

beforeEach(openWindow);

test("what is watched outlives the page, once each, until it is over", async () => {
  const first = await import("./watching");
  const heard = vi.fn();
  first.subscribeWorks(heard);
  first.watchWork(WORK);
  first.watchWork(WORK);
  expect(heard).toHaveBeenCalledTimes(1);
  vi.resetModules();
  const second = await import("./watching");
  expect(second.watchedWorks()).toEqual([WORK]);
  second.unwatchWork("a");
  expect(second.watchedWorks()).toEqual([]);
});

test("a damaged store is taken for an empty one", async () => {
  sessionStorage.setItem("vedette-watched", "{");
  expect((await import("./watching")).watchedWorks()).toEqual([]);
});
