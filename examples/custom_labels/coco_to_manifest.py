"""Turn a file of COCO's into a manifest with boxes, and put it beside the pictures in a bucket."""

import json
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

from common import arguments, client, run


def line(image: dict[str, Any], annotations: list[dict[str, Any]], names: dict[int, str], prefix: str) -> str:
    """Return the manifest's line of a picture; one without annotations has no boxes."""
    taken = datetime.fromisoformat(image["date_captured"])
    places = [
        dict(zip(("left", "top", "width", "height"), map(round, annotation["bbox"]), strict=True))
        for annotation in annotations
    ]
    used = {annotation["category_id"] for annotation in annotations}
    entry = {
        "source-ref": f"{prefix}{image['file_name']}",
        "bounding-box": {
            "image_size": [{"width": image["width"], "height": image["height"], "depth": 3}],
            "annotations": [
                {"class_id": annotation["category_id"], **place}
                for annotation, place in zip(annotations, places, strict=True)
            ],
        },
        "bounding-box-metadata": {
            "objects": [{"confidence": 1} for _ in annotations],
            "class-map": {str(number): names[number] for number in sorted(used)},
            "type": "groundtruth/object-detection",
            "human-annotated": "yes",
            "creation-date": taken.strftime("%Y-%m-%dT%H:%M:%S"),
            "job-name": "labeling-job/coco",
        },
    }
    return json.dumps(entry)


def main() -> None:
    """Write the manifest, upload it, and say how the pictures follow."""
    args = arguments(__doc__, "coco_file", "s3_folder", manifest="custom_labels.manifest")
    coco = json.loads(Path(args.coco_file).read_text("utf-8"))
    names = {category["id"]: category["name"] for category in coco["categories"]}
    of_image = defaultdict(list)
    for annotation in coco["annotations"]:
        of_image[annotation["image_id"]].append(annotation)
    folder = args.s3_folder.rstrip("/") + "/"
    lines = [line(image, of_image[image["id"]], names, folder) for image in coco["images"]]
    Path(args.manifest).write_text("\n".join(lines) + "\n", "utf-8")
    bucket, _, prefix = folder.removeprefix("s3://").partition("/")
    client("s3").upload_file(args.manifest, bucket, f"{prefix}{Path(args.manifest).name}")
    print(f"{len(lines)} lines: {folder}{Path(args.manifest).name}")
    print(f"Now the pictures: aws s3 sync {Path(args.coco_file).parent} {folder}")


if __name__ == "__main__":
    run(main)
