"""Pictures that a camera turned by EXIF: boxes and masks lie where the picture shows what they mean."""

import io
import json
import uuid

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from doubles.console import HOME
from doubles.console import signed_in as signed_in_browser
from doubles.evaluated import evaluation_of
from doubles.trained import put_version
from vedette.evaluation.document import write_evaluation
from vedette.evaluation.judged import JudgedPicture
from vedette.vision.annotations import Finding, Sample

WIDTH, HEIGHT, ORIENTATION = 400, 200, 6
# On the raster as it is stored: at the left below. Turned to the right it stands at the left above.
SPOT = (40, 120, 80, 60)
SEEN = {"left": (HEIGHT - 180) / HEIGHT, "top": 40 / WIDTH, "width": 60 / HEIGHT, "height": 80 / WIDTH}


def a_picture(color="white", *, turned=True):
    """A black raster with a spot, lying as a camera that was held upright stores it; or its mask."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "black" if turned else "white")
    left, top, width, height = SPOT
    image.paste(color, (left, top, left + width, top + height))
    exif = Image.Exif()
    if turned:
        exif[0x0112] = ORIENTATION
    out = io.BytesIO()
    image.save(out, "JPEG" if turned else "PNG", exif=exif)
    return out.getvalue()


@pytest.fixture(scope="module")
def bucket(console):
    name = f"turned-{uuid.uuid4().hex[:8]}"
    s3 = console.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="a.jpg", Body=a_picture())
    s3.put_object(Bucket=name, Key="a.png", Body=a_picture("#23a436", turned=False))
    return name


def shares(drawing: Locator, picture: Locator) -> dict[str, float]:
    """Return where a drawing is on the screen, in shares of its picture."""
    one, whole = drawing.bounding_box(), picture.bounding_box()
    assert one is not None
    assert whole is not None
    return {
        "left": (one["x"] - whole["x"]) / whole["width"],
        "top": (one["y"] - whole["y"]) / whole["height"],
        "width": one["width"] / whole["width"],
        "height": one["height"] / whole["height"],
    }


def metadata(kind, **more):
    return {"type": kind, "human-annotated": "yes", "creation-date": "2026-11-28T10:00:00", **more}


def box_line(bucket):
    left, top, width, height = SPOT
    box = {"class_id": 0, "left": left, "top": top, "width": width, "height": height}
    return {
        "source-ref": f"s3://{bucket}/a.jpg",
        "box": {"image_size": [{"width": WIDTH, "height": HEIGHT, "depth": 3}], "annotations": [box]},
        "box-metadata": metadata(
            "groundtruth/object-detection",
            **{"class-map": {"0": "bolt"}, "objects": [{"confidence": 1}]},
        ),
    }


def test_a_box_lies_in_the_gallery_where_the_picture_shows_it(console, signed_in, bucket):
    page: Page = signed_in
    browser = signed_in_browser(console)
    arn = browser.call("rekognition", "CreateProject", ProjectName=bucket).json["ProjectArn"]
    browser.call("rekognition", "CreateDataset", ProjectArn=arn, DatasetType="TRAIN")
    edits = [{"Line": json.dumps(box_line(bucket))}]
    browser.call("vedette", "UpdateEntries", ProjectArn=arn, DatasetType="train", Edits=edits)
    page.goto(f"/console/projects/rekognition/{bucket}/datasets/train")
    box = page.locator(".tile rect.is-person")
    expect(box).to_be_visible()
    picture = page.locator(".tile-picture img")
    expect(picture).to_be_visible()
    # The picture lies in the middle of its tile, which is as wide as it is high.
    side = picture.bounding_box()
    assert side is not None
    high = min(side["height"], side["width"] * WIDTH / HEIGHT)
    found = shares(box, picture)
    wide, rest = high * HEIGHT / WIDTH, (side["width"] - high * HEIGHT / WIDTH) / 2
    seen_left = (found["left"] * side["width"] - rest) / wide
    seen_top = (found["top"] * side["height"] - (side["height"] - high) / 2) / high
    assert (seen_left, seen_top) == pytest.approx((SEEN["left"], SEEN["top"]), abs=0.03)


def test_a_mask_lies_in_the_evaluation_where_the_picture_shows_it(console, signed_in, bucket):
    page: Page = signed_in
    source = f"s3://{bucket}/a.jpg"
    picture = JudgedPicture(
        Sample("a.jpg", is_anomalous=True, source=source),
        score=0.9,
        findings=(Finding("rust", 0.8, area=0.06),),
        pixels={"rust": (10, 20, 20)},
        pixel_count=WIDTH * HEIGHT,
    )
    evaluation = evaluation_of("segmentation", [picture], ["rust"], thresholds={"anomaly": 0.5})
    document = write_evaluation(evaluation)
    version = put_version(
        console.data, "lookoutvision", bucket, "segmentation", account=HOME, evaluation=document
    )
    colors = {"0": {"class-name": "BACKGROUND", "hex-color": "#ffffff", "confidence": 0}}
    colors["1"] = {"class-name": "rust", "hex-color": "#23a436", "confidence": 0}
    line = {
        "source-ref": source,
        "anomaly-label": 1,
        "anomaly-label-metadata": metadata(
            "groundtruth/image-classification", **{"class-name": "anomaly", "confidence": 1}
        ),
        "anomaly-mask-ref": f"s3://{bucket}/a.png",
        "anomaly-mask-ref-metadata": metadata(
            "groundtruth/semantic-segmentation", **{"internal-color-map": colors}
        ),
    }
    frozen = console.data / "versions" / version.folder / "test.manifest"
    frozen.write_text(json.dumps(line) + "\n", "utf-8")
    page.goto(f"/console/projects/lookoutvision/{bucket}/versions/{version.name}/evaluation?show=tp")
    page.locator(".evaluation-tile").first.click()
    dialog = page.get_by_role("dialog")
    mask = dialog.locator(".overlay-mask.is-person image")
    expect(mask).to_be_visible()
    # The mask is clear but for its spot; where that is on the screen its matrix says.
    corner = mask.evaluate(
        """(image, [x, y]) => {
            const point = new DOMPoint(x, y).matrixTransform(image.getScreenCTM());
            const picture = image.closest(".overlay").querySelector("img").getBoundingClientRect();
            return [(point.x - picture.x) / picture.width, (point.y - picture.y) / picture.height];
        }""",
        [SPOT[0] / WIDTH, (SPOT[1] + SPOT[3]) / HEIGHT],
    )
    assert corner == pytest.approx([SEEN["left"], SEEN["top"]], abs=0.01)
    # A mask of the model's that is not there is left out, and said nothing of.
    page.vedette_watch.errors = [text for text in page.vedette_watch.errors if "layer=mask" not in text]
