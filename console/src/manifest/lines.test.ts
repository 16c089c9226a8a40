import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BadLine, isEqual, Line, type Json } from "./lines";

const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
const object = fc.dictionary(fc.string({ minLength: 1 }), json, { maxKeys: 6 });

describe("a line", () => {
  it("is written back character by character where nothing changes", () => {
    const text =
      '{ "source-ref" : "s3://b/k.png",\t"big": 12345678901234567890, "f":50.0, "x": {"a" : [1, {"}": "]"}]} }';
    const line = Line.read(text);
    expect(line.change(new Map<string, Json>([["big", line.value("big") ?? null]])).text).toBe(text);
    expect(line.source).toBe("s3://b/k.png");
  });

  it("keeps the characters of every member that is not changed", () => {
    const line = Line.read('{"id": 12345678901234567890, "share": 1.50, "old": 1}');
    expect(line.change(new Map([["old", 2]])).text).toBe('{"id":12345678901234567890,"share":1.50,"old":2}');
    expect(line.change(new Map(), ["share"]).text).toBe('{"id":12345678901234567890,"old":1}');
  });

  it("says the same values as JSON.parse, for any object, before and after a change", () => {
    fc.assert(
      fc.property(object, object, fc.constantFrom(0, 2), (values, changes, space) => {
        const line = Line.read(JSON.stringify(values, null, space).replaceAll("\n", " "));
        expect(Object.fromEntries(line.keys.map((key) => [key, line.value(key)]))).toEqual(
          JSON.parse(line.text),
        );
        const changed = line.change(new Map(Object.entries(changes)));
        expect(JSON.parse(changed.text)).toEqual(JSON.parse(JSON.stringify({ ...values, ...changes })));
      }),
    );
  });

  it("keeps labels that are called as every object inherits", () => {
    const line = Line.read('{"__proto__":1,"constructor":{"toString":2}}');
    expect(line.keys).toEqual(["__proto__", "constructor"]);
    expect(line.change(new Map([["__proto__", 5]])).text).toBe(
      '{"__proto__":5,"constructor":{"toString":2}}',
    );
  });

  it.each(["", "[1]", '"x"', "null", '{"a":1', '{"a":1,"a":2}', '{"a":1,"\\u0061":2}'])(
    "is none: %s",
    (text) => {
      expect(() => Line.read(text)).toThrow(BadLine);
    },
  );
});

it("holds values of JSON equal whatever the order of their keys", () => {
  expect(isEqual({ a: [1, { b: null }], c: 2 }, { c: 2, a: [1, { b: null }] })).toBe(true);
  expect([isEqual({ a: 1 }, { b: 1 }), isEqual([1], [1, 2]), isEqual(0, false), isEqual({}, [])]).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
