import { describe, expect, it } from "vitest";
import { Line } from "../../../manifest/lines";
import { labelsOf, withLabels } from "../../../manifest/relabel";
import type { PendingEdit } from "../saving/outbox";
import { EntryList, type EntryPage, type EntryPort, type EntryRow } from "./entryList";
import { LabelSession } from "./labelSession";

const stamp = { moment: new Date(0) };
const PAGE = 5;

/** A dataset of `total` entries, page by page; each page waits until `answer` is called. */
class FakeEntries implements EntryPort {
  readonly waiting: (() => void)[] = [];
  asked = 0;
  isHeld = false;
  fails = 0;
  readonly #rows: EntryRow[];

  constructor(total: number, labelled: readonly number[] = []) {
    this.#rows = Array.from({ length: total }, (_, place) => {
      const bare = Line.read(JSON.stringify({ "source-ref": `s3://b/${String(place)}.png` }));
      const line = labelled.includes(place) ? withLabels(bare, ["a"], stamp) : bare;
      return {
        id: `id${String(place)}`,
        source: line.source,
        line: line.text,
        revision: `r${String(place)}`,
        isLabelled: false,
      };
    });
  }

  readonly page = async (from: { offset: number } | { around: string }): Promise<EntryPage> => {
    this.asked += 1;
    if (this.isHeld) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    if (this.fails > 0) {
      this.fails -= 1;
      throw new Error("away");
    }
    const place =
      "offset" in from ? from.offset : Math.max(0, this.#rows.findIndex(({ id }) => id === from.around) - 1);
    return { rows: this.#rows.slice(place, place + PAGE), offset: place, total: this.#rows.length };
  };
}

function sessionOver(entries: FakeEntries): { session: LabelSession; edits: PendingEdit[] } {
  const edits: PendingEdit[] = [];
  const session = new LabelSession(
    new EntryList(entries),
    {
      current: (source) => {
        const edit = edits.findLast((one) => one.source === source);
        return edit && { line: edit.line, revision: edit.base };
      },
      put: (edit) => edits.push(edit),
    },
    (line) => labelsOf(line).length > 0,
  );
  return { session, edits };
}

const give =
  (label: string) =>
  (line: Line): Line =>
    withLabels(line, [label], stamp);
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 30; turn += 1) {
    await Promise.resolve();
  }
};

describe("labelling by keys", () => {
  it("labels a picture a key and goes on", async () => {
    const { session, edits } = sessionOver(new FakeEntries(3));
    await session.open(undefined);
    for (const label of ["a", "b", "c"]) {
      session.change(give(label), "next");
    }
    await settle();
    expect(edits.map(({ source, line, base }) => [source, labelsOf(Line.read(line)), base])).toEqual([
      ["s3://b/0.png", ["a"], "r0"],
      ["s3://b/1.png", ["b"], "r1"],
      ["s3://b/2.png", ["c"], "r2"],
    ]);
    expect([session.index, session.isAtEnd]).toEqual([3, true]);
    session.change(give("d"), "next");
    await settle();
    expect(edits).toHaveLength(3);
    session.back();
    expect(session.row?.source).toBe("s3://b/2.png");
  });

  it("loses no key while entries are still on their way, and gives each to its own picture", async () => {
    const entries = new FakeEntries(12);
    const { session, edits } = sessionOver(entries);
    await session.open(undefined);
    entries.isHeld = true;
    const keys = Array.from({ length: 12 }, (_, place) => `label${String(place)}`);
    for (const key of keys) {
      session.change(give(key), "next");
    }
    expect(session.waiting).toBeGreaterThan(0);
    for (let turn = 0; turn < 6; turn += 1) {
      await settle();
      entries.waiting.shift()?.();
    }
    await settle();
    expect(edits.map(({ line }) => labelsOf(Line.read(line))[0])).toEqual(keys);
  });

  it("keeps waiting keys when a page fails, and goes on with the next key", async () => {
    const entries = new FakeEntries(7);
    const { session, edits } = sessionOver(entries);
    await session.open(undefined);
    await settle();
    entries.fails = 9;
    for (let place = 0; place < 6; place += 1) {
      session.change(give(`k${String(place)}`), "next");
    }
    await settle();
    entries.fails = 0;
    session.change(give("k6"), "next");
    await settle();
    expect(edits.map(({ line }) => labelsOf(Line.read(line))[0])).toEqual([
      "k0",
      "k1",
      "k2",
      "k3",
      "k4",
      "k5",
      "k6",
    ]);
  });

  it("takes back key by key, each on its own picture", async () => {
    const { session, edits } = sessionOver(new FakeEntries(4));
    await session.open(undefined);
    session.change(give("a"), "next");
    session.change(give("b"), "next");
    await settle();
    session.undo();
    expect([session.index, labelsOf(Line.read(edits.at(-1)?.line ?? ""))]).toEqual([1, []]);
    session.undo();
    expect([session.index, edits.at(-1)?.source, session.canUndo]).toEqual([0, "s3://b/0.png", false]);
  });

  it("goes to the next without a label, over pages and around the end", async () => {
    const { session } = sessionOver(new FakeEntries(14, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13]));
    await session.open(undefined);
    expect([await session.nextUnlabelled(), session.index]).toEqual([true, 12]);
    session.change(give("z"));
    await settle();
    expect([await session.nextUnlabelled(), session.index]).toEqual([false, 12]);
  });

  it("opens at the entry of the address, wherever it stands", async () => {
    const { session } = sessionOver(new FakeEntries(40));
    await session.open("id23");
    expect([session.index, session.row?.id]).toEqual([23, "id23"]);
    await session.open("unknown");
    expect(session.index).toBe(0);
  });

  it("says when a page does not come, and tries again", async () => {
    const entries = new FakeEntries(3);
    entries.fails = 1;
    const { session } = sessionOver(entries);
    await session.open(undefined);
    expect((session.error as Error).message).toBe("away");
    await session.open(undefined);
    expect([session.error, session.row?.id]).toEqual([undefined, "id0"]);
  });

  it("goes to an entry wherever it stands, and remembers what was changed and passed by", async () => {
    const { session } = sessionOver(new FakeEntries(40));
    await session.open(undefined);
    session.change(give("a"), "next");
    await settle();
    expect([await session.gotoEntry("id31"), session.row?.id]).toEqual([true, "id31"]);
    expect(session.trail).toEqual({ recent: ["id0"], passed: ["id31"] });
    session.change(give("b"));
    await settle();
    expect(session.trail.recent).toEqual(["id0", "id31"]);
  });
});
