"""What a label file names is read below one folder only, and what is written stays below one."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from doubles.pictures import a_jpeg, a_png
from vedette.cli.main import app
from vedette.errors import Wrong
from vedette.exchange.formats import from_lines, to_lines
from vedette.exchange.move import move_lines
from vedette.exchange.places import SourceFolder, TargetFolder, UniqueNames, local_name
from vedette.manifest.attributes import Stamp
from vedette.manifest.lines import read_line


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def home(tmp_path):
    """A folder of pictures, and beside it what is nobody's business."""
    (tmp_path / "set" / "deep").mkdir(parents=True)
    for name in ("set/a.png", "set/deep/b.png", "private.png"):
        (tmp_path / name).write_bytes(a_png())
    (tmp_path / "id_rsa").write_text("-----BEGIN PRIVATE KEY-----")
    links = {"link.png": tmp_path / "private.png", "up": tmp_path, "near.png": tmp_path / "set/deep/b.png"}
    for name, goal in links.items():
        (tmp_path / "set" / name).symlink_to(goal)
    return tmp_path


@pytest.mark.parametrize(
    "ref",
    [
        "../private.png",
        "../id_rsa",
        "deep/../../private.png",
        "/etc/hostname",
        "file:///etc/hostname",
        "file://../private.png",
        "C:\\Users\\me\\a.png",
        "C:/Users/me/a.png",
        "link.png",
        "up/private.png",
        "up/id_rsa",
        "../not-there.png",
        "s3://bucket/../private.png",
        "s3://up/private.png",
        "s3://bucket/link.png",
    ],
)
def test_a_file_outside_the_folder_is_refused_by_name(home, ref):
    with pytest.raises(Wrong, match="names a file outside") as refused:
        SourceFolder(home / "set")(ref)
    assert ref in refused.value.sentence


@pytest.mark.parametrize(
    ("ref", "name"),
    [
        ("a.png", "a.png"),
        ("deep/../a.png", "a.png"),
        ("near.png", "deep/b.png"),
        ("s3://bucket/old/deep/b.png", "deep/b.png"),
        ("none.png", None),
        ("a.png\0", None),
        ("x" * 300, None),
        ("", None),
        (".", None),
        ("deep", None),
    ],
)
def test_a_picture_inside_is_read_wherever_the_reference_goes_on_its_way(home, ref, name):
    assert SourceFolder(home / "set")(ref) == (name and home / "set" / name)


def test_a_whole_path_inside_the_folder_is_read_and_the_folder_may_be_a_link(home):
    assert SourceFolder(home / "set")(str(home / "set" / "a.png")) == home / "set" / "a.png"
    assert SourceFolder(home / "set" / "up" / "set")("a.png") == home / "set" / "a.png"


@pytest.mark.parametrize("content", [b"", b"root:x:0:0", b"BM just a text", b"\xff\xd8\xff\xe0", b"GIF89a"])
def test_only_a_picture_by_its_content_is_read(home, content):
    (home / "set" / "c.png").write_bytes(content)
    find = SourceFolder(home / "set")
    assert (find("c.png"), find.unfit) == (None, {"c.png": "c.png is no picture"})


def coco(file_name):
    return json.dumps(
        {
            "images": [{"id": 1, "file_name": file_name, "width": 200, "height": 120}],
            "annotations": [],
            "categories": [],
        }
    )


def manifest(ref):
    return json.dumps({"source-ref": ref})


WAYS = {
    "coco": ("labels.json", coco),
    "csv": ("labels.csv", lambda ref: f"{ref},round"),
    "manifest": ("labels.manifest", manifest),
    "groundtruth": ("labels.manifest", manifest),
}


@pytest.mark.parametrize("form", WAYS)
@pytest.mark.parametrize("ref", ["../private.png", "../id_rsa", "link.png", "/etc/hostname"])
def test_an_import_that_names_a_file_outside_sends_nothing_at_all(home, form, ref, monkeypatch):
    name, write = WAYS[form]
    (home / "set" / name).write_text(write(ref))
    sent = []
    monkeypatch.setattr("vedette.cli.remote.Server.client", lambda *_: sent.append("a client"))
    monkeypatch.setattr(
        "vedette.cli.remote.RekognitionDataset.ensure_project", lambda *_: sent.append("a project")
    )
    answer = run("import", form, home / "set" / name, "--project", "p")
    assert (answer.exit_code, "names a file outside" in answer.stderr) == (2, True)
    assert ref in answer.stderr
    assert "a project" not in sent


def test_a_folder_with_a_link_to_a_picture_outside_is_refused(home):
    lines = to_lines("folder", home / "set", stamp=Stamp())
    with pytest.raises(Wrong, match=r"link\.png names a file outside"):
        list(move_lines(lines, SourceFolder(home / "set"), to="s3://b"))


