"""Where a picture lies says what it shows."""

import pytest

from vedette.errors import Missing, Wrong
from vedette.manifest.folders import read_folder


def folder(tmp_path, *names):
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    return tmp_path


def said(samples, root):
    return [(str(s.picture.relative_to(root)), s.labels, s.is_anomalous) for s in samples]


def test_one_subfolder_a_label_is_classification(tmp_path):
    root = folder(
        tmp_path, "dog/b.jpg", "cat/2/a.PNG", "cat/1.png", "cat/notes.txt", ".git/x.png", "loose.png"
    )
    assert said(read_folder(root), root) == [
        ("cat/1.png", ("cat",), None),
        ("cat/2/a.PNG", ("cat",), None),
        ("dog/b.jpg", ("dog",), None),
    ]


def test_normal_and_anomaly_are_an_anomaly_set(tmp_path):
    root = folder(tmp_path, "normal/1.png", "anomaly/2.png", "anomaly/rust/3.png")
    assert said(read_folder(root), root) == [
        ("anomaly/2.png", (), True),
        ("anomaly/rust/3.png", ("rust",), True),
        ("normal/1.png", (), False),
    ]


def test_normal_alone_is_one_too(tmp_path):
    root = folder(tmp_path, "normal/1.png", "normal/day/2.png")
    assert [s[1:] for s in said(read_folder(root), root)] == [((), False), ((), False)]


def test_a_third_folder_makes_labels_of_all(tmp_path):
    root = folder(tmp_path, "normal/1.png", "anomaly/2.png", "unclear/3.png")
    assert [s.labels for s in read_folder(root)] == [("anomaly",), ("normal",), ("unclear",)]


@pytest.mark.parametrize("names", [(), ("a.png",), ("cat/readme.md",)])
def test_a_folder_without_labelled_pictures_says_what_to_do(tmp_path, names):
    with pytest.raises(Wrong, match="one subfolder a label"):
        read_folder(folder(tmp_path, *names))


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(Missing, match=r"no folder at .*gone"):
        read_folder(tmp_path / "gone")
