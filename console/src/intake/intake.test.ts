import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ChosenFile } from "./files";
import { isPicture } from "./files";
import { areNested, classOf, foldersOf, groupsOf, proposedChoice } from "./folders";
import { differenceOf, greyOf, MOST_FRAMES, timesOf } from "./frames";
import { sha256 } from "./sha256";

describe("the hash without Web Crypto", () => {
  it("is that of node for every length around a block", () => {
    for (let length = 0; length < 200; length += 1) {
      const data = Uint8Array.from({ length }, (_, place) => (place * 37 + length) % 256);
      expect(sha256(data)).toBe(createHash("sha256").update(data).digest("hex"));
    }
  });

  it("is that of node for any bytes, also in the middle of a buffer", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 9, maxLength: 5000 }), (bytes) => {
        const part = bytes.subarray(7);
        expect(sha256(part)).toBe(createHash("sha256").update(part).digest("hex"));
      }),
    );
  });
});

function chosen(...paths: string[]): ChosenFile[] {
  return paths.map((path) => {
    const parts = path.split("/");
    return {
      name: parts.at(-1) ?? "",
      folders: parts.slice(0, -1),
      open: () => Promise.reject(new Error("not read")),
    };
  });
}

describe("labels out of folders", () => {
  it("come from the folder below the one that was dropped", () => {
    const files = chosen("parts/bolt/a.jpg", "parts/bolt/old/b.jpg", "parts/nut/c.jpg", "parts/d.jpg");
    expect(foldersOf(files, "outer")).toEqual(["bolt", "bolt", "nut", ""]);
    expect(foldersOf(files, "inner")).toEqual(["bolt", "old", "nut", ""]);
    expect(foldersOf(files, "none")).toEqual(["", "", "", ""]);
    expect([areNested(files), proposedChoice(files)]).toEqual([true, "outer"]);
  });

  it("come from the folders themselves where several were dropped", () => {
    const files = chosen("bolt/a.jpg", "nut/b.jpg");
    expect([proposedChoice(files), areNested(files)]).toEqual(["outer", false]);
    expect(groupsOf(files, "outer").map(({ folder, files: inside }) => [folder, inside.length])).toEqual([
      ["bolt", 1],
      ["nut", 1],
    ]);
  });

  it("are one label however a system writes an accent, and have nothing that is not seen", () => {
    const files = chosen("pi\u00e8ce/a.jpg", "pie\u0300ce/b.jpg", "a\nb/c.jpg", "x\ud800/d.jpg");
    expect(groupsOf(files, "outer").map(({ folder, files: inside }) => [folder, inside.length])).toEqual([
      ["pi\u00e8ce", 2],
      ["a b", 1],
      ["x", 1],
    ]);
  });

  it("are not guessed from one folder, which says where pictures lie", () => {
    expect(proposedChoice(chosen("holiday/a.jpg", "holiday/b.jpg"))).toBe("none");
  });

  it("come from below folders that say what pictures are for", () => {
    const files = chosen("bottle/train/good/a.png", "bottle/test/good/b.png", "bottle/test/crack/c.png");
    expect([proposedChoice(files), foldersOf(files, "inner")]).toEqual(["inner", ["good", "good", "crack"]]);
  });

  it("say normal or anomaly only where a name says it", () => {
    expect(["good", "OK", "defects", "NG", "holiday", ""].map(classOf)).toEqual([
      "normal",
      "normal",
      "anomaly",
      "anomaly",
      "",
      "",
    ]);
  });
});

describe("what is a picture by its name", () => {
  it("is said by the ending, and hidden files are none", () => {
    const names = [
      "a.JPG",
      "b.heic",
      "c.avif",
      "d.tiff",
      "Thumbs.db",
      "notes.txt",
      "._a.jpg",
      ".DS_Store",
      "a",
    ];
    expect(names.filter(isPicture)).toEqual(["a.JPG", "b.heic", "c.avif", "d.tiff"]);
  });
});

describe("frames of a video", () => {
  it("are looked at from the start, and never behind the end", () => {
    expect(timesOf(3, 1)).toEqual([0, 1, 2]);
    expect(timesOf(0.4, 1)).toEqual([0]);
    expect(timesOf(100_000, 0.001)).toHaveLength(MOST_FRAMES);
    expect(Math.max(...timesOf(2, 0.5))).toBeLessThan(2);
  });

  it("differ by how much of black to white they do", () => {
    const black = greyOf(new Uint8ClampedArray([0, 0, 0, 255, 0, 0, 0, 255]));
    const half = greyOf(new Uint8ClampedArray([255, 255, 255, 255, 0, 0, 0, 255]));
    expect(differenceOf(black, half)).toBe(0.5);
    expect(differenceOf(half, half)).toBe(0);
  });
});
