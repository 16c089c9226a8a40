"""A line that is judged in one pass is one in which the rules find nothing; all others are left to them."""

import copy
import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.dialects.intake import Intake
from vedette.dialects.registry import REKOGNITION
from vedette.dialects.rekognition.line_rules import judge_line
from vedette.dialects.rekognition.plain_lines import read_plain
from vedette.manifest.lines import read_lines, write_line
from vedette.manifest.verdicts import Verdict

BOX = {"class_id": 0, "left": 10, "top": 20.5, "width": 50, "height": 40}
PLAIN = {
    "source-ref": "s3://bucket/p.png",
    "parts": {
        "image_size": [{"width": 1280, "height": 960, "depth": 3}],
        "annotations": [BOX, {**BOX, "class_id": 1}, {**BOX, "left": 0}],
    },
    "parts-metadata": {
        "objects": [{"confidence": 1}, {"confidence": 0.5}, {"confidence": 1}],
        "class-map": {"0": "bolt", "1": "nut"},
        "type": "groundtruth/object-detection",
        "human-annotated": "yes",
        "creation-date": "2026-02-11T10:01:44",
        "job-name": "labeling-job/parts",
    },
}
ODD = [
    *(
        None,
        True,
        False,
        "",
        "x",
        "no",
        [],
        {},
        [{}],
        [1],
        {"0": "bolt"},
        {"0": ""},
        {"0": "y" * 257},
        {"0": 1},
    ),
    *(0, 1, -1, 0.5, -0.4, -0.6, 1230, 1230.5, 1230.6, 63, 64, 4096, 4097, 1e25),
    *("groundtruth/image-classification", "groundtruth/semantic-segmentation", "http://bucket/p.png"),
]
KEYS = ["source-ref", "source-ref-metadata", "errors", "parts", "parts-metadata", "parts-metadata-metadata"]
KEYS += ["rekognition-custom-labels-evaluation-x", "class-name", "image_size", "class-map", "speed", "0"]


def places(value):
    """Yield each place of a JSON value, as what holds it and its key there."""
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, inner in members:
        yield value, key
        yield from places(inner)


def change(values, dice):
    """Change something somewhere: gone, another value, under another key, or many times."""
    holder, key = dice.choice(list(places(values)))
    way = dice.choice(["gone", "other", "other", "other", "key", "many"])
    if way == "gone":
        del holder[key]
    elif way == "key" and isinstance(holder, dict):
        holder[dice.choice(KEYS)] = copy.deepcopy(dice.choice([holder[key], *ODD]))
    elif way == "many" and isinstance(holder, list):
        holder.extend(copy.deepcopy(holder[key]) for _ in range(dice.choice([1, 60])))
    else:
        holder[key] = copy.deepcopy(dice.choice(ODD))


def judged(values):
    """Return what a line comes to in one pass and by the rules, as an entry of a dataset."""
    line = write_line(values)
    return read_plain(line), judge_line(line)


def test_what_tools_write_is_plain():
    labels, verdict = judged(PLAIN)
    assert labels == ("bolt", "nut") == verdict.every_label
    assert (verdict.state, verdict.flaws, len(verdict.boxes)) == ("valid", (), 3)


@given(st.integers(0, 2**32), st.integers(1, 3))
def test_in_a_plain_line_the_rules_find_nothing(seed, changes):
    dice, values = random.Random(seed), copy.deepcopy(PLAIN)
    for _ in range(changes):
        if any(places(values)):
            change(values, dice)
    labels, verdict = judged(values)
    if labels is None or not str(values.get("source-ref")).startswith("s3://"):
        return  # the rules judge it; and whoever asks has looked at the address
    assert labels == verdict.every_label
    assert verdict == Verdict("valid", boxes=verdict.boxes), (
        "nothing is wrong, and boxes are all that there is"
    )


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (["parts-metadata", "type"], "groundtruth/image-classification"),
        (["parts-metadata", "human-annotated"], "maybe"),
        (["parts-metadata", "creation-date"], None),
        (["parts-metadata", "objects"], [{"confidence": 1}, {"confidence": True}, {"confidence": 1}]),
        (["parts-metadata", "class-map"], {"0": "bolt"}),
        (["parts-metadata", "class-map"], {"0": "bolt", "1": "nut", "2": ""}),
        (["parts", "annotations"], []),
        (["parts", "annotations"], [BOX] * 51),
        (["parts", "annotations", 0, "class_id"], True),
        (["parts", "annotations", 0, "left"], -0.6),
        (["parts", "annotations", 0, "left"], 1230.6),
        (["parts", "annotations", 0, "width"], 1),
        (["parts", "image_size", 0, "width"], 5000),
        (["parts", "image_size", 0, "depth"], -1),
        (["speed"], 7),
        (["source-ref-metadata"], {"vedette-unsure": "yes"}),
    ],
)
def test_one_thing_that_is_otherwise_is_left_to_the_rules(place, value):
    values = copy.deepcopy(PLAIN)
    holder = values
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    assert judged(values)[0] is None


def test_an_entry_says_the_same_whichever_way_it_was_judged(monkeypatch):
    lines = [write_line({**PLAIN, "source-ref": f"s3://bucket/{number}.png"}).text for number in range(3)]
    lines.append(write_line({**PLAIN, "source-ref": "https://bucket/p.png"}).text)

    def entries():
        return list(REKOGNITION.take(map_lines(lines), Intake(), most_rows=9))

    quick = entries()
    monkeypatch.setattr("vedette.dialects.rekognition.intake.read_plain", lambda line: None)
    assert entries() == quick
    assert [entry.labels for entry in quick] == [("bolt", "nut")] * 3 + [()]
    assert [len(entry.flaws) for entry in quick] == [0, 0, 0, 1]


def map_lines(texts):
    return read_lines(io.BytesIO("\n".join(texts).encode()))
