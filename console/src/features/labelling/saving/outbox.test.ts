import { describe, expect, it } from "vitest";
import { keeperInMemory } from "./keeper";
import {
  Outbox,
  SAVE_AFTER_MS,
  type Failure,
  type OutboxPort,
  type PendingEdit,
  type Rejection,
  type StoredEntry,
  type Timer,
} from "./outbox";

/** A server that keeps entries in revisions; `fail` is what the next calls end with. */
class FakeServer implements OutboxPort {
  readonly entries = new Map<string, StoredEntry>();
  readonly masks: string[] = [];
  readonly batches: number[] = [];
  fail: Failure[] = [];
  #last = 0;
  /** Stores, but the answer is lost on its way. */
  loseAnswer = false;

  write(source: string, line: string): string {
    this.#last += 1;
    const revision = `r${String(this.#last)}`;
    this.entries.set(source, { line, revision });
    return revision;
  }

  readonly send = (edits: readonly PendingEdit[]): Promise<ReadonlyMap<string, string>> => {
    this.batches.push(edits.length);
    const failure = this.fail.shift();
    if (failure !== undefined) {
      return Promise.reject(new Error(failure));
    }
    if (edits.some(({ source, base }) => (this.entries.get(source)?.revision ?? "none") !== base)) {
      return Promise.reject(new Error("stale"));
    }
    const revisions = new Map(edits.map(({ source, line }) => [source, this.write(source, line)]));
    if (this.loseAnswer) {
      this.loseAnswer = false;
      return Promise.reject(new Error("passing"));
    }
    return Promise.resolve(revisions);
  };

  readonly sendMask = (ref: string): Promise<void> => {
    this.masks.push(ref);
    return Promise.resolve();
  };

  /** What looking at an entry ends with, where it fails. */
  lookup: Failure | undefined;
  readonly find = (source: string): Promise<StoredEntry | undefined> =>
    this.lookup === undefined
      ? Promise.resolve(this.entries.get(source))
      : Promise.reject(new Error(this.lookup));
  readonly judge = (error: unknown): Failure => (error as Error).message as Failure;
  readonly explain = (error: unknown): Rejection => ({
    status: 400,
    code: "ValidationException",
    message: (error as Error).message,
    requestId: "r",
  });
}

class FakeTimer implements Timer {
  due: { run: () => void; milliseconds: number } | undefined;
  readonly start = (run: () => void, milliseconds: number): unknown => {
    this.due = { run, milliseconds };
    return this.due;
  };
  readonly stop = (): void => {
    this.due = undefined;
  };

  async tick(): Promise<number> {
    const due = this.due;
    this.due = undefined;
    due?.run();
    for (let turn = 0; turn < 40; turn += 1) {
      await Promise.resolve();
    }
    return due?.milliseconds ?? -1;
  }
}

function outboxWith(
  server = new FakeServer(),
  keeper = keeperInMemory(),
): { server: FakeServer; timer: FakeTimer; outbox: Outbox } {
  const timer = new FakeTimer();
  return { server, timer, outbox: new Outbox(server, keeper, timer) };
}

const edit = (source: string, label: string, base: string): PendingEdit => ({
  source,
  line: JSON.stringify({ source, label }),
  base,
});

