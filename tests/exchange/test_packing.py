"""A dataset goes out in each format: what comes back by its reader is what went out."""

import io
import json
import sys
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from doubles.pictures import a_png
from vedette.cli.main import app
from vedette.errors import Wrong
from vedette.exchange.formats import LOCAL, read_format
from vedette.exchange.losses import HOLDS, SETS
from vedette.exchange.packing import BY_PLACE, BY_STEM, LABEL_FILES, PACKED, Packing

PAIR = {"confidence": 1, "human-annotated": "yes", "creation-date": "2026-11-30T10:00:00", "job-name": "j"}
# Two that differ by their endings alone, one in a folder, one that is called as another would be renamed.
NAMES = ("a.jpg", "a.png", "b/a.png", "a-2.jpg", "c d.png")
ITEM_FORMS = sorted(set(PACKED) - {"manifest", *BY_PLACE, *LOCAL})


def lines_of(tmp_path, *, boxes, label="label {}"):
    manifest = tmp_path / "frozen.manifest"
    with manifest.open("w") as out:
        for number, name in enumerate(NAMES):
            box = {"class_id": 0, "left": 8 * number, "top": 8, "width": 16, "height": 24}
            labels = {"kind": 0, "kind-metadata": {**PAIR, "type": "groundtruth/image-classification"}}
            labels["kind-metadata"]["class-name"] = label.format(number)
            objects = {
                "boxes": {"annotations": [box], "image_size": [{"width": 64, "height": 64, "depth": 3}]},
                "boxes-metadata": {
                    **PAIR, "class-map": {"0": label.format(number)}, "objects": [{"confidence": 1}],
                    "type": "groundtruth/object-detection",
                },
            }  # fmt: skip
            line = {"source-ref": f"s3://shop/{name}", **(objects if boxes else labels)}
            out.write(json.dumps(line) + "\n")
    return manifest


def packed(tmp_path, form, *, boxes, with_pictures=True, label="label {}"):
    """Write an export to a folder, as an archive would be unpacked; return it."""
    moment = datetime(2026, 11, 30, tzinfo=UTC)
    work, place = tmp_path / "work", tmp_path / "out"
    work.mkdir()
    packing = Packing(
        form,
        lines_of(tmp_path, boxes=boxes, label=label),
        work,
        moment,
        lambda _: io.BytesIO(a_png(64, 64)),
        with_pictures,
    )
    assert packing.check() == len(NAMES)
    for file in packing.files():
        path = place / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        assert not path.exists(), file.name
        path.write_bytes(file.stream.read())
        file.stream.close()
    assert packing.left_out == []
    return place


def label_of(item):
    return (*item.labels, *(label for label, _ in item.boxes or ()))


@pytest.mark.parametrize("boxes", [True, False], ids=["boxes", "labels"])
@pytest.mark.parametrize("form", ITEM_FORMS)
def test_what_a_format_holds_comes_back(tmp_path, form, boxes):
    if ("boxes" if boxes else "labels") not in HOLDS[form]:
        pytest.skip("the format has no place for it")
    place = packed(tmp_path, form, boxes=boxes)
    source = next((path for path in place.iterdir() if path.name in LABEL_FILES.values()), place)
    items = list(read_format(form, source, images=place))
    assert sorted(map(label_of, items)) == [(f"label {number}",) for number in range(len(NAMES))]
    for item in items:
        number = int(label_of(item)[0].rpartition(" ")[2])
        for _, box in item.boxes or ():
            sides = (box.left, box.top, box.width, box.height)
            assert sides == pytest.approx((number / 8, 1 / 8, 1 / 4, 3 / 8), abs=1e-4)


@pytest.mark.parametrize("form", sorted(BY_STEM))
def test_names_that_differ_by_their_endings_alone_are_told_apart(tmp_path, form):
    place = packed(tmp_path, form, boxes=True)
    pictures = [path.relative_to(place) for path in place.rglob("*") if path.suffix in (".jpg", ".png")]
    assert len({path.with_suffix("") for path in pictures}) == len(pictures) == len(NAMES)


@pytest.mark.parametrize("form", PACKED)
def test_labels_alone_are_written_too(tmp_path, form):
    if form in BY_PLACE:
        pytest.skip("folders hold labels by where pictures lie")
    place = packed(tmp_path, form, boxes=form != "csv", with_pictures=False)
    assert [path for path in place.rglob("*") if path.suffix in (".jpg", ".png")] == []
    assert [path for path in place.rglob("*") if path.is_file()]


@pytest.mark.parametrize("form", PACKED)
def test_names_that_are_too_long_for_a_disk_are_shortened(tmp_path, monkeypatch, form):
    long = "深い/" * 80 + "x" * 300
    monkeypatch.setattr(sys.modules[__name__], "NAMES", (f"{long}1.png", f"{long}2.png"))
    label = "normal" if form in SETS else "label {}"
    place = packed(tmp_path, form, boxes=form not in ("csv", *BY_PLACE), label=label)
    pictures = {path.name for path in place.rglob("*.png")}
    assert len(pictures) == 2
    assert all(len(part.encode()) <= 255 for path in place.rglob("*") for part in path.parts)


@pytest.mark.parametrize("form", ["voc", "cvat"])
@pytest.mark.parametrize("boxes", [True, False])
def test_labels_that_xml_cannot_hold_are_refused_before_a_picture_is_on_its_way(tmp_path, form, boxes):
    packing = Packing(
        form, lines_of(tmp_path, boxes=boxes, label="bell\x07"), tmp_path, datetime(2026, 11, 30, tzinfo=UTC),
        lambda _: io.BytesIO(a_png(64, 64)), True,
    )  # fmt: skip
    with pytest.raises(Wrong, match="a character that XML cannot hold"):
        packing.check()


def test_a_picture_that_is_called_as_labels_are_is_not_written_over(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "NAMES", ("a.json", "a_json.png", "b.png"))
    place = packed(tmp_path, "labelme", boxes=True)
    assert sorted(path.relative_to(place / "images").as_posix() for path in place.rglob("*.*")) == [
        "a_json-2.json", "a_json-2.png", "a_json.json", "b.json", "b.png",
    ]  # fmt: skip
    assert (place / "images" / "a_json").read_bytes() == a_png(64, 64)


@pytest.mark.parametrize("form", ["yolo", "voc", "fiftyone"])
def test_the_command_line_tells_such_names_apart_too(tmp_path, form):
    manifest = lines_of(tmp_path, boxes=True)
    manifest.write_text(manifest.read_text().replace("s3://shop/", ""))
    for name in NAMES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(a_png(64, 64))
    words = ["export", form, str(manifest), "--with-pictures", "--out", str(tmp_path / "out")]
    answer = CliRunner().invoke(app, words)
    assert answer.exit_code == 0, answer.output
    pictures = [path for path in (tmp_path / "out").rglob("*") if path.suffix in (".jpg", ".png")]
    assert len({path.with_suffix("") for path in pictures}) == len(pictures) == len(NAMES)
