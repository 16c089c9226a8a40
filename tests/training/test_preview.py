"""What a training would learn, told before it begins: what the training says of the same lines."""

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from doubles.lines import a_box_line, a_line, a_ref, an_anomaly_line
from vedette.dialects.registry import dialect_of
from vedette.dialects.training_data import PictureNote, TrainingTerms
from vedette.errors import Wrong
from vedette.learn.budget import EFFORTS
from vedette.learn.task import decide
from vedette.training.folder import Folder
from vedette.training.order import BUDGETS

QUIET = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
NOTHING = PictureNote()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A training's folder with sixty small pictures of one size."""
    made = Folder(tmp_path_factory.mktemp("preview"))
    made.pictures.mkdir()
    for number in range(60):
        Image.new("RGB", (80, 64), (number, 90, 90)).save(made.place_of(a_ref(number)))
    return made


def freeze(folder, part, lines):
    folder.manifest(part).write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return folder.lines(part)


def split(samples):
    return list(samples), list(samples)[:1]


def both(folder, service, train, test=None, notes=None):
    """Return the preview and what the training itself prepares, of the same lines."""
    dialect = dialect_of(service)
    manifests = [freeze(folder, "train", train), None if test is None else freeze(folder, "test", test)]
    note_of = (notes or {}).get
    preview = dialect.preview(*manifests, lambda ref: note_of(ref, NOTHING), one_size=True)
    prepared = dialect.prepare(folder, TrainingTerms(has_test=test is not None, split=split))
    return preview, prepared


label_sets = st.sets(st.sampled_from("abc"), max_size=2)


@st.composite
def custom_lines(draw, first=0):
    """Lines with labels, with boxes, with neither, and with what is no line."""
    lines = []
    for number in range(draw(st.integers(0, 9))):
        kind = draw(st.sampled_from(["labels", "boxes", "none", "broken"]))
        name = first + number
        if kind == "labels":
            lines.append(a_line(name, *sorted(draw(label_sets))))
        elif kind == "boxes":
            lines.append(a_box_line(name, "a" if draw(st.booleans()) else "b"))
        else:
            lines.append(a_line(name) if kind == "none" else "{")
    return lines


@QUIET
@given(train=custom_lines(), test=st.none() | custom_lines(first=30))
def test_custom_labels_needs_what_its_training_would_refuse(folder, train, test):
    preview, prepared = both(folder, "rekognition", train, test)
    assert [need.message for need in preview.needs][:1] == [prepared.refusal][: len(preview.needs)]
    assert bool(preview.needs) == bool(prepared.refusal)
    if prepared.refusal:
        return
    if test is not None:
        counts = [preview.parts[part].pictures for part in ("train", "test")]
        assert counts == [len(prepared.train), len(prepared.test)]
    # What learning wants besides, the training says.
    with contextlib.suppress(Wrong):
        assert preview.task == decide(prepared.train, prepared.test).task


@QUIET
@given(
    train=st.tuples(st.integers(0, 24), st.integers(0, 14)),
    test=st.none() | st.tuples(st.integers(0, 12), st.integers(0, 12)),
)
def test_lookout_needs_what_its_training_would_refuse(folder, train, test):
    def lines(counts, first):
        normal, anomaly = counts
        kinds = ["normal"] * normal + ["anomaly"] * anomaly
        return [an_anomaly_line(first + number, kind) for number, kind in enumerate(kinds)]

    test_lines = None if test is None else lines(test, 35)
    preview, prepared = both(folder, "lookoutvision", lines(train, 0), test_lines)
    assert " ".join(need.message for need in preview.needs) == prepared.refusal
    for need in preview.needs:
        counts = train if need.part == "train" else test
        assert counts[need.labels[0] == "anomaly"] + need.missing in (10, 20)
    if not prepared.refusal:
        assert preview.task == "anomaly"


def test_a_picture_that_fails_a_lookout_training_is_named(folder):
    lines = [an_anomaly_line(number, "normal" if number < 21 else "anomaly") for number in range(31)]
    flaw = dialect_of("lookoutvision").codes.flaw("LOOKOUT_IMAGE_DIFFERS", a_ref(3), 90, 64, 80, 64)
    preview, _ = both(folder, "lookoutvision", lines, notes={a_ref(3): PictureNote((flaw,))})
    assert [(need.part, need.source) for need in preview.needs] == [("train", a_ref(3))]
    assert preview.parts["train"].unusable == 1


def test_a_broken_picture_counts_for_nothing(folder):
    lines = [a_line(number, "ab"[number % 2]) for number in range(4)]
    flaw = dialect_of("rekognition").codes.flaw("ERROR_INVALID_IMAGE")
    preview, _ = both(folder, "rekognition", lines, notes={a_ref(1): PictureNote((flaw,))})
    assert preview.parts["train"].pictures == 3
    assert preview.parts["train"].unusable == 1
    assert [need.code for need in preview.needs] == ["ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST"], (
        "a quarter of the lines is too many"
    )


def test_labels_that_a_split_needs_more_of_are_named_with_their_number(folder):
    lines = [a_line(0, "a"), a_line(1, "a"), a_line(2, "b")]
    preview, prepared = both(folder, "rekognition", lines)
    (need,) = preview.needs
    assert (need.labels, need.missing, need.part) == (["b"], 1, "train")
    assert need.message == prepared.refusal


def test_the_budgets_of_the_tag_are_those_that_learning_knows():
    assert tuple(EFFORTS) == BUDGETS