def test_pictures_of_one_key_from_two_buckets_both_arrive(tmp_path):
    for name, data in (("one/k.jpg", a_jpeg(seed=1)), ("two/k.jpg", a_jpeg(seed=2))):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(data)
    lines = [read_line(manifest(ref)) for ref in ("s3://one/k.jpg", "s3://two/k.jpg", "s3://one/k.jpg")]
    moved = list(move_lines(lines, SourceFolder(tmp_path), to="s3://new/in"))
    assert [one.files for one in moved] == [
        {"s3://new/in/k.jpg": tmp_path / "one/k.jpg"},
        {"s3://new/in/k-2.jpg": tmp_path / "two/k.jpg"},
        {"s3://new/in/k.jpg": tmp_path / "one/k.jpg"},
    ]


# Going out


@pytest.mark.parametrize("form", ["yolo", "voc"])
@pytest.mark.parametrize(
    "name", ["../x.jpg", "a/../../x.jpg", "/etc/x.jpg", "..", "", "nul.jpg", "a\\..\\x.jpg"]
)
def test_a_name_that_leaves_the_target_is_refused(tmp_path, form, name):
    target = TargetFolder(tmp_path / "out")
    with pytest.raises(Wrong, match="cannot be the name of a file below"):
        target.place(name, ".txt")
    line = read_line(
        json.dumps(
            {
                "source-ref": f"s3://b/in/{name}",
                "x": {
                    "image_size": [{"width": 64, "height": 64, "depth": 3}],
                    "annotations": [{"class_id": 0, "left": 1, "top": 1, "width": 9, "height": 9}],
                },
                "x-metadata": {
                    "objects": [{"confidence": 1}],
                    "class-map": {"0": "bolt"},
                    "type": "groundtruth/object-detection",
                },
            }
        )
    )
    before = set(tmp_path.rglob("*"))
    with pytest.raises(Wrong):
        from_lines(form, [line], tmp_path / "out", written_at=Stamp().moment, prefix="s3://b/in", images=None)
    assert {path for path in tmp_path.rglob("*") if path.is_file()} - before == set()


def test_two_pictures_never_share_a_file(tmp_path):
    target = TargetFolder(tmp_path)
    assert target.place("a.jpg", ".txt") == target.place("a.jpg", ".txt") == tmp_path / "a.txt"
    for other in ("a.png", "A.jpg"):
        with pytest.raises(Wrong, match="would both be written"):
            target.place(other, ".txt")


@pytest.mark.parametrize("form", ["csv", "coco", "yolo", "voc"])
def test_two_pictures_of_one_short_name_are_not_mixed_up(tmp_path, form):
    lines = [read_line(manifest(ref)) for ref in ("s3://b/one/k.jpg", "s3://b/two/k.jpg")]
    with pytest.raises(Wrong, match=r"would both be called k\.jpg"):
        from_lines(form, lines, tmp_path / "out", written_at=Stamp().moment, images=None)


def test_exported_pictures_lie_below_the_target_whatever_their_keys(tmp_path):
    inside = tmp_path / "set"
    inside.mkdir()
    names = ["k.jpg", "K.JPG", "nul.jpg"]
    for name in names:
        (inside / name).write_bytes(a_jpeg())
    (inside / "all.manifest").write_text("\n".join(manifest(f"s3://b/{name}") for name in names))
    out = tmp_path / "out" / "m"
    answer = run("export", "manifest", inside / "all.manifest", "--out", out, "--with-pictures")
    assert (answer.exit_code, answer.stderr) == (0, "")
    written = sorted(path.name for path in (tmp_path / "out" / "images").iterdir())
    assert written == ["K-2.JPG", "_nul.jpg", "k.jpg"]


PARTS = st.sampled_from(["..", ".", "", "a", "b.jpg", "C:", "nul", "COM1.txt", "x\0y", "a\\..\\b", "/", "\n"])


@given(st.lists(PARTS, max_size=6).map("/".join))
def test_a_local_name_never_leaves_its_folder(name):
    clean = local_name(name)
    assert local_name(clean) == clean
    assert Path("/root/folder", clean).resolve().is_relative_to("/root/folder")
    assert TargetFolder(Path("/root")).place(clean, ".txt").is_relative_to("/root")


@given(st.lists(st.sampled_from(["a.jpg", "A.jpg", "a-2.jpg", "b/a.jpg"]), max_size=8), st.booleans())
def test_names_are_unique_and_steady(wanted, ignore_case):
    names = UniqueNames(ignore_case=ignore_case)
    refs = [(f"{number}:{name}", name) for number, name in enumerate(wanted)]
    first = [names.of(*pair) for pair in refs]
    assert first == [names.of(*pair) for pair in refs]
    assert len({name.casefold() if ignore_case else name for name in first}) == len(first)
