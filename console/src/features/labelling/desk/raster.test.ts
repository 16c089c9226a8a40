import { expect, it } from "vitest";
import { withoutTurn } from "./raster";

const join = (parts: readonly Uint8Array[]): number[] => parts.flatMap((part) => [...part]);
const text = (letters: string): number[] => Array.from(letters, (letter) => letter.charCodeAt(0));

it("takes the EXIF out of a JPEG, and nothing else", () => {
  const start = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2];
  const exif = [0xff, 0xe1, 0, 8, ...text("Exif"), 0, 0];
  const rest = [0xff, 0xe1, 0, 6, ...text("http"), 0xff, 0xda, 0, 2, 9, 0xff, 0xe1, 9];
  expect(join(withoutTurn(Uint8Array.from([...start, ...exif, ...rest])))).toEqual([...start, ...rest]);
});

it("takes the EXIF out of a PNG, and nothing else", () => {
  const start = [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10];
  const chunk = (name: string): number[] => [0, 0, 0, 1, ...text(name), 7, 1, 2, 3, 4];
  const bytes = Uint8Array.from([...start, ...chunk("IHDR"), ...chunk("eXIf"), ...chunk("IDAT")]);
  expect(join(withoutTurn(bytes))).toEqual([...start, ...chunk("IHDR"), ...chunk("IDAT")]);
});

it("leaves other bytes, and what is cut off, as they are", () => {
  for (const bytes of [[], [1, 2, 3], [0xff, 0xd8, 0xff], [0xff, 0xd8, 0xff, 0xe1, 0, 9]]) {
    expect(join(withoutTurn(Uint8Array.from(bytes))).slice(0, 3)).toEqual(bytes.slice(0, 3));
  }
});
