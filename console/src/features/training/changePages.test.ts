import { expect, test } from "vitest";
import { lacksChanges } from "./changePages";

const versions = ["c", "b", "a"].map((arn) => ({ arn })) as never;

test("changes are asked for until the oldest version that is shown has its own", () => {
  expect(lacksChanges({ versions: [] }, new Map())).toBe(false);
  expect(lacksChanges({ versions }, new Map())).toBe(true);
  expect(
    lacksChanges(
      { versions },
      new Map([
        ["c", {}],
        ["b", {}],
      ]),
    ),
  ).toBe(true);
  expect(lacksChanges({ versions }, new Map([["a", {}]]))).toBe(false);
});
