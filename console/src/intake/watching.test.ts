import { beforeEach, expect, test, vi } from "vitest";

const WORK = {
  kind: "export",
  arn: "arn:aws:rekognition:r:1:project/p/1",
  id: "a",
  region: "r",
  name: "p",
  route: "/projects",
} as const;

class Store {
  readonly items = new Map<string, string>();
  getItem(key: string) {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string) {
    this.items.set(key, value);
  }
}

beforeEach(() => {
  vi.resetModules();
  vi.stubGlobal("sessionStorage", new Store());
});

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
