import { describe, expect, it } from "vitest";
import { BadArchive, isPlainPath, readArchive } from "./archive";
import { checkLine } from "./checkLine";

interface Entry {
  readonly name: string;
  readonly data: Uint8Array<ArrayBuffer>;
  readonly size?: number;
  readonly flags?: number;
  readonly mode?: number;
}

const text = (value: string) => new TextEncoder().encode(value);

async function deflate(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([data]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

/** Writes an archive; `size` is what an entry says of itself. */
async function archive(entries: readonly Entry[]): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const records: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (const { name, data, size = data.length, flags = 0, mode = 0 } of entries) {
    const packed = await deflate(data);
    const bytes = text(name);
    const head = new DataView(new ArrayBuffer(30));
    head.setUint32(0, 0x04034b50, true);
    head.setUint16(26, bytes.length, true);
    const record = new DataView(new ArrayBuffer(46));
    record.setUint32(0, 0x02014b50, true);
    record.setUint16(8, flags, true);
    record.setUint16(10, 8, true);
    record.setUint32(20, packed.length, true);
    record.setUint32(24, size, true);
    record.setUint16(28, bytes.length, true);
    record.setUint32(38, mode << 16, true);
    record.setUint32(42, offset, true);
    parts.push(new Uint8Array(head.buffer), bytes, packed);
    records.push(new Uint8Array(record.buffer), bytes);
    offset += 30 + bytes.length + packed.length;
  }
  const length = records.reduce((sum, part) => sum + part.length, 0);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(10, entries.length, true);
  end.setUint32(12, length, true);
  end.setUint32(16, offset, true);
  return new Blob([...parts, ...records, new Uint8Array(end.buffer)]);
}

describe("an archive", () => {
  it("is read entry by entry", async () => {
    const file = await archive([
      { name: "set/labels.json", data: text("{}") },
      { name: "set/a.jpg", data: text("picture ".repeat(1000)) },
    ]);
    const { entries, refused } = await readArchive(file);
    expect(entries.map(({ path, size }) => [path, size])).toEqual([
      ["set/labels.json", 2],
      ["set/a.jpg", 8000],
    ]);
    expect(refused).toEqual([]);
    const [first, second] = entries;
    expect(await (await first?.open())?.text()).toBe("{}");
    expect((await second?.open())?.size).toBe(8000);
  });

  it("passes over links, encrypted entries and paths that climb, by name", async () => {
    const data = text("x");
    const { entries, refused } = await readArchive(
      await archive([
        { name: "../up.jpg", data },
        { name: "/root.jpg", data },
        { name: "a\\..\\..\\b.jpg", data },
        { name: "C:/b.jpg", data },
        { name: "link.jpg", data, mode: 0o120777 },
        { name: "secret.jpg", data, flags: 1 },
        { name: "large.json", data, size: 0xfffffffe },
        { name: "__MACOSX/x.jpg", data },
        { name: "folder/", data },
        { name: "good.jpg", data },
      ]),
    );
    expect(entries.map(({ path }) => path)).toEqual(["good.jpg"]);
    expect(refused.map(({ reason }) => reason)).toEqual([
      "path",
      "path",
      "path",
      "path",
      "link",
      "encrypted",
      "large",
    ]);
  });

  it("names the marks of an export that was cut off, hidden files though they are", async () => {
    const data = text("x");
    const names = ["set/.vedette-unfinished", "set/.vedette-writing-labels.csv/a.csv", ".hidden", "a.csv"];
    const { entries, refused } = await readArchive(await archive(names.map((name) => ({ name, data }))));
    expect(entries.map(({ path }) => path)).toEqual(["a.csv"]);
    expect(refused).toEqual(names.slice(0, 2).map((path) => ({ path, reason: "unfinished" })));
  });

  it("ends where an entry inflates beyond what it declares", async () => {
    const bomb = await archive([{ name: "bomb.json", data: new Uint8Array(50_000_000), size: 1000 }]);
    const [entry] = (await readArchive(bomb)).entries;
    await expect(entry?.open()).rejects.toThrow();
  });

  it("that is none is refused", async () => {
    await expect(readArchive(new Blob(["no archive"]))).rejects.toThrow(BadArchive);
    await expect(readArchive(new Blob([]))).rejects.toThrow(BadArchive);
    const whole = await archive([{ name: "a.jpg", data: text("x") }]);
    await expect(readArchive(whole.slice(20))).rejects.toThrow(BadArchive);
  });

  it("knows a path that stays", () => {
    expect(["a.jpg", "a/b.jpg", "ü/ñ.jpg", ".../a"].map(isPlainPath)).toEqual([true, true, true, true]);
    expect(["", "a//b", "./a", "a/..", "\u0000"].map(isPlainPath)).toEqual(Array(5).fill(false));
  });
});

describe("a line that is typed", () => {
  it.each([
    ["{", "not JSON"],
    ["[]", "not a JSON object"],
    ["{}", "source-ref"],
    ['{"source-ref":"http://x/a.jpg"}', "source-ref"],
    [
      '{"source-ref":"s3://b/a.jpg","x":1,"x-metadata":{"type":"groundtruth/image-classification"}}',
      "class-name",
    ],
    ['{"source-ref":"s3://b/a.jpg","x":1,"x":2}', "twice"],
  ])("says what is wrong with %s", (line, problem) => {
    expect(checkLine(line)).toContain(problem);
  });

  it("is fine where the server takes it", () => {
    expect(checkLine('{"source-ref":"s3://b/a.jpg"}')).toBe("");
  });
});
