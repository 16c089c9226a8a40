"""What people name as a source, and what of it is left out: each with a sentence."""

import json

import pytest

from doubles.drawn import PLAIN, write_set
from vedette.errors import Wrong
from vedette.learn.sources import open_source
from vedette.vision.annotations import Sample


def line(picture, label):
    said = {"class-name": label, "type": "groundtruth/image-classification", "confidence": 1}
    said |= {"job-name": "j", "human-annotated": "yes", "creation-date": "2026-01-01T00:00:00"}
    return json.dumps({"source-ref": str(picture), "label": 0, "label-metadata": said})


@pytest.fixture
def shapes(tmp_path):
    return write_set(tmp_path / "set", PLAIN[:2], 2)


def test_samples_are_taken_as_they_are(tmp_path):
    one = Sample(tmp_path / "a.png", ("a",))
    assert open_source([one]).samples == [one]


def test_a_picture_in_no_labels_folder_is_named(shapes):
    (shapes / "disc" / "000.png").rename(shapes / "lost.png")
    (shapes / "notes.txt").write_text("mine")
    opened = open_source(shapes)
    assert len(opened.samples) == 3
    assert [one.why for one in opened.left_out] == [f"{shapes / 'lost.png'} lies in no label's folder."]


def test_lines_of_no_use_are_named_by_number(shapes, tmp_path):
    pictures = sorted(shapes.rglob("*.png"))
    lines = [line(path, path.parent.name) for path in pictures]
    lines[1:1] = ["{not json", line(tmp_path / "gone.png", "disc"), json.dumps({"source-ref": "set/x.png"})]
    (tmp_path / "list.manifest").write_text("\n".join(lines))
    opened = open_source(tmp_path / "list.manifest")
    assert [sample.picture for sample in opened.samples] == pictures
    assert len(opened.left_out) == 3
    assert f"{tmp_path / 'list.manifest'}, line 2 is not JSON: " in opened.left_out[0].why
    assert "line 3" in opened.left_out[1].why
    assert "there is no such picture" in opened.left_out[1].why


def test_a_manifest_of_nothing_but_faults_is_refused_by_its_first(tmp_path):
    (tmp_path / "list.manifest").write_text("{not json")
    with pytest.raises(Wrong, match="has no line that can be used; line 1 is not JSON"):
        open_source(tmp_path / "list.manifest")
