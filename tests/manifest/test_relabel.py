"""Labels added to a line, taken from it, renamed and merged; the rest of the line stays as it was."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.lines import a_box_line, a_line, an_anomaly_line
from vedette.dialects.lookout import line_rules as lookout
from vedette.dialects.lookout.labelling import set_class
from vedette.dialects.rekognition import line_rules as rekognition
from vedette.errors import Wrong
from vedette.manifest.attributes import Stamp
from vedette.manifest.lines import read_line
from vedette.manifest.relabel import (
    add_labels,
    clear_labels,
    names_of,
    remove_labels,
    rename_labels,
)

STAMP = Stamp(job="labeling-job/test")
NAMES = st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=8), min_size=1, max_size=4)


def line_of(text):
    return read_line(text)


def a_tags_line(*names):
    return json.dumps(
        {
            "source-ref": "s3://pictures/boards/t.png",
            "tags": list(range(len(names))),
            "tags-metadata": {
                "class-map": {str(number): name for number, name in enumerate(names)},
                "confidence-map": {str(number): 0.5 + number / 10 for number in range(len(names))},
                "type": "groundtruth/image-classification-multilabel",
                "human-annotated": "yes",
                "creation-date": "2026-01-05T08:00:00",
            },
        }
    )


def a_mask_line(*types):
    colours = {
        "0": {"class-name": "BACKGROUND", "hex-color": "#ffffff", "confidence": 0.0},
        **{
            str(number): {"class-name": name, "hex-color": f"#00000{number}", "confidence": 0.0}
            for number, name in enumerate(types, start=1)
        },
    }
    metadata = {
        "internal-color-map": colours,
        "type": "groundtruth/semantic-segmentation",
        "human-annotated": "yes",
    }
    return an_anomaly_line(
        "m", "anomaly", **{"mask-ref": "s3://pictures/masks/m.png", "mask-ref-metadata": metadata}
    )


@given(names=NAMES)
def test_labels_that_were_added_are_read_back_by_the_rules_of_the_service(names):
    line = add_labels(line_of(a_line("a")), names, STAMP)
    verdict = rekognition.judge_line(line)
    assert (verdict.errors, verdict.labels) == ((), tuple(dict.fromkeys(names)))


@given(names=NAMES, others=NAMES)
def test_removing_what_was_added_gives_the_line_back(names, others):
    before = line_of(a_line("a", *dict.fromkeys(others)))
    added = [name for name in names if name not in others]
    assert remove_labels(add_labels(before, added, STAMP), added).values == before.values


def test_a_label_that_is_there_is_not_added_again():
    line = line_of(a_line("a", "cat"))
    assert add_labels(line, ["cat"], STAMP) is line


def test_a_removed_class_takes_its_boxes_and_their_confidences_along():
    line = line_of(a_box_line("a", "bolt", "nut", "bolt"))
    values = dict(line.values)
    values["boxes-metadata"] = {
        **values["boxes-metadata"], "objects": [{"confidence": c} for c in (0.1, 0.2, 0.3)]
    }  # fmt: skip
    kept = remove_labels(read_line(json.dumps(values)), ["bolt"])
    assert [box["class_id"] for box in kept["boxes"]["annotations"]] == [1]
    assert kept["boxes-metadata"]["objects"] == [{"confidence": 0.2}]
    assert kept["boxes-metadata"]["class-map"] == {"1": "nut"}
    assert [name for name, _ in rekognition.judge_line(kept).boxes] == ["nut"]


def test_a_picture_whose_last_box_goes_is_unlabelled():
    line = remove_labels(line_of(a_box_line("a", "bolt")), ["bolt"])
    assert list(line.values) == ["source-ref"]


def test_one_tag_of_several_goes_with_its_confidence():
    line = remove_labels(line_of(a_tags_line("ball", "shoe", "net")), ["shoe"])
    assert line["tags"] == [0, 2]
    assert line["tags-metadata"]["class-map"] == {"0": "ball", "2": "net"}
    assert line["tags-metadata"]["confidence-map"] == {"0": 0.5, "2": 0.7}


def test_two_tags_that_become_one_label_stand_once():
    line = rename_labels(line_of(a_tags_line("ball", "football", "net")), {"football": "ball"})
    assert (line["tags"], line["tags-metadata"]["class-map"]) == ([0, 2], {"0": "ball", "2": "net"})


def test_two_image_labels_that_become_one_label_stand_once():
    line = rename_labels(line_of(a_line("a", "cat", "kitten")), {"kitten": "cat"})
    assert rekognition.judge_line(line).labels == ("cat",)
    assert set(line.values) == {"source-ref", "a0", "a0-metadata"}


def test_boxes_of_a_renamed_class_stay_where_they_are():
    before = line_of(a_box_line("a", "bolt", "nut"))
    after = rename_labels(before, {"bolt": "screw"})
    assert after["boxes"] == before["boxes"]
    assert after["boxes-metadata"]["class-map"] == {"0": "screw", "1": "nut"}


def test_a_renamed_anomaly_type_keeps_its_colour():
    line = rename_labels(line_of(a_mask_line("rust", "chip")), {"rust": "corrosion"})
    assert dict(lookout.judge_line(line).mask.colors) == {"#000001": "corrosion", "#000002": "chip"}


def test_a_mask_of_one_type_goes_and_the_picture_stays_anomalous():
    line = remove_labels(line_of(a_mask_line("rust")), ["rust"])
    assert (lookout.judge_line(line).mask, lookout.judge_line(line).is_anomalous) == (None, True)


def test_a_mask_that_shows_another_type_too_is_not_thrown_away():
    with pytest.raises(Wrong, match="may show chip as well"):
        remove_labels(line_of(a_mask_line("rust", "chip")), ["rust"])


def test_a_picture_called_normal_loses_its_mask_and_keeps_its_attribute():
    line = set_class(line_of(a_mask_line("rust")), "normal", STAMP)
    assert set(line.values) == {"source-ref", "anomaly-label", "anomaly-label-metadata"}
    assert (line["anomaly-label"], lookout.judge_line(line).is_anomalous) == (0, False)


def test_lookout_has_no_third_class():
    with pytest.raises(Wrong, match="not 'dent'"):
        set_class(line_of(an_anomaly_line("a", "normal")), "dent", STAMP)


def test_a_cleared_line_keeps_what_is_no_label():
    text = a_line("a", "cat", **{"plant": "Ulm", "source-ref-metadata": {"creation-date": "2026-01-01"}})
    line = clear_labels(line_of(text))
    assert set(line.values) == {"source-ref", "plant", "source-ref-metadata"}


def test_a_pair_of_an_unknown_type_is_left_alone():
    text = a_line("a", "cat", **{"x": 1, "x-metadata": {"type": "groundtruth/text-classification"}})
    assert "x" in clear_labels(line_of(text)).values
    assert names_of(rename_labels(line_of(text), {"cat": "dog"})) == {"dog"}


@pytest.mark.parametrize(
    ("value", "metadata"),
    [
        (7, {"class-map": [1], "type": "groundtruth/object-detection"}),
        ({}, {"internal-color-map": 7, "type": "groundtruth/semantic-segmentation"}),
        ("", {"class-map": {"0": "x"}, "type": "groundtruth/image-classification-multilabel"}),
        (1, []),
    ],
)
def test_a_broken_pair_is_carried_along(value, metadata):
    text = json.dumps({"source-ref": "s3://bucket/k", "a": value, "a-metadata": metadata})
    assert set(rename_labels(line_of(text), {"x": "y"}).values) == {"source-ref", "a", "a-metadata"}


@pytest.mark.parametrize("value", [7, "b", {"0": 1}, True])
def test_a_pair_that_is_no_list_of_labels_goes_with_the_label_it_names(value):
    values = json.loads(a_tags_line("a", "b"))
    line = line_of(json.dumps({**values, "tags": value}))
    assert remove_labels(line, ["b"]).values == {"source-ref": values["source-ref"]}
    assert rename_labels(line, {"b": "c"}).values["tags"] == value
