import { describe, expect, it } from "vitest";
import { Mask, MaskEdit } from "../../../canvas/mask/mask";
import { Scene } from "../../../canvas/scene";
import { Line } from "../../../manifest/lines";
import { boxesOf, classOf, maskOf } from "../../../manifest/relabel";
import {
  isLabelled,
  lineWithBoxes,
  lineWithMask,
  namesIn,
  sceneWithBoxes,
  sceneWithMasks,
  writeMasks,
} from "./lines";

const stamp = { moment: new Date("2026-11-28T12:00:00Z") };
const size = { width: 100, height: 50 };
const bare = Line.read('{"source-ref":"s3://b/k.png"}');

describe("boxes on the canvas", () => {
  it("leave a line alone that nobody changed, and leave drafts out", () => {
    const shape = { id: "a", label: "rope", box: { left: 0.1, top: 0.2, width: 0.3, height: 0.4 } };
    const line = lineWithBoxes(bare, new Scene(size, [shape, { ...shape, id: "b", draft: 0.9 }]), stamp);
    expect(boxesOf(line).map(({ box }) => box)).toEqual([shape.box]);
    expect(lineWithBoxes(line, sceneWithBoxes(line, size), { moment: new Date(0) })).toBe(line);
    expect([
      isLabelled(line, "rekognition"),
      isLabelled(bare, "rekognition"),
      namesIn(line, "rekognition"),
    ]).toEqual([true, false, ["rope"]]);
  });
});

it("takes a box drawn and undone for no answer, and nothing here for one", () => {
  expect(lineWithBoxes(bare, new Scene(size), stamp)).toBe(bare);
  expect(isLabelled(lineWithBoxes(bare, new Scene(size), stamp, true), "rekognition")).toBe(true);
});

describe("masks on the canvas", () => {
  function scene(): Scene {
    const masks = ["rust", "chip"].map((label, place) => {
      const edit = new MaskEdit(new Mask(size));
      edit.apply({ y: 3, from: place * 5, to: 10 + place * 5 }, "add");
      edit.finish();
      return [label, edit.mask] as const;
    });
    return new Scene(size, [], new Map(masks));
  }

  it("become one picture and an anomaly, and go with an empty mask", async () => {
    const written = await writeMasks(scene(), (label) => (label === "rust" ? "#23A436" : "#14A3B3"));
    expect([...(written?.colors ?? [])]).toEqual([
      ["#23a436", "rust"],
      ["#14a3b3", "chip"],
    ]);
    const line = lineWithMask(bare, "s3://b/m.png", written, stamp);
    expect([classOf(line), maskOf(line)?.ref, isLabelled(line, "lookoutvision")]).toEqual([
      true,
      "s3://b/m.png",
      true,
    ]);
    const none = lineWithMask(line, undefined, await writeMasks(new Scene(size), () => "#000000"), stamp);
    expect([classOf(none), maskOf(none)]).toEqual([true, undefined]);
  });

  it("keep types of one colour, and of the background's, apart", async () => {
    const written = await writeMasks(scene(), () => "#FFFFFF");
    expect(new Set(["#ffffff", ...(written?.colors.keys() ?? [])]).size).toBe(3);
  });

  it("of another size than their picture are refused, not bent", () => {
    const line = Line.read(
      '{"source-ref":"s3://b/k.png","m-ref":"s3://b/m.png","m-ref-metadata":{"internal-color-map":{"1":{"class-name":"rust","hex-color":"#23A436"}},"type":"groundtruth/semantic-segmentation"}}',
    );
    const pixels = { width: 2, height: 1, data: Uint8Array.from([35, 164, 54, 255, 0, 0, 0, 0]) };
    expect(() => sceneWithMasks(line, size, pixels)).toThrow("2 × 1");
    expect(sceneWithMasks(line, { width: 2, height: 1 }, pixels).mask("rust")?.count()).toBe(1);
  });
});
