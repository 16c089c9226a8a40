"""Ground Truth's outputs: jobs of every kind, chained and failed ones, and what has no counterpart."""

import json
import shutil

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from vedette.cli.main import app
from vedette.dialects.registry import LOOKOUT, REKOGNITION
from vedette.errors import Wrong
from vedette.exchange.formats import to_lines
from vedette.exchange.groundtruth import convert_line
from vedette.exchange.pieces import NoteList
from vedette.manifest.attributes import Stamp
from vedette.manifest.lines import read_lines, write_line

COMMON = {"human-annotated": "yes", "creation-date": "2026-01-05T08:00:00.000000"}
S3 = "s3://harbour/yard/y-1.jpg"


def boxes(label, left=10, **told):
    value = {
        "image_size": [{"width": 640, "height": 480, "depth": 3}],
        "annotations": [{"class_id": 0, "left": left, "top": 5, "width": 40, "height": 30}],
    }
    metadata = {
        "objects": [{"confidence": 1}],
        "class-map": {"0": label},
        "type": "groundtruth/object-detection",
    }
    return value, metadata | COMMON | told


def line(source=S3, **pairs):
    values = {"source-ref": source}
    for name, (value, metadata) in pairs.items():
        key = name.replace("_", "-")
        values |= ({key: value} if value is not None else {}) | {f"{key}-metadata": metadata}
    return write_line(values, number=7)


def verdict(converted):
    found = REKOGNITION.judge_line(converted)
    return found.labels, [label for label, _ in found.boxes or ()], found.flaws


ADJUSTED = {"adjustment-status": "adjusted", "creation-date": "2026-01-06T08:00:00.000000"}
UNADJUSTED = {"adjustment-status": "unadjusted"}
GOOD = {
    "class-name": "good",
    "confidence": 0.9,
    "type": "groundtruth/label-verification",
    "job-name": "labeling-job/check",
}


def test_a_line_of_one_job_stays_letter_by_letter():
    first = line(boxes=boxes("container"))
    assert convert_line(first) is first


@pytest.mark.parametrize("status", [ADJUSTED, UNADJUSTED])
def test_what_a_job_adjusted_replaces_what_it_was_given(status):
    notes = NoteList()
    chained = line(first=boxes("container", 1), second=boxes("forklift", 2, **status))
    assert verdict(convert_line(chained, notes)) == ((), ["forklift"], ())
    assert [note.sentence for note in notes.notes] == [
        f"{S3} has second, which corrects first; that is dropped."
    ]


def test_of_two_adjustments_the_newer_counts_whatever_stands_first():
    newer = boxes("crane", 3, **ADJUSTED | {"creation-date": "2026-01-07T08:00:00.000000"})
    chained = line(newest=newer, first=boxes("container", 1), second=boxes("forklift", 2, **ADJUSTED))
    assert verdict(convert_line(chained))[1] == ["crane"]


def test_two_jobs_that_correct_nothing_are_both_labels():
    assert verdict(convert_line(line(first=boxes("container", 1), second=boxes("forklift", 2))))[1] == [
        "container", "forklift",
    ]  # fmt: skip


def test_boxes_beside_labels_of_a_multi_label_job_stay():
    tags = {
        "class-map": {"0": "wet", "1": "worn"},
        "confidence-map": {"0": 1, "1": 1},
        "type": "groundtruth/image-classification-multilabel",
    }
    good = {"class-name": "good", "confidence": 1, "type": "groundtruth/image-classification"}
    chained = line(t=([0, 1], tags | COMMON), boxes=boxes("container"), t0=(1, good | COMMON))
    assert verdict(convert_line(chained)) == (("good", "wet", "worn"), ["container"], ())


def test_a_verification_is_told_and_becomes_no_label():
    notes = NoteList()
    converted = convert_line(line(boxes=boxes("container"), check=(0, GOOD | COMMON)), notes)
    assert verdict(converted) == ((), ["container"], ())
    assert set(converted.values) == {"source-ref", "boxes", "boxes-metadata"}
    assert [note.sentence for note in notes.notes] == [
        f"{S3} was verified as 'good' by labeling-job/check; that is no label."
    ]


def test_a_line_whose_job_failed_comes_without_a_label_and_with_the_reason():
    notes = NoteList()
    reason = {"failure-reason": "ClientError: the image is too large", "job-name": "labeling-job/yard"}
    converted = convert_line(line(yard=(None, reason | COMMON), first=boxes("container")), notes)
    assert verdict(converted) == ((), ["container"], ())
    assert convert_line(line(yard=(None, reason))).values == {"source-ref": S3}
    assert notes.notes[0].sentence == (
        f"{S3} got no label from labeling-job/yard: ClientError: the image is too large"
    )


@pytest.mark.parametrize(
    "kind",
    [
        "video-object-detection",
        "video-classification",
        "point-cloud-object-detection",
        "text-classification",
        "custom",
    ],
)
def test_jobs_of_other_things_are_refused_by_their_names(kind):
    foreign = line(first=boxes("container"), work=({"a": 1}, {"type": f"groundtruth/{kind}"} | COMMON))
    with pytest.raises(Wrong, match=f"Line 7: work is of a job of the type groundtruth/{kind}"):
        convert_line(foreign)
    notes = NoteList()
    assert convert_line(foreign, notes) is None
    assert [note.is_refused for note in notes.notes] == [True]


def test_a_job_on_texts_is_refused():
    with pytest.raises(Wrong, match="a job on texts has no pictures"):
        convert_line(write_line({"source": "some words", "label": 1}, number=1))


