import { expect, test, vi } from "vitest";

async function shown(): Promise<readonly string[]> {
  const { listNotices } = await import("./notices");
  return listNotices().map(({ id }) => id);
}

test("whoever signs in reads nothing that another person was told", async () => {
  vi.resetModules();
  const { notify, showNoticesTo } = await import("./notices");
  showNoticesTo("ana");
  notify({ id: "one", type: "success" });
  showNoticesTo("ana");
  expect(await shown()).toEqual(["one"]);
  showNoticesTo("bo");
  expect(await shown()).toEqual([]);
});
