"""A manifest file as samples, and what could not be used."""

import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from vedette.dialects.registry import LOOKOUT, REKOGNITION
from vedette.dialects.samples import read_samples
from vedette.manifest import anomaly, classification, detection, segmentation
from vedette.manifest.attributes import Stamp
from vedette.manifest.detection import Size
from vedette.manifest.lines import write_line
from vedette.manifest.places import beside
from vedette.manifest.segmentation import MaskRef
from vedette.vision.annotations import Box, Mask, Sample

PICTURES = Path(os.environ.get("VEDETTE_TEST_DATA", "../shared/data"))
STAMP = Stamp(moment=datetime(2026, 2, 11, tzinfo=UTC))
BOX = Box(0.25, 0.5, 0.25, 0.125)


def manifest(folder, *parts):
    """Write a manifest of these lines, and an empty file for every picture and mask it names."""
    lines = [part if isinstance(part, str) else write_line(part).text for part in parts]
    path = folder / "train.manifest"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def picture(folder, name):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def labelled(ref, *names):
    return {"source-ref": ref, **classification.write_labels(names, stamp=STAMP)}


def test_types_that_a_line_declares_and_its_mask_does_not_show_are_not_there(tmp_path):
    """As a labelling job writes them: one map for all of its pictures."""
    job = {"#d62728": "rust", "#1f77b4": "dent", "#2ca02c": "chip"}
    lines = []
    for name, color in (("a", "#d62728"), ("b", "#1f77b4"), ("c", "#ffffff"), ("d", "#123456")):
        picture(tmp_path, f"{name}.png")
        Image.new("RGB", (80, 64), color).save(tmp_path / f"mask-{name}.png")
        mask = segmentation.write_mask(MaskRef(f"mask-{name}.png", job), stamp=STAMP)
        line = {"source-ref": f"{name}.png", **anomaly.write_class(is_anomalous=True, stamp=STAMP), **mask}
        lines.append(line)
    reading = read_samples(manifest(tmp_path, *lines))
    shown = [(sample.labels, sample.mask and sample.mask.colors) for sample in reading.samples]
    assert shown == [
        (("rust",), {"#d62728": "rust"}),
        (("dent",), {"#1f77b4": "dent"}),
        ((), None),
        (("rust", "dent", "chip"), job),
    ], "a colour that nobody named is for whoever reads the mask"


def test_labels_and_boxes_become_samples(tmp_path):
    a, b = picture(tmp_path, "in/a.png"), picture(tmp_path, "b.png")
    boxes = detection.write_boxes([("bolt", BOX)], "parts", of=Size(800, 640), stamp=STAMP)
    path = manifest(tmp_path, labelled("in/a.png", "cat", "dog"), {"source-ref": str(b), **boxes})
    reading = read_samples(path)
    assert reading.samples == [
        Sample(picture=a, labels=("cat", "dog"), source="in/a.png"),
        Sample(picture=b, boxes=(("bolt", BOX),), source=str(b)),
    ]
    assert (reading.problems, reading.unlabeled, reading.dialect) == ([], [], REKOGNITION)


def test_a_lookout_manifest_is_known_by_its_classes_and_masks(tmp_path):
    for name in ("a.png", "b.png", "m.png"):
        picture(tmp_path, name)
    broken = anomaly.write_class(is_anomalous=True, stamp=STAMP)
    mask = segmentation.write_mask(MaskRef("m.png", {"#d62728": "rust"}), stamp=STAMP)
    path = manifest(
        tmp_path,
        {"source-ref": "a.png", **anomaly.write_class(is_anomalous=False, stamp=STAMP)},
        {"source-ref": "b.png", **broken, **mask},
    )
    reading = read_samples(path)
    assert reading.dialect is LOOKOUT
    assert reading.samples == [
        Sample(picture=tmp_path / "a.png", is_anomalous=False, source="a.png"),
        Sample(
            picture=tmp_path / "b.png",
            labels=("rust",),
            is_anomalous=True,
            mask=Mask(tmp_path / "m.png", {"#d62728": "rust"}),
            source="b.png",
        ),
    ]