def put_masks(folder):
    """Write pictures, masks and the output of a job on masks, whose map names all that it knew."""
    names = {"0": "BACKGROUND", "1": "dent", "2": "scratch"}
    colors = {"0": "#ffffff", "1": "#2ca02c", "2": "#1f77b4"}
    entries = {k: {"class-name": names[k], "hex-color": colors[k], "confidence": 0.9} for k in names}
    metadata = {"internal-color-map": entries, "type": "groundtruth/semantic-segmentation"} | COMMON
    (folder / "masks").mkdir(parents=True)
    lines = []
    for name, area in (("a", (slice(2, 5), slice(4, 8))), ("b", None)):
        Image.new("RGB", (20, 10)).save(folder / f"{name}.png")
        pixels = np.full((10, 20, 3), 255, np.uint8)
        if area:
            pixels[area] = (0x2C, 0xA0, 0x2C)
        Image.fromarray(pixels).save(folder / "masks" / f"{name}.png")
        lines.append(line(f"s3://yard/{name}.png", seg_ref=(f"s3://yard/out/masks/{name}.png", metadata)))
    (folder / "output.manifest").write_text("".join(one.text + "\n" for one in lines))
    return folder / "output.manifest"


def run(*words):
    answer = CliRunner().invoke(app, [str(word) for word in words])
    return answer.exit_code, answer.output


def read_back(path):
    with path.open("rb") as stream:
        return list(read_lines(stream))


def test_masks_of_a_job_become_boxes_where_that_is_asked(tmp_path):
    source = put_masks(tmp_path)
    status, output = run(
        "import", "groundtruth", source, "--boxes-from", "masks", "--out", tmp_path / "t.manifest"
    )
    assert status == 0, output
    first, second = read_back(tmp_path / "t.manifest")
    assert first["bounding-box"]["annotations"] == [
        {"class_id": 0, "left": 4, "top": 2, "width": 4, "height": 3}
    ]
    assert first["bounding-box-metadata"]["class-map"] == {"0": "dent"}
    assert second["bounding-box"]["annotations"] == []
    assert not any(key.startswith("seg-ref") for key in (*first.values, *second.values))


def test_for_lookout_the_pixels_say_what_is_normal_and_not_the_map(tmp_path):
    source = put_masks(tmp_path)
    status, output = run("import", "groundtruth", source, "--anomalies", "--out", tmp_path / "t.manifest")
    assert status == 0, output
    first, second = map(LOOKOUT.judge_line, read_back(tmp_path / "t.manifest"))
    assert (first.is_anomalous, first.mask.ref, first.flaws) == (True, "s3://yard/out/masks/a.png", ())
    assert (second.is_anomalous, second.mask, second.flaws) == (False, None, ())


def test_masks_that_are_missing_or_of_another_size_or_colour_are_refused(tmp_path):
    source = put_masks(tmp_path)
    shutil.copy(tmp_path / "masks" / "b.png", tmp_path / "kept.png")
    (tmp_path / "masks" / "b.png").unlink()
    ask = ("import", "groundtruth", source, "--boxes-from", "masks", "--out", tmp_path / "t.manifest")
    assert "There is no mask s3://yard/out/masks/b.png" in run(*ask)[1]
    export = run("export", "coco", source, "--boxes-from", "masks", "--out", tmp_path / "c.json")
    assert "There is no mask s3://yard/out/masks/b.png" in export[1]
    Image.new("RGB", (5, 5), (255, 255, 255)).save(tmp_path / "masks" / "b.png")
    assert "are of several sizes: 20 x 10 and 5 x 5" in run(*ask)[1]
    Image.new("RGB", (20, 10), (1, 2, 3)).save(tmp_path / "masks" / "b.png")
    assert "has 200 pixels of #010203, which its color map does not name" in run(*ask)[1]
    assert not (tmp_path / "t.manifest").exists()
    status, output = run(*ask, "--leave-out")
    assert (status, len(read_back(tmp_path / "t.manifest"))) == (0, 1), output


def test_an_export_takes_boxes_from_masks_and_says_what_it_would_lose_without(tmp_path):
    put_masks(tmp_path)
    assert (
        "2 pictures have masks, which coco does not hold"
        in run("export", "coco", tmp_path / "output.manifest", "--dry-run")[1]
    )
    ask = ("export", "coco", tmp_path / "output.manifest", "--boxes-from", "masks")
    assert run(*ask, "--dry-run") == (0, "2 pictures would be written; nothing was.\n")
    status, output = run(*ask, "--out", tmp_path / "c.json")
    assert status == 0, output
    document = json.loads((tmp_path / "c.json").read_text())
    assert [one["bbox"] for one in document["annotations"]] == [[4, 2, 4, 3]]


def test_a_line_that_is_refused_is_left_out_and_told_by_the_command(tmp_path):
    lines = [line(first=boxes("container")), line(work=({}, {"type": "groundtruth/custom"}))]
    (tmp_path / "o.manifest").write_text("".join(one.text + "\n" for one in lines))
    ask = ("import", "groundtruth", tmp_path / "o.manifest", "--out", tmp_path / "t.manifest")
    assert run(*ask)[0] == 2
    status, output = run(*ask, "--leave-out")
    assert (status, "Left out: Line 2: work is of a job of the type groundtruth/custom" in output) == (
        0,
        True,
    )
    assert len(list(to_lines("manifest", tmp_path / "t.manifest", stamp=Stamp()))) == 1
