import { expect, it } from "vitest";
import { BATCH, OrientationBatches } from "./orientationBatches";

function batches(answer: (sources: readonly string[]) => readonly number[]) {
  const asked: (readonly string[])[] = [];
  const due: (() => void)[] = [];
  const loader = new OrientationBatches({
    ask: (sources) => {
      asked.push(sources);
      return Promise.resolve().then(() => answer(sources));
    },
    later: (run) => void due.push(run),
  });
  const run = () => due.splice(0).forEach((step) => step());
  return { loader, asked, run };
}

it("pictures of one drawing are asked for together, and each gets its own answer", async () => {
  const { loader, asked, run } = batches((sources) => sources.map((source) => (source === "b" ? 6 : 0)));
  const answers = Promise.all(["a", "b", "c"].map((source) => loader.load(source)));
  expect(asked).toEqual([]);
  run();
  expect(await answers).toEqual([1, 6, 1]);
  expect(asked).toEqual([["a", "b", "c"]]);
});

it("more than the server takes at once are asked for in parts", async () => {
  const { loader, asked, run } = batches((sources) => sources.map(() => 3));
  const answers = Promise.all(Array.from({ length: BATCH + 1 }, (_, at) => loader.load(String(at))));
  run();
  expect(new Set(await answers)).toEqual(new Set([3]));
  expect(asked.map(({ length }) => length)).toEqual([BATCH, 1]);
});

it("a server that does not answer fails them all, and the next ones are asked for anew", async () => {
  let isAway = true;
  const { loader, run } = batches((sources) => {
    if (isAway) throw new Error("away");
    return sources.map(() => 8);
  });
  const lost = loader.load("a");
  run();
  await expect(lost).rejects.toThrow("away");
  isAway = false;
  const next = loader.load("a");
  run();
  expect(await next).toBe(8);
});
