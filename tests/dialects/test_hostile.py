"""Whatever stands at any place of a line, it is judged; nothing makes a judge fall over."""

import contextlib
import io
import json

import pytest

from vedette.dialects.intake import Intake, ManifestRefused
from vedette.dialects.lookout import line_rules as lookout
from vedette.dialects.registry import LOOKOUT, REKOGNITION
from vedette.dialects.rekognition import line_rules as rekognition
from vedette.dialects.rekognition.manifest_checks import (
    PictureProblems,
    assess,
    usable_lines,
    validation_lines,
)
from vedette.dialects.samples import read_samples
from vedette.exchange.items import read_item
from vedette.manifest.lines import BadLine, read_lines
from vedette.manifest.marks import mark_line, strip_marks

BOXES = {
    "source-ref": "s3://bucket/p.png",
    "p": {
        "image_size": [{"width": 640, "height": 480, "depth": 3}],
        "annotations": [{"class_id": 0, "left": 1, "top": 2, "width": 30, "height": 40}],
    },
    "p-metadata": {
        "objects": [{"confidence": 1}],
        "class-map": {"0": "bolt"},
        "type": "groundtruth/object-detection",
        "human-annotated": "yes",
        "creation-date": "2026-02-11T10:01:44",
    },
}
MASKED = {
    "source-ref": "s3://bucket/r.png",
    "c": 1,
    "c-metadata": {
        "class-name": "anomaly",
        "confidence": 1,
        "type": "groundtruth/image-classification",
        "human-annotated": "yes",
        "creation-date": "2026-02-11T10:01:44",
    },
    "m-ref": "s3://bucket/m.png",
    "m-ref-metadata": {
        "internal-color-map": {"1": {"class-name": "rust", "hex-color": "#ff0000"}},
        "type": "groundtruth/semantic-segmentation",
        "human-annotated": "yes",
    },
}
GONE = object()
JUNK = [
    None,
    True,
    0,
    -1,
    1e300,
    1.5,
    10**25,
    "",
    "x",
    "\0",
    [],
    [[]],
    [None],
    {},
    {"a": 1},
    [{}],
    "errors",
    GONE,
]


def places(value, way=()):
    yield way
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield from places(inner, (*way, key))


def with_junk(line, way, junk):
    changed = json.loads(json.dumps(line))
    place = changed
    for key in way[:-1]:
        place = place[key]
    if junk is GONE:
        del place[way[-1]]
    else:
        place[way[-1]] = junk
    return json.dumps(changed).encode()


CASES = [
    pytest.param(line, way, id="-".join(map(str, way)))
    for line in (BOXES, MASKED)
    for way in places(line)
    if way
]


@pytest.mark.parametrize(("line", "way"), CASES)
def test_any_junk_at_any_place_is_judged(line, way, tmp_path):
    for junk in JUNK:
        raw = with_junk(line, way, junk)
        (found,) = read_lines(io.BytesIO(raw))
        assert not isinstance(found, BadLine)
        for strict in (True, False):
            verdict = rekognition.judge_line(found, strict=strict)
            lookout.judge_line(found, strict=strict)
            marked = mark_line(
                found, verdict.flaws, prefix="cl-", extra={"cl-metadata": {"is_labeled": True}}
            )
            again = rekognition.judge_line(strip_marks(marked), strict=strict)
            assert again.flaws == verdict.flaws
        read_item(found)
        for take in (REKOGNITION.take, LOOKOUT.take):
            judged(take, raw)
        whole(raw)
    path = tmp_path / "a.manifest"
    path.write_bytes(b"\n".join(with_junk(line, way, junk) for junk in JUNK))
    for dialect in (None, REKOGNITION, LOOKOUT):
        assert read_samples(path, dialect=dialect).samples == []


def judged(take, raw):
    """Take the line in; to be refused is an answer too."""
    taken = []
    with contextlib.suppress(ManifestRefused):
        taken += take(read_lines(io.BytesIO(raw)), Intake(), most_rows=9)
    assert len(taken) <= 1


def whole(raw):
    """Judge the line as a training's whole manifest."""

    def manifest():
        return read_lines(io.BytesIO(raw))

    found = assess(manifest, None, pictures=PictureProblems())
    statistics = found.summary()["statistics"]["training"]
    counts = [statistics[f"{name}_json_lines"] for name in ("total", "valid", "invalid", "ignored")]
    assert counts[0] == sum(counts[1:]) == 1
    assert len(list(validation_lines(manifest, PictureProblems()))) == 1
    assert len(list(usable_lines(manifest, PictureProblems(), found.train.use_case))) <= counts[1]
