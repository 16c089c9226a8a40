"""What changed between two moments of a dataset, counted by what lines say of pictures."""

import json

from hypothesis import given
from hypothesis import strategies as st

from doubles.lines import a_box_line, a_line, an_anomaly_line
from vedette.dialects.registry import dialect_of
from vedette.manifest.lines import read_line
from vedette.training.changes import LabelChanges, LabelDigests, compare, digest_of
from vedette.training.folder import Folder

REKOGNITION = dialect_of("rekognition")
datasets = st.dictionaries(st.integers(0, 20), st.sampled_from("abc"))


def digest(lines, dialect=REKOGNITION):
    return digest_of(dialect, [lambda: iter([read_line(line) for line in lines])])


@given(before=datasets, after=datasets)
def test_changes_are_those_of_two_mappings(before, after):
    old, new = (
        digest([a_line(name, label) for name, label in labelled.items()]) for labelled in (before, after)
    )
    assert compare(old, new) == LabelChanges(
        added=len(after.keys() - before.keys()),
        removed=len(before.keys() - after.keys()),
        relabelled=sum(1 for name in before.keys() & after.keys() if before[name] != after[name]),
        labels_added=tuple(sorted(set(after.values()) - set(before.values()))),
        labels_removed=tuple(sorted(set(before.values()) - set(after.values()))),
    )


def test_a_label_that_was_set_again_is_no_change():
    first, again = a_line(1, "a"), a_line(1, "a").replace("2026", "2027").replace("2025", "2027")
    assert compare(digest([first]), digest([again])) == LabelChanges()


def test_a_picture_without_a_label_is_no_part_of_it():
    assert compare(digest([a_line(1, "a")]), digest([a_line(1, "a"), a_line(2)])) == LabelChanges()
    assert compare(digest([a_line(1, "a")]), digest([a_line(1)])).removed == 1


def test_a_box_that_got_another_label_is_a_change():
    assert compare(digest([a_box_line(1, "a")]), digest([a_box_line(1, "b")])).relabelled == 1


def test_boxes_of_one_label_in_one_picture_are_the_same_in_any_order():
    def two_boxes(*lefts):
        values = json.loads(a_box_line(1, "a", "a"))
        for annotation, left in zip(values["boxes"]["annotations"], lefts, strict=True):
            annotation["left"] = left
        return json.dumps(values)

    old = digest([two_boxes(10, 90)])
    assert compare(old, digest([two_boxes(90, 10)])) == LabelChanges()
    assert compare(old, digest([two_boxes(10, 91)])).relabelled == 1


def test_classes_of_the_other_service_count_likewise():
    dialect = dialect_of("lookoutvision")
    old, new = (
        digest([an_anomaly_line(1, "normal")], dialect),
        digest([an_anomaly_line(1, "anomaly")], dialect),
    )
    changes = compare(old, new)
    assert (changes.relabelled, changes.labels_added, changes.labels_removed) == (
        1,
        ("anomaly",),
        ("normal",),
    )


def test_a_version_s_digest_is_made_once_and_read_again(tmp_path):
    folder = Folder(tmp_path)
    folder.manifest("train").write_text(a_line(1, "a") + "\n", "utf-8")
    first = LabelDigests().of_version(REKOGNITION, folder)
    folder.manifest("train").write_text("", "utf-8")
    again = LabelDigests().of_version(REKOGNITION, folder)
    assert again.labels == first.labels == {"a": 1}
    assert compare(first, again) == LabelChanges()


def test_a_version_whose_lines_are_elsewhere_has_no_digest(tmp_path):
    assert LabelDigests().of_version(REKOGNITION, Folder(tmp_path)) is None
