"""What a format writes it reads back, and golden lines mean what they say."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.manifest import anomaly, classification, detection, segmentation
from vedette.manifest.attributes import MalformedPair, Stamp, read_pairs
from vedette.manifest.detection import Size
from vedette.manifest.lines import read_line, write_line
from vedette.manifest.segmentation import MaskRef
from vedette.vision.annotations import Box

GOLDEN = Path(__file__).parent.parent / "golden" / "manifests"
STAMP = Stamp(moment=datetime(2026, 2, 11, 9, 30, tzinfo=UTC), job="labeling-job/test")

names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
sizes = st.builds(Size, st.integers(64, 4096), st.integers(64, 4096), st.sampled_from([1, 3, 4]))


def pairs_of(part):
    return list(read_pairs(read_line(write_line({"source-ref": "s3://bucket/a.jpg", **part}).text)))


@given(st.lists(names, unique=True, max_size=8))
def test_labels_are_read_back(labels):
    assert classification.read_labels(pairs_of(classification.write_labels(labels, stamp=STAMP))) == tuple(
        labels
    )


@given(st.booleans())
def test_the_class_of_a_picture_is_read_back(is_anomalous):
    (pair,) = pairs_of(anomaly.write_class(is_anomalous=is_anomalous, stamp=STAMP))
    assert (anomaly.read_class(pair), pair.value) == (is_anomalous, int(is_anomalous))


@given(
    sizes,
    st.lists(
        st.tuples(
            names, st.integers(0, 4000), st.integers(0, 4000), st.integers(1, 4000), st.integers(1, 4000)
        ),
        max_size=8,
    ),
)
def test_boxes_in_whole_pixels_are_read_back_exactly(size, drawn):
    boxes = [
        (name, Box(left / size.width, top / size.height, wide / size.width, high / size.height))
        for name, left, top, wide, high in drawn
    ]
    (pair,) = pairs_of(detection.write_boxes(boxes, "parts", of=size, stamp=STAMP))
    assert detection.read_boxes(pair) == boxes
    assert detection.read_size(pair) == size
    assert [(b["left"], b["top"], b["width"], b["height"]) for b in pair.value["annotations"]] == [
        tuple(numbers) for _, *numbers in drawn
    ]


shares = st.floats(1e-3, 1)


@given(sizes, st.builds(Box, shares, shares, shares, shares))
def test_any_box_is_read_back_within_rounding(size, box):
    (pair,) = pairs_of(detection.write_boxes([("part", box)], "parts", of=size, stamp=STAMP))
    ((_, again),) = detection.read_boxes(pair)
    for side in ("left", "top", "width", "height"):
        assert getattr(again, side) == pytest.approx(getattr(box, side), abs=1e-8)


colors = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


@given(st.dictionaries(colors, names.filter(lambda n: n.casefold() != "background"), min_size=1, max_size=5))
def test_masks_are_read_back(told):
    mask = MaskRef("s3://bucket/masks/a.png", told)
    (pair,) = pairs_of(segmentation.write_mask(mask, stamp=STAMP))
    assert segmentation.read_mask(pair) == mask


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_golden_lines_mean_what_their_files_say(path):
    golden = json.loads(path.read_text("utf-8"))
    assert golden["from"]
    for case in golden["cases"]:
        line = read_line(json.dumps(case["line"]))
        found = [meaning(pair) for pair in read_pairs(line)]
        assert found == case["means"], case["line"]["source-ref"]


def meaning(pair):
    """Say a pair as the golden files do, which the console's own test reads too."""
    if pair.kind == "class":
        return {
            "attribute": pair.name,
            "label": classification.read_label(pair),
            "anomalous": anomaly.read_class(pair),
        }
    if pair.kind == "boxes":
        size = detection.read_size(pair)
        boxes = [
            {"label": n, "shares": [round(v, 6) for v in (b.left, b.top, b.width, b.height)]}
            for n, b in detection.read_boxes(pair)
        ]
        return {"attribute": pair.name, "size": [size.width, size.height, size.depth], "boxes": boxes}
    if pair.kind == "mask":
        mask = segmentation.read_mask(pair)
        return {"attribute": pair.name, "mask": mask and {"ref": mask.ref, "colors": dict(mask.colors)}}
    return {"attribute": pair.name, "tags": [list(tag) for tag in classification.read_tags(pair)]}


@pytest.mark.parametrize(
    ("read", "value", "metadata"),
    [
        (classification.read_label, 1, {"type": "groundtruth/image-classification"}),
        (detection.read_boxes, {}, {"class-map": {}}),
        (detection.read_boxes, {"image_size": [{"width": 0, "height": 9}]}, {"class-map": {}}),
        (
            detection.read_boxes,
            {"image_size": [{"width": 9, "height": 9}], "annotations": [{}]},
            {"class-map": {}},
        ),
        (
            detection.read_boxes,
            {
                "image_size": [{"width": 9, "height": 9}],
                "annotations": [{"class_id": 1, "left": 0, "top": 0, "width": 2, "height": 2}],
            },
            {"class-map": {"0": "a"}},
        ),
        (segmentation.read_mask, "s3://b/m.png", {"internal-color-map": {"1": {"class-name": "a"}}}),
        (segmentation.read_mask, 3, {"internal-color-map": {}}),
        (classification.read_tags, [2], {"class-map": {"1": "a"}}),
    ],
)
def test_a_pair_of_another_form_is_unfit(read, value, metadata):
    (pair,) = pairs_of({"x": value, "x-metadata": metadata})
    with pytest.raises(MalformedPair):
        read(pair)
