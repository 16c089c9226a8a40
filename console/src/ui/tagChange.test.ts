import { expect, test } from "vitest";
import { changeOfTags, tagsAfter, tagsOf } from "./tagChange";

test("a change of tags keeps what somebody else has set meanwhile", () => {
  const opened = tagsOf({ hall: "2", line: "7" });
  const change = changeOfTags(opened, tagsOf({ hall: "3", shift: "night" }));
  expect(change).toEqual({ set: tagsOf({ hall: "3", shift: "night" }), removed: ["line"] });
  expect(tagsAfter({ hall: "2", line: "7", owner: "ben" }, change)).toEqual({
    hall: "3",
    owner: "ben",
    shift: "night",
  });
});

test("what is saved unchanged changes nothing", () => {
  const stored = { hall: "2" };
  expect(changeOfTags(tagsOf(stored), tagsOf(stored))).toEqual({ set: [], removed: [] });
  expect(tagsAfter(stored, { set: [], removed: [] })).toEqual(stored);
});
