"""The page of examples names every script, sets are as it says, and files are never overwritten."""

import csv
import json
import re
from itertools import islice
from pathlib import Path

import pytest
from PIL import Image

from doubles.example_runs import EXAMPLES
from vedette.cli import example_folders
from vedette.cli.example_folders import SETS, write_folder
from vedette.cli.main import app
from vedette.dialects.registry import LOOKOUT, REKOGNITION
from vedette.manifest.lines import read_line

PAGE = (EXAMPLES / "README.md").read_text("utf-8")
SHARED = {"common", "datasets", "models", "resources"}


@pytest.mark.parametrize("service", ["custom_labels", "lookout_for_vision"])
def test_the_page_names_every_script(service):
    there = {file.name for file in (EXAMPLES / service).iterdir() if file.is_file()}
    named = set(re.findall(rf"\({service}/([^)]+)\)", PAGE))
    assert named == {name for name in there if name.removesuffix(".py") not in SHARED}


def test_both_folders_stand_by_themselves():
    texts = {
        (EXAMPLES / service / "common.py").read_text("utf-8")
        for service in ("custom_labels", "lookout_for_vision")
    }
    assert len(texts) == 1


def test_the_page_names_every_set():
    assert {name for name in SETS if f"| `{name}` |" in PAGE} == set(SETS)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sets")
    counts = {name: write_folder(name, folder / name) for name in SETS}
    return folder, counts


@pytest.mark.slow
def test_sets_have_as_many_files_as_the_guides(folders):
    folder, counts = folders
    # 31 normal and 32 anomalous cookies were AWS's; ours begin with a whole one.
    assert len(list((folder / "cookies/dataset-files/training-images").iterdir())) == 63
    assert len(list((folder / "cookies/dataset-files/mask-images").iterdir())) == 31
    assert len(list((folder / "cookies/test-images").iterdir())) == 22
    for part, count in (("train", 20), ("test", 20), ("extra_images", 10)):
        for verdict in ("normal", "anomaly"):
            assert len(list((folder / "circuit-board" / part / verdict).iterdir())) == count
    assert counts["parts"] == 73


@pytest.mark.slow
@pytest.mark.parametrize(
    ("place", "dialect"),
    [
        ("cookies/dataset-files/manifests/template.manifest", LOOKOUT),
        ("board-parts/train.manifest", REKOGNITION),
        ("board-parts/test.manifest", REKOGNITION),
    ],
)
def test_manifests_are_right_and_name_pictures_that_there_are(folders, place, dialect):
    manifest = folders[0] / place
    root = manifest.parent.parent if "template" in place else manifest.parent
    for number, text in enumerate(manifest.read_text("utf-8").splitlines(), 1):
        entry = json.loads(text)
        for member in ("source-ref", "anomaly-mask-ref"):
            if member in entry:
                Image.open(root / entry[member]).load()
                entry[member] = f"s3://bucket/{entry[member]}"
        verdict = dialect.judge_line(read_line(json.dumps(entry), number=number))
        assert not verdict.errors, verdict.errors


@pytest.mark.slow
def test_boxes_lie_within_their_picture(folders):
    coco = json.loads((folders[0] / "board-parts/train.coco.json").read_text("utf-8"))
    assert len(coco["images"]) == 40
    for annotation in coco["annotations"]:
        left, top, width, height = annotation["bbox"]
        assert min(left, top) >= 0
        assert min(width, height) > 10
        assert max(left + width, top + height) <= 256


@pytest.mark.slow
@pytest.mark.parametrize("name", ["parts", "circuit-board"])
def test_tables_name_pictures_that_there_are(folders, name):
    folder = folders[0] / name
    with (folder / "train.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows
    assert all((folder / picture).is_file() and label in picture for picture, label in rows)


@pytest.mark.parametrize(("name", "count"), [("cookies", 4), ("circuit-board", 2), ("board-parts", 2)])
def test_a_set_is_the_same_each_time(name, count):
    first, again = (list(islice(SETS[name].files(), count)) for _ in range(2))
    assert first == again
    assert len({data for _, data in first}) == count


def typed(capsys, *words: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as end:
        app(list(words))
    captured = capsys.readouterr()
    return int(end.value.code or 0), captured.out + captured.err


def test_what_is_there_is_not_overwritten(capsys, tmp_path, monkeypatch):
    monkeypatch.setitem(
        SETS, "tiny", example_folders.ExampleFolder("one file", lambda: iter([("a/b.txt", b"1")]))
    )
    target = tmp_path / "here"
    assert typed(capsys, "examples", "get", "tiny", "--into", str(target)) == (
        0,
        f"1 files in {target}: one file\n",
    )
    (target / "a" / "b.txt").write_text("mine", "utf-8")
    code, said = typed(capsys, "examples", "get", "tiny", "--into", str(target))
    assert code == 2
    assert "is not empty; name another folder with --into." in said
    assert (target / "a" / "b.txt").read_text("utf-8") == "mine"
    code, said = typed(capsys, "examples", "get", "tiny", "--into", str(target / "a" / "b.txt" / "c"))
    assert code == 2
    assert "cannot be written" in said


def test_a_set_that_there_is_not_is_refused_with_those_that_there_are(capsys):
    code, said = typed(capsys, "examples", "get", "rooms")
    assert code == 2
    assert said == f"There is no set rooms; there are {', '.join(SETS)}.\n"
    assert Path("rooms").exists() is False
    code, said = typed(capsys, "examples", "list")
    assert [line.split()[0] for line in said.splitlines()] == list(SETS)
