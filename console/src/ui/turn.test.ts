import { expect, it } from "vitest";
import { isLikeUpright, isLying, turnOf, uprightBox } from "./turn";

const BOX = { Left: 0.1, Top: 0.2, Width: 0.3, Height: 0.4 };

/** What `upright_box` of src/vedette/vision/turn.py answers, which tests/vision/test_turn.py holds to Pillow. */
const UPRIGHT: readonly (readonly [number, readonly number[]])[] = [
  [1, [0.1, 0.2, 0.3, 0.4]],
  [2, [0.6, 0.2, 0.3, 0.4]],
  [3, [0.6, 0.4, 0.3, 0.4]],
  [4, [0.1, 0.4, 0.3, 0.4]],
  [5, [0.2, 0.1, 0.4, 0.3]],
  [6, [0.4, 0.1, 0.4, 0.3]],
  [7, [0.4, 0.6, 0.4, 0.3]],
  [8, [0.2, 0.6, 0.4, 0.3]],
];

it.each(UPRIGHT)(
  "a box of a picture with orientation %i is seen where the picture is",
  (orientation, sides) => {
    const { Left, Top, Width, Height } = uprightBox(BOX, orientation);
    for (const [place, side] of [Left, Top, Width, Height].entries())
      expect(side).toBeCloseTo(sides[place] ?? -1);
  },
);

it("nothing is turned for a picture that is stored upright, or says what EXIF does not know", () => {
  expect([0, 1, 9, NaN].map(turnOf)).toEqual([undefined, undefined, undefined, undefined]);
  expect([1, 3, 5, 8, 9].map(isLying)).toEqual([false, false, true, true, false]);
});

it("a drawing that stands as the upright picture was made on it, and a square on the stored one", () => {
  const picture = { width: 300, height: 400 };
  const like = (width: number, height: number) => isLikeUpright({ width, height }, picture);
  expect([like(30, 40), like(40, 30), like(40, 40)]).toEqual([true, false, false]);
  expect(isLikeUpright({ width: 30, height: 40 }, { width: 40, height: 40 })).toBe(false);
});
