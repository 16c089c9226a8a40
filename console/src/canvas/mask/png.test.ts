import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { numbersOf } from "./colors";
import { flatten, overlapOf, unflatten } from "./flatten";
import { Mask, MaskEdit, type Span } from "./mask";
import { channelsOf, encodePng } from "./png";

const size = { width: 70, height: 9 };
const runs = fc.array(fc.record({ y: fc.nat(8), from: fc.nat(70), to: fc.nat(70) }), { maxLength: 12 });

function maskOf(spans: Iterable<Span>): Mask {
  const edit = new MaskEdit(new Mask(size));
  edit.applyAll(spans, "add");
  edit.finish();
  return edit.mask;
}

describe("masks as one picture", () => {
  it("show the upper type where two overlap, and count what overlaps", () => {
    const low = maskOf([{ y: 0, from: 0, to: 10 }]);
    const high = maskOf([{ y: 0, from: 6, to: 12 }]);
    const flat = flatten(size, [
      ["rust", low],
      ["chip", high],
    ]);
    expect([...flat.numbers.subarray(0, 13)]).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 0]);
    expect(flat.overlap).toBe(4);
    expect(overlapOf([low, high])).toBe(4);
  });

  it("come back as they were where none overlap", () => {
    fc.assert(
      fc.property(runs, runs, (one, other) => {
        const first = maskOf(one);
        const second = new MaskEdit(maskOf(other));
        second.applyAll(first.spans(), "remove");
        second.finish();
        const back = unflatten(
          flatten(size, [
            ["a", first],
            ["b", second.mask],
          ]),
        );
        expect([...(back.get("a")?.spans() ?? [])]).toEqual([...first.spans()]);
        expect([...(back.get("b")?.spans() ?? [])]).toEqual([...second.mask.spans()]);
      }),
    );
  });
});

describe("a mask as a PNG", () => {
  it("has the signature, the size, the exact colours and every pixel", async () => {
    const numbers = Uint8Array.from({ length: 12 }, (_, place) => place % 3);
    const png = await encodePng(4, 3, numbers, ["#ffffff", "#23A436", "#14a3b3"]);
    const view = new DataView(png.buffer);
    expect([...png.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
    expect([view.getUint32(16), view.getUint32(20), png[24], png[25]]).toEqual([4, 3, 8, 3]);
    const palette = 8 + 25;
    expect([...png.subarray(palette + 8, palette + 17)]).toEqual([255, 255, 255, 35, 164, 54, 20, 163, 179]);
    const data = palette + 12 + 9;
    const length = view.getUint32(data);
    const rows = inflateSync(png.subarray(data + 8, data + 8 + length));
    expect([...rows]).toEqual([0, 0, 1, 2, 0, 0, 1, 2, 0, 1, 0, 2, 0, 1, 2].slice(0, 15));
    // The checksum of an empty IEND is a constant of the format.
    expect([...png.subarray(-4)]).toEqual([0xae, 0x42, 0x60, 0x82]);
  });

  it("refuses a colour of another form", () => {
    expect(() => channelsOf("red")).toThrow("#rrggbb");
  });
});

describe("the colours of a stored mask", () => {
  it("are read by the rule of the server", () => {
    const pixels = [
      [255, 255, 255, 255], // white is background
      [0, 0, 0, 0], // transparent is background
      [35, 164, 54, 255], // a type
      [35, 164, 54, 127], // less than half opaque
      [36, 163, 54, 128], // half opaque, off by rounding
      [9, 9, 99, 255], // a colour that nobody declared
    ];
    const data = Uint8Array.from(pixels.flat());
    const read = numbersOf({ width: 6, height: 1, data }, new Map([["#23a436", "rust"]]));
    expect([...read.numbers]).toEqual([0, 0, 1, 0, 1, 0]);
    expect(read.unknown).toBe(1);
    expect(read.labels).toEqual(["rust"]);
  });

  it("may declare white and black as types", () => {
    const data = Uint8Array.from([255, 255, 255, 255, 0, 0, 0, 255]);
    const read = numbersOf(
      { width: 2, height: 1, data },
      new Map([
        ["#ffffff", "foam"],
        ["#000000", "burn"],
      ]),
    );
    expect([...read.numbers]).toEqual([1, 2]);
  });
});
