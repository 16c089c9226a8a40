import { expect, it } from "vitest";
import { halfOf } from "./halves";

const RED = 0xff0000ff;
const BLUE = 0xffff0000;

it("halves pixels to their mean, and clear ones lend no colour", () => {
  const to = new Uint32Array(4);
  halfOf(Uint32Array.of(RED, RED, RED, BLUE, RED, RED, RED, BLUE, 0, 0, RED, 0, 0, 0, 0, 0), to, 2);
  // Alpha 255 / 4 is 64; red and blue in equal parts are 128 each.
  expect([...to]).toEqual([RED, 0xff800080, 0, 0x400000ff]);
});
