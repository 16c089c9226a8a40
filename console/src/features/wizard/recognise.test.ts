import { expect, test } from "vitest";
import { recogniseFormat } from "./recognise";
import type { SourceFile } from "./sources";

function files(...named: readonly (readonly [string, string?])[]): SourceFile[] {
  return named.map(([path, text = ""]) => ({
    path,
    size: text.length,
    open: () => Promise.resolve(new Blob([text])),
  }));
}

const PICTURE = ["a.jpg"] as const;

test.each([
  ["supervisely", files(PICTURE, ["meta.json", "{}"], ["ds0/ann/a.jpg.json", "{}"])],
  ["supervisely", files(["ann/a.jpg.json", "{}"], ["img/a.jpg"])],
  ["fiftyone", files(["data/a.jpg"], ["metadata.json", "{}"], ["samples.json", "{}"])],
  ["fiftyone", files(PICTURE, ["labels.json", '{"classes": ["a"], "labels": {"a": []}}'])],
  ["roboflow", files(["valid/a.jpg"], ["valid/_annotations.csv", "filename"])],
  ["imagefolder", files(PICTURE, ["train/metadata.jsonl", "{}"])],
  ["mvtec", files(["train/good/0.png"], ["ground_truth/hole/0_mask.png"])],
  ["visa", files(["Data/Images/Normal/0.JPG"])],
  ["yolo", files(PICTURE, ["data.yaml", ""], ["labels/a.txt", "0 0 0 0 0"])],
  ["cvat", files(PICTURE, ["annotations.xml", '<?xml version="1.0"?>\n<annotations><version>'])],
  ["voc", files(PICTURE, ["a.xml", "<annotation><folder>"])],
  ["labelme", files(PICTURE, ["a.json", '{"version": "5.4.1", "flags": {}, "shapes": []'])],
  ["via", files(PICTURE, ["via.json", '{"_via_settings": {}, "_via_img_metadata": {}'])],
  [
    "via",
    files(PICTURE, ["via.json", '{"a.jpg-1": {"filename": "a", "regions": [{"region_attributes": {}}']),
  ],
  [
    "datumaro",
    files(PICTURE, ["annotations/default.json", '{"info": {}, "categories": {"label": {}}, "items": [']),
  ],
  ["coco", files(PICTURE, ["instances.json", '{"info": {}, "licenses": [], "images": [{"id": 1'])],
  ["coco", files(PICTURE, ["instances.json", '{"annotations": [{"image_id": 3'])],
  ["labelstudio", files(PICTURE, ["export.json", '[{"id": 1, "annotations": ['])],
  ["labelstudio", files(PICTURE, ["min.json", '[{"image": "/data/a.jpg", "id": 1'])],
  ["manifest", files(PICTURE, ["train.manifest", '{"source-ref":"s3://b/a.jpg"}'])],
  [
    "groundtruth",
    files([
      "o.manifest",
      '{"source-ref":"a","l-metadata":{"type":"groundtruth/multi-label-classification"}}',
    ]),
  ],
  ["csv", files(PICTURE, ["labels.csv", "a.jpg,cat"])],
  [null, files(PICTURE, ["b/c.png"])],
  [null, files(["notes.json", '{"a": 1}'])],
] as const)("files of %s are recognised", async (format, given) => {
  expect(await recogniseFormat(given)).toBe(format);
});

test("a file that cannot be opened speaks for nothing", async () => {
  const gone: SourceFile = { path: "a.json", size: 1, open: () => Promise.reject(new Error("gone")) };
  expect(await recogniseFormat([gone])).toBeNull();
});