describe("the outbox", () => {
  it("saves after a short pause, many entries in one call", async () => {
    const { server, timer, outbox } = outboxWith();
    for (const source of ["a", "b", "c"]) {
      outbox.put(edit(source, "x", server.write(source, "{}")));
    }
    expect(outbox.state).toBe("saving");
    expect(await timer.tick()).toBe(SAVE_AFTER_MS);
    expect([outbox.state, server.batches, server.entries.get("b")?.line]).toEqual([
      "saved",
      [3],
      edit("b", "x", "").line,
    ]);
  });

  it("saves an entry that is edited again on the revision that its first edit got", async () => {
    const { server, timer, outbox } = outboxWith();
    const base = server.write("a", "{}");
    outbox.put(edit("a", "x", base));
    const sending = timer.tick();
    outbox.put(edit("a", "y", base));
    await sending;
    await timer.tick();
    outbox.put(edit("a", "z", base));
    await timer.tick();
    expect([outbox.state, outbox.conflicts, server.entries.get("a")?.line]).toEqual([
      "saved",
      [],
      edit("a", "z", "").line,
    ]);
  });

  it("waits while the server is away, longer and longer, and loses nothing", async () => {
    const { server, timer, outbox } = outboxWith();
    server.fail = ["passing", "passing", "passing"];
    outbox.put(edit("a", "x", server.write("a", "{}")));
    const waits = [await timer.tick(), await timer.tick(), await timer.tick(), await timer.tick()];
    expect([waits, outbox.state]).toEqual([[SAVE_AFTER_MS, 1000, 2000, 4000], "saved"]);
    expect(server.entries.get("a")?.line).toBe(edit("a", "x", "").line);
  });

  it("says that edits wait only once the browser keeps them all", async () => {
    const room: (() => void)[] = [];
    const slow = { ...keeperInMemory(), put: () => new Promise<void>((resolve) => room.push(resolve)) };
    const { server, timer, outbox } = outboxWith(new FakeServer(), slow);
    server.fail = ["passing"];
    outbox.put(edit("a", "x", server.write("a", "{}")));
    outbox.put(edit("b", "x", server.write("b", "{}")));
    await timer.tick();
    room[0]?.();
    await Promise.resolve();
    expect(outbox.state).toBe("saving");
    room[1]?.();
    await new Promise((resolve) => setTimeout(resolve));
    expect([outbox.state, outbox.isVolatile]).toEqual(["waiting", false]);
  });

  it("says that the page must stay open where the browser has no room", async () => {
    const full = { ...keeperInMemory(), put: () => Promise.reject(new Error("QuotaExceededError")) };
    const { server, timer, outbox } = outboxWith(new FakeServer(), full);
    server.fail = ["passing"];
    outbox.put(edit("a", "x", server.write("a", "{}")));
    await timer.tick();
    expect([outbox.state, outbox.isVolatile]).toEqual(["waiting", true]);
    await timer.tick();
    expect([outbox.state, outbox.isVolatile]).toEqual(["saved", false]);
  });

  it("takes up what an earlier visit left behind", async () => {
    const kept = new Map<string, PendingEdit>();
    const first = outboxWith(new FakeServer(), keeperInMemory(kept));
    first.outbox.put(edit("a", "x", first.server.write("a", "{}")));
    first.outbox.close();
    const second = outboxWith(first.server, keeperInMemory(kept));
    await second.outbox.open();
    expect(second.outbox.current("a")?.line).toBe(edit("a", "x", "").line);
    await second.timer.tick();
    expect([first.server.entries.get("a")?.line, kept.size]).toEqual([edit("a", "x", "").line, 0]);
  });

  it("knows its own edit again when only the answer was lost", async () => {
    const { server, timer, outbox } = outboxWith();
    const base = server.write("a", "{}");
    server.loseAnswer = true;
    outbox.put(edit("a", "x", base));
    await timer.tick();
    await timer.tick();
    expect([outbox.state, outbox.conflicts, outbox.current("a")?.revision]).toEqual(["saved", [], "r2"]);
  });

  it("is in no conflict with itself where a reload cut off the answer to an earlier edit", async () => {
    const kept = new Map<string, PendingEdit>();
    const first = outboxWith(new FakeServer(), keeperInMemory(kept));
    first.server.loseAnswer = true;
    first.outbox.put(edit("a", "x", first.server.write("a", "{}")));
    const sending = first.timer.tick();
    first.outbox.put(edit("a", "y", "r1"));
    await sending;
    first.outbox.close();
    const second = outboxWith(first.server, keeperInMemory(kept));
    await second.outbox.open();
    await second.timer.tick();
    await second.timer.tick();
    expect([second.outbox.conflicts, second.outbox.state]).toEqual([[], "saved"]);
    expect(first.server.entries.get("a")?.line).toBe(edit("a", "y", "").line);
  });

  it("overwrites nobody: who was slower decides, with both versions in sight", async () => {
    const { server, timer, outbox } = outboxWith();
    const base = server.write("a", "{}");
    const other = server.write("b", "{}");
    server.write("a", '{"by":"somebody else"}');
    outbox.put(edit("a", "mine", base));
    outbox.put(edit("b", "x", other));
    await timer.tick();
    await timer.tick();
    expect(outbox.conflicts).toEqual([
      { mine: edit("a", "mine", base), theirs: { line: '{"by":"somebody else"}', revision: "r3" } },
    ]);
    expect(server.entries.get("a")?.line).toBe('{"by":"somebody else"}');
    expect(server.entries.get("b")?.line).toBe(edit("b", "x", "").line);
    outbox.resolve("a", "mine");
    await timer.tick();
    expect([server.entries.get("a")?.line, outbox.conflicts]).toEqual([edit("a", "mine", "").line, []]);
  });

  it("drops mine where theirs is chosen", async () => {
    const { server, timer, outbox } = outboxWith();
    const base = server.write("a", "{}");
    server.write("a", '{"theirs":1}');
    outbox.put(edit("a", "mine", base));
    await timer.tick();
    outbox.resolve("a", "theirs");
    expect([outbox.current("a"), outbox.state]).toEqual([{ line: '{"theirs":1}', revision: "r2" }, "saved"]);
  });

  it("says that an entry was removed meanwhile, and puts it back if asked to", async () => {
    const { server, timer, outbox } = outboxWith();
    const base = server.write("a", "{}");
    server.entries.delete("a");
    outbox.put(edit("a", "mine", base));
    await timer.tick();
    expect(outbox.conflicts[0]?.theirs).toBeUndefined();
    outbox.resolve("a", "mine");
    await timer.tick();
    expect(server.entries.get("a")?.line).toBe(edit("a", "mine", "").line);
  });

  const rejectOne = async (source = "a") => {
    const fakes = outboxWith();
    fakes.outbox.put(edit(source, "x", fakes.server.write(source, "{}")));
    fakes.server.fail = ["refused"];
    await fakes.timer.tick();
    return fakes;
  };

  it("lets no refused entry hold up the others, and keeps it with the reason", async () => {
    const { server, timer, outbox } = outboxWith();
    outbox.put(edit("a", "x", server.write("a", "{}")));
    outbox.put(edit("b", "x", server.write("b", "{}")));
    server.fail = ["refused", "refused"];
    await timer.tick();
    expect([outbox.state, outbox.count, server.entries.get("b")?.line]).toEqual([
      "refused",
      0,
      edit("b", "x", "").line,
    ]);
    expect(outbox.rejected.map(({ source, rejection }) => [source, rejection?.message])).toEqual([
      ["a", "refused"],
    ]);
  });

  it("tries nothing for ever that was not accepted, and goes on with what is labelled next", async () => {
    const { server, timer, outbox } = await rejectOne();
    expect(timer.due).toBeUndefined();
    await outbox.flush();
    expect(server.batches).toEqual([1]);
    outbox.put(edit("b", "x", server.write("b", "{}")));
    await timer.tick();
    expect([server.entries.get("b")?.line, outbox.rejected.length]).toEqual([edit("b", "x", "").line, 1]);
  });

  it("sends it again, or drops it, when a person says so", async () => {
    const { server, timer, outbox } = await rejectOne();
    outbox.retry("a");
    await timer.tick();
    expect([outbox.state, outbox.rejected, server.entries.get("a")?.line]).toEqual([
      "saved",
      [],
      edit("a", "x", "").line,
    ]);
    const second = await rejectOne();
    second.outbox.discard("a");
    expect([second.outbox.state, second.outbox.current("a"), second.server.entries.get("a")?.line]).toEqual([
      "saved",
      undefined,
      "{}",
    ]);
  });

  it("sends a picture that is labelled anew after it was not accepted", async () => {
    const { server, timer, outbox } = await rejectOne();
    outbox.put(edit("a", "y", "r1"));
    await timer.tick();
    expect([outbox.state, server.entries.get("a")?.line]).toEqual(["saved", edit("a", "y", "").line]);
  });

  it("finds what was not accepted again after a reload, with its reason, and does not send it", async () => {
    const keeper = keeperInMemory();
    const first = outboxWith(new FakeServer(), keeper);
    first.outbox.put(edit("a", "x", first.server.write("a", "{}")));
    first.server.fail = ["refused"];
    await first.timer.tick();
    const second = outboxWith(first.server, keeper);
    await second.outbox.open();
    await second.timer.tick();
    expect([second.outbox.state, second.outbox.rejected[0]?.rejection?.code, first.server.batches]).toEqual([
      "refused",
      "ValidationException",
      [1],
    ]);
  });

  it("takes for saved what is refused because the server has it", async () => {
    const { server, timer, outbox } = outboxWith();
    outbox.put(edit("a", "x", server.write("a", "{}")));
    server.write("a", edit("a", "x", "").line); // sent before; the answer was lost, and it was reviewed since
    server.fail = ["refused"];
    await timer.tick();
    expect([outbox.state, outbox.rejected]).toEqual(["saved", []]);
  });

  it("does not ask for ever for a picture that was taken away", async () => {
    const { server, timer, outbox } = outboxWith();
    outbox.put(edit("a", "x", server.write("a", "{}")));
    server.fail = ["stale"];
    server.lookup = "refused";
    await timer.tick();
    expect([outbox.state, outbox.rejected.length, timer.due]).toEqual(["refused", 1, undefined]);
  });

  it("waits where the server is busy with the dataset, and asks no faster and faster", async () => {
    const { server, timer, outbox } = outboxWith();
    server.fail = ["stale", "stale"];
    outbox.put(edit("a", "x", server.write("a", "{}")));
    expect([await timer.tick(), await timer.tick(), await timer.tick()]).toEqual([SAVE_AFTER_MS, 1000, 2000]);
    expect([outbox.state, outbox.conflicts]).toEqual(["saved", []]);
  });

  it("does not lose a mask when the class is changed before it was stored", async () => {
    const { server, timer, outbox } = outboxWith();
    const mask = { ref: "s3://b/m.png", bytes: new Uint8Array([1]) };
    const base = server.write("a", "{}");
    outbox.put({ source: "a", line: '{"m-ref":"s3://b/m.png"}', base, mask });
    outbox.put({ source: "a", line: '{"m-ref":"s3://b/m.png","class":1}', base });
    await timer.tick();
    expect([server.masks, server.entries.get("a")?.line]).toEqual([
      ["s3://b/m.png"],
      '{"m-ref":"s3://b/m.png","class":1}',
    ]);
  });

  it("stores a mask before the line that names it", async () => {
    const { server, timer, outbox } = outboxWith();
    const mask = { ref: "s3://b/m.png", bytes: new Uint8Array([1]) };
    outbox.put({ ...edit("a", "x", server.write("a", "{}")), mask });
    await timer.tick();
    expect([server.masks, outbox.state]).toEqual([["s3://b/m.png"], "saved"]);
  });
});