def test_what_cannot_be_used_is_named_and_the_rest_is_used(tmp_path):
    for name in ("a.png", "b.png"):
        picture(tmp_path, name)
    off = detection.write_boxes(
        [("x", Box(0.9, 0, 0.5, 0.5)), ("y", BOX)], "p", of=Size(800, 640), stamp=STAMP
    )
    path = manifest(
        tmp_path,
        labelled("a.png", "cat"),
        "{not json",
        labelled("a.png", "dog"),
        labelled("gone.png", "cat"),
        {"source-ref": "b.png", **off},
        {"x": 1},
    )
    reading = read_samples(path)
    assert [sample.source for sample in reading.samples] == ["a.png", "b.png"]
    assert reading.samples[1].boxes == (("y", BOX),)
    assert [(problem.line, problem.code) for problem in reading.problems] == [
        (2, "ERROR_INVALID_JSON_LINE"),
        (3, "DROPPED_SOURCE_REF_TWICE"),
        (4, "ERROR_INVALID_IMAGE"),
        (5, "ERROR_INVALID_BOUNDING_BOX"),
        (6, "ERROR_NO_LABEL_ATTRIBUTES"),
    ]
    assert str(reading.problems[2]) == "line 4 (gone.png): there is no such picture"


def test_a_strict_reading_asks_for_every_documented_key(tmp_path):
    picture(tmp_path, "a.png")
    spare = {
        "source-ref": "a.png",
        "x": 1,
        "x-metadata": {"class-name": "cat", "type": "groundtruth/image-classification"},
    }
    path = manifest(tmp_path, spare)
    assert [sample.labels for sample in read_samples(path).samples] == [("cat",)]
    strict = read_samples(path, dialect=REKOGNITION, resolve=lambda _: tmp_path / "a.png")
    assert [problem.code for problem in strict.problems] == ["ERROR_INVALID_SOURCE_REF_FORMAT"]


def test_a_pair_without_a_type_is_known_by_its_form_unless_the_reading_is_strict(tmp_path):
    picture(tmp_path, "a.png")
    size = [{"width": 100, "height": 100, "depth": 3}]
    boxes = [{"class_id": 0, "left": 10, "top": 20, "width": 30, "height": 40}]
    line = {
        "source-ref": "a.png",
        "x": 1,
        "x-metadata": {"class-name": "cat"},
        "p": {"image_size": size, "annotations": boxes},
        "p-metadata": {"class-map": {"0": "bolt"}},
    }
    (sample,) = read_samples(manifest(tmp_path, line)).samples
    assert (sample.labels, sample.boxes) == (("cat",), (("bolt", Box(0.1, 0.2, 0.3, 0.4)),))


def test_an_unlabelled_picture_and_a_picture_without_objects_differ(tmp_path):
    for name in ("a.png", "b.png"):
        picture(tmp_path, name)
    none = detection.write_boxes([], "parts", of=Size(800, 640), stamp=STAMP)
    reading = read_samples(manifest(tmp_path, {"source-ref": "a.png"}, {"source-ref": "b.png", **none}))
    assert [sample.source for sample in reading.unlabeled] == ["a.png"]
    assert [(sample.source, sample.boxes) for sample in reading.samples] == [("b.png", ())]


@pytest.mark.parametrize(
    "place", ["bucket/deep/a%20\N{HONEYBEE}.png", "deep/a%20\N{HONEYBEE}.png", "a%20\N{HONEYBEE}.png"]
)
def test_an_exported_picture_is_found_wherever_below_it_was_copied(tmp_path, place):
    there = picture(tmp_path, place)
    assert beside(tmp_path)("s3://bucket/deep/a%20\N{HONEYBEE}.png") == there
    assert beside(tmp_path / "manifests")("s3://bucket/deep/a%20\N{HONEYBEE}.png") == there


@pytest.mark.parametrize(
    "ref", ["s3://bucket/../../etc/passwd", "s3://bucket/a\0", "s3://b/" + "x" * 5000, "deep"]
)
def test_what_is_no_picture_below_the_manifest_is_not_found(tmp_path, ref):
    (tmp_path / "deep").mkdir()
    assert beside(tmp_path)(ref) is None


def test_the_official_template_is_read_as_it_is():
    path = PICTURES / "cookies" / "dataset-files" / "manifests" / "template.manifest"
    if not path.exists():
        pytest.skip("the guide's getting-started pictures are not beside the repository")
    reading = read_samples(path)
    assert (reading.dialect, reading.problems, reading.unlabeled) == (LOOKOUT, [], [])
    assert Counter(sample.is_anomalous for sample in reading.samples) == {False: 31, True: 32}
    masks = [sample.mask for sample in reading.samples if sample.mask]
    assert len(masks) == 32
    assert {tuple(mask.colors.items()) for mask in masks} == {(("#23a436", "cracked"),)}
    assert all(mask.path.is_file() for mask in masks)
