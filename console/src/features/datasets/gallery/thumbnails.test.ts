import { describe, expect, it } from "vitest";
import {
  AGE_MS,
  AT_ONCE,
  BATCH,
  keyOf,
  MOST_BYTES,
  readThumbnails,
  Thumbnails,
  type ThumbnailQuery,
} from "./thumbnails";

function query(name: string, side = 96): ThumbnailQuery {
  return { source: `s3://b/${name}`, side, layer: "" };
}

function picture(bytes = 10): Blob {
  return new Blob([new Uint8Array(bytes)]);
}

/** A server that answers when it is told to, and a clock. */
class Bench {
  readonly asked: string[][] = [];
  readonly open: { answer: (blobs: (Blob | undefined)[]) => void; fail: (error: unknown) => void }[] = [];
  readonly released: string[] = [];
  now = 0;
  #due: (() => void)[] = [];
  #urls = 0;
  readonly thumbnails = new Thumbnails({
    ask: (queries) => {
      this.asked.push(queries.map(({ source }) => source.slice("s3://b/".length)));
      return new Promise((answer, fail) => this.open.push({ answer, fail }));
    },
    now: () => this.now,
    later: (run) => void this.#due.push(run),
    urlOf: () => `blob:${String((this.#urls += 1))}`,
    release: (url) => void this.released.push(url),
    isPassing: (error) => error === "passing",
  });

  want(name: string, rank = 0, side = 96): { told: () => number; end: () => void } {
    let told = 0;
    const end = this.thumbnails.want(query(name, side), rank, () => (told += 1));
    return { told: () => told, end };
  }

  async turn(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    for (const run of this.#due.splice(0)) run();
  }
}

describe("thumbnails of a gallery", () => {
  it("are asked for by the dozen, those in sight first, a few dozens at once", async () => {
    const bench = new Bench();
    for (let number = 0; number < 5; number += 1) bench.want(`above ${String(number)}`, 1);
    for (let number = 0; number < 40; number += 1) bench.want(`seen ${String(number)}`);
    await bench.turn();
    expect(bench.asked.map((batch) => batch.length)).toEqual(Array(AT_ONCE).fill(BATCH));
    expect(bench.asked.flat().every((name) => name.startsWith("seen"))).toBe(true);
    bench.open[0]?.answer(bench.asked[0]?.map(() => picture()) ?? []);
    await bench.turn();
    expect(bench.asked[AT_ONCE]).toEqual([
      "seen 36",
      "seen 37",
      "seen 38",
      "seen 39",
      ...[0, 1, 2, 3, 4].map((n) => `above ${String(n)}`),
    ]);
  });

  it("are told to every tile, also where there is none", async () => {
    const bench = new Bench();
    const [one, twin, none] = [bench.want("a"), bench.want("a"), bench.want("no picture")];
    await bench.turn();
    expect(bench.asked).toEqual([["a", "no picture"]]);
    bench.open[0]?.answer([picture(), undefined]);
    await bench.turn();
    expect([one.told(), twin.told(), none.told()]).toEqual([1, 1, 1]);
    expect(bench.thumbnails.at(keyOf(query("a")))).toBe("blob:1");
    expect(bench.thumbnails.at(keyOf(query("no picture")))).toBeUndefined();
  });

  it("are not asked for once nobody wants them, nor twice while they are on their way", async () => {
    const bench = new Bench();
    bench.want("passed by").end();
    const first = bench.want("a");
    await bench.turn();
    expect(bench.asked).toEqual([["a"]]);
    first.end();
    const again = bench.want("a");
    await bench.turn();
    expect(bench.asked).toHaveLength(1);
    bench.open[0]?.answer([picture()]);
    await bench.turn();
    expect(again.told()).toBe(1);
  });

  it("of one size go together", async () => {
    const bench = new Bench();
    bench.want("a", 0, 96);
    bench.want("b", 0, 192);
    bench.want("c", 0, 96);
    await bench.turn();
    expect(bench.asked).toEqual([["a", "c"], ["b"]]);
  });

  it("are asked for again where the server was away or busy, and not where it refused", async () => {
    const bench = new Bench();
    bench.want("a");
    await bench.turn();
    bench.open[0]?.fail("passing");
    await bench.turn();
    expect(bench.asked).toEqual([["a"], ["a"]]);
    bench.open[1]?.fail("for good");
    await bench.turn();
    await bench.turn();
    expect(bench.asked).toHaveLength(2);
  });

  it("are asked for anew when they are old, and shown meanwhile", async () => {
    const bench = new Bench();
    bench.want("a");
    await bench.turn();
    bench.open[0]?.answer([picture()]);
    await bench.turn();
    bench.now = AGE_MS - 1;
    bench.want("a");
    await bench.turn();
    expect(bench.asked).toHaveLength(1);
    bench.now = AGE_MS;
    bench.want("a");
    await bench.turn();
    expect(bench.asked).toHaveLength(2);
    expect(bench.thumbnails.at(keyOf(query("a")))).toBe("blob:1");
    bench.open[1]?.answer([picture()]);
    await bench.turn();
    expect(bench.thumbnails.at(keyOf(query("a")))).toBe("blob:2");
    expect(bench.released).toEqual(["blob:1"]);
  });

  it("take bounded room: the longest unused go", async () => {
    const bench = new Bench();
    for (const name of ["a", "b"]) {
      bench.want(name);
      await bench.turn();
      bench.open.pop()?.answer([picture(MOST_BYTES / 2)]);
      await bench.turn();
    }
    bench.want("a");
    bench.want("c");
    await bench.turn();
    bench.open.pop()?.answer([picture(MOST_BYTES / 2)]);
    await bench.turn();
    expect(bench.released).toEqual(["blob:2"]);
    expect(bench.thumbnails.at(keyOf(query("a")))).toBe("blob:1");
  });
});

it("an answer is read picture by picture", async () => {
  const blobs = readThumbnails(new Uint8Array([0, 0, 0, 2, 7, 8, 0, 0, 0, 0, 0, 0, 0, 1, 9]).buffer);
  const bytes = await Promise.all(
    blobs.map(async (blob) => [...new Uint8Array((await blob?.arrayBuffer()) ?? [])]),
  );
  expect(bytes).toEqual([[7, 8], [], [9]]);
  expect(blobs[1]).toBeUndefined();
});
