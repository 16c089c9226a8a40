"""Every problem of a manifest has a mend that makes it go away, and what a mend does not name stays."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.lines import a_box_line, a_line
from imports.test_imports import BUCKET, Bench, house  # noqa: F401  (a fixture)
from vedette.dialects.rekognition.codes import LINE_CODES
from vedette.errors import Missing, Wrong
from vedette.imports.advice import ADVICE, OF_FILES, advise
from vedette.imports.mends import KINDS
from vedette.imports.pieces import FilePiece, Piece
from vedette.imports.values import ImportSource
from vedette.manifest.lines import read_line
from vedette.manifest.mending import mend_json, mend_line


def boxes(ref, *sides, size=(640, 480), names=None, **metadata):
    """A line with boxes: each left, top, width, height."""
    line = json.loads(a_box_line(1, "bolt"))
    pair = next(key for key, value in line.items() if isinstance(value, dict) and "annotations" in value)
    line["source-ref"] = ref
    line[pair]["image_size"] = [{"width": size[0], "height": size[1], "depth": 3}]
    keys = ("left", "top", "width", "height")
    line[pair]["annotations"] = [{"class_id": 0, **dict(zip(keys, box, strict=True))} for box in sides]
    about = line[f"{pair}-metadata"]
    about["objects"] = [{"confidence": 1} for _ in sides]
    about["class-map"] = {"0": "bolt"} if names is None else names
    about.update(metadata)
    return line


def labelled(ref, **changes):
    line = json.loads(a_line(1, "bolt"))
    line["source-ref"] = ref
    line["a0-metadata"].update(changes)
    return line


def without(line, *keys):
    return {key: value for key, value in line.items() if key not in keys}


@pytest.fixture
def bench(house):  # noqa: F811
    return Bench(house)


def read(bench, *lines):
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    return bench.bring(ImportSource("files", "manifest"), Piece([FilePiece("a.manifest", 0, text.encode())]))


def codes(bench, state):
    return [sorted({problem[0] for problem in row.problems}) for row in bench.lines(state)]


OK = f"s3://{BUCKET}/a.jpg"
MISSING = f"s3://{BUCKET}/elsewhere/b.jpg"
# Line, code, mend, value.
CASES = {
    "json": (json.dumps(labelled(OK))[:-1] + ",}", "ERROR_INVALID_JSON_LINE", "mend-json", ""),
    "cut": (json.dumps(labelled(OK))[:-2], "ERROR_INVALID_JSON_LINE", "mend-json", ""),
    "no source": (without({**labelled(OK), "source": OK}, "source-ref"),
     "ERROR_MISSING_SOURCE_REF", "mend-address", ""),
    "web": (labelled(f"https://{BUCKET}.s3.eu-west-1.amazonaws.com/a.jpg"),
     "ERROR_INVALID_SOURCE_REF_FORMAT", "mend-address", ""),
    "name": (labelled("a.jpg"), "ERROR_INVALID_SOURCE_REF_FORMAT", "mend-address", f"s3://{BUCKET}"),
    "type": (labelled(OK, type="groundtruth/text"), "ERROR_UNSUPPORTED_USE_CASE_TYPE", "drop-halves", ""),
    "metadata": (labelled(OK, confidence=None),
     "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", "complete", ""),
    "half": (without(labelled(OK), "a0-metadata"), "ERROR_NO_LABEL_ATTRIBUTES", "drop-halves", ""),
    "outside": (boxes(OK, (600, 400, 100, 100), (0, 0, 50, 50)),
     "ERROR_INVALID_BOUNDING_BOX", "clip-boxes", ""),
    "small": (boxes(OK, (1, 1, 1, 1), (0, 0, 50, 50)), "ERROR_BOUNDING_BOX_TOO_SMALL", "drop-boxes", ""),
    "all outside": (boxes(OK, (600, 400, 100, 100)), "ERROR_NO_VALID_ANNOTATIONS", "clip-boxes", ""),
    "many": (boxes(OK, *[(n, n, 10, 10) for n in range(60)]),
     "ERROR_TOO_MANY_BOUNDING_BOXES", "largest-boxes", ""),
    "class": (boxes(OK, (1, 1, 9, 9), names={}), "ERROR_MISSING_CLASS_MAP_ID", "name-classes", "nut"),
    "confidence": (boxes(OK, (1, 1, 9, 9), objects=[]),
     "ERROR_MISSING_BOUNDING_BOX_CONFIDENCE", "complete", ""),
    "long label": (labelled(OK, **{"class-name": "x" * 300}),
     "ERROR_INVALID_LABEL_NAME_LENGTH", "shorten-labels", ""),
    "missing": (labelled(MISSING), "ERROR_INVALID_IMAGE", "find-picture", ""),
    "other": (labelled(f"s3://{BUCKET}/none.jpg"), "ERROR_INVALID_IMAGE", "other-picture", OK),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("is_bulk", [False, True])
def test_a_mend_makes_its_problem_go_away(bench, case, is_bulk):
    line, code, kind, value = CASES[case]
    bench.put("a.jpg")
    bench.put("right/b.jpg")
    state = read(bench, line)
    assert code in codes(bench, state)[0]
    assert kind in advise(code).mends
    if is_bulk:
        bench.mend(state, kind, code=code, value=value)
    else:
        assert bench.mend(state, kind, 1, value=value)[1] == []
    state = bench.settled(state)
    left = [name for name in codes(bench, state)[0] if not name.startswith("WARNING")]
    assert (state.status, left, state.totals["mended"]) == ("ready", [], 1)
    bench.mend(state, "restore", 1)
    assert code in codes(bench, state)[0]
    assert bench.lines(state)[0].text == (line if isinstance(line, str) else json.dumps(line))


def test_every_code_of_a_line_has_advice_and_every_mend_exists():
    missing = set(LINE_CODES) - set(ADVICE)
    assert missing == set()
    assert {kind for code in ADVICE for kind in advise(code).mends} <= set(KINDS)
    assert all(advise(code).mends[-2:] == ("edit", "leave-out") for code in set(ADVICE) - OF_FILES)


def test_two_lines_of_one_picture_are_told_and_told_anew_when_the_first_goes(bench):
    bench.put("a.jpg")
    state = read(bench, labelled(OK), labelled(OK), labelled(OK))
    twice = ["ERROR_DUPLICATE_SOURCE_REF"]
    assert codes(bench, state) == [[], twice, twice]
    bench.mend(state, "leave-out", 1)
    assert codes(bench, state) == [[], [], twice]
    bench.mend(state, "restore", 1)
    assert codes(bench, state) == [[], twice, twice]
    bench.put("c.jpg")
    bench.mend(state, "other-picture", 2, value=f"s3://{BUCKET}/c.jpg")
    assert codes(bench, state) == [[], [], twice]
    bench.mend(state, "leave-out", code=twice[0])
    state = bench.settled(state)
    assert (state.totals["usable"], state.totals["left_out"]) == (2, 1)
    done = bench.run(state)
    assert done.result["added"] == 2


def test_a_line_is_edited_and_judged_as_it_is_typed(bench):
    bench.put("a.jpg")
    state = read(bench, "not json at all", labelled(OK, type=5))
    _, problems = bench.mend(state, "mend-json", 1)
    assert problems == ["This line cannot be mended by itself; edit it, or leave it out."]
    assert bench.mend(state, "edit", 1, value=json.dumps(labelled(OK)))[1] == []
    assert codes(bench, state) == [[], ["ERROR_DUPLICATE_SOURCE_REF"]]
    with pytest.raises(Missing):
        bench.mend(state, "burn", 1)
    with pytest.raises(Wrong, match="Name the lines"):
        bench.mend(state, "leave-out")
    text = b"".join(bench.house.imports.manifest(bench.project, state.id)).decode()
    assert [json.loads(line)["source-ref"] for line in text.splitlines()] == [OK, OK]


def test_a_picture_of_two_places_is_not_guessed(bench):
    bench.put("x/b.jpg")
    bench.put("y/b.jpg")
    state = read(bench, labelled(MISSING))
    assert bench.mend(state, "find-picture", 1)[1] == [
        f"There are several pictures called b.jpg in the bucket {BUCKET}."
    ]


DEEP = '{"source-ref":"s3://acme-pictures/a.jpg","x":' + "[" * 10_000 + "]" * 10_000 + "}"
HOSTILE = [
    DEEP,
    "[" * 50_000,
    '{"a":' * 20_000,
    "{" * 90_000,
    '"',
    "null",
    "\u0000",
    '{"source-ref":"' + "\\" * 999,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_lines_are_told_and_leave_the_others_alone(bench, text):
    bench.put("a.jpg")
    state = read(bench, text, labelled(OK))
    assert state.status == "ready"
    assert [row.is_refused for row in bench.lines(state)] == [True, False]
    bench.mend(state, "mend-json", 1)
    assert bench.settled(state).totals["usable"] == 1


def test_a_line_of_100_mb_is_not_kept(bench):
    bench.put("a.jpg")
    big = b'{"source-ref":"' + b"x" * (100 << 20) + b'"}\n' + json.dumps(labelled(OK)).encode()
    pieces = [
        Piece([FilePiece("a.manifest", start, big[start : start + (8 << 20)])])
        for start in range(0, len(big), 8 << 20)
    ]
    state = bench.bring(ImportSource("files", "manifest"), *pieces)
    assert (state.status, state.totals["usable"], codes(bench, state)[0]) == (
        "ready",
        1,
        ["DROPPED_LONG_LINE"],
    )


texts = st.text(st.characters(codec="utf-8"), max_size=20)
values = st.dictionaries(texts, st.one_of(texts, st.integers(), st.booleans(), st.lists(texts)), max_size=5)


@given(values, st.integers(0, 30))
def test_what_is_json_stays_and_what_is_cut_never_fails_otherwise_than_in_words(value, cut):
    text = json.dumps(value)
    assert json.loads(mend_json(text)) == value
    with contextlib.suppress(Wrong):
        json.loads(mend_json(text[: max(0, len(text) - cut)]))


@given(st.lists(st.tuples(*[st.integers(-50, 700)] * 2, *[st.integers(0, 700)] * 2), max_size=8))
def test_clipped_boxes_lie_on_their_picture_and_keep_their_confidences(sides):
    line = read_line(json.dumps(boxes(OK, *sides)))
    try:
        mended = mend_line("clip-boxes", line)
    except Wrong:
        mended = line
    pair = next(
        key for key, value in mended.values.items() if isinstance(value, dict) and "annotations" in value
    )
    boxes_left = mended.values[pair]["annotations"]
    assert len(mended.values[f"{pair}-metadata"]["objects"]) == len(boxes_left)
    for box in boxes_left:
        assert box["left"] >= 0
        assert box["left"] + box["width"] <= 640
        assert box["top"] + box["height"] <= 480
