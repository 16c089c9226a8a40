import { expect, it } from "vitest";
import { twinsOf } from "./twins";

const box = { left: 0.1, top: 0.1, width: 0.4, height: 0.4 };

it("names the upper of two boxes that are likely one thing drawn twice", () => {
  const boxes = [
    { id: "lower", label: "rust", box },
    { id: "other label", label: "chip", box },
    { id: "elsewhere", label: "rust", box: { ...box, left: 0.4 } },
    { id: "upper", label: "rust", box: { ...box, width: 0.41 } },
  ];
  expect([...twinsOf(boxes)]).toEqual(["upper"]);
});
