"""Exports that are killed at every step of theirs: what a reader takes is the old set or the new, whole."""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from PIL import Image

from doubles.drawn_items import WHEN, box
from vedette.cli.exchanging import LocalExport, export_pictures
from vedette.errors import Busy, Wrong
from vedette.exchange.formats import IN_FOLDERS, LOCAL, OUT, read_format, to_lines
from vedette.exchange.items import Item, read_item, write_item
from vedette.exchange.unfinished import UNFINISHED, UNFINISHED_KEY, WRITING, refuse_unfinished
from vedette.exchange.whole import writing_whole
from vedette.manifest.attributes import Stamp
from vedette.manifest.detection import Size

SIZE = Size(32, 24)
STAMP = Stamp(moment=WHEN, job="labeling-job/test")
# What a step is: a file opened, moved or removed, a folder made.
STEPS = frozenset({"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir"})


def a_set(folder, label, count=2):
    """Write pictures and a manifest of them; return the manifest."""
    folder.mkdir()
    lines = []
    for number in range(count):
        name = f"{number}.png"
        Image.new("RGB", (SIZE.width, SIZE.height), (len(label), number, 9)).save(folder / name)
        item = Item(name, (label,), ((label, box(4 * number, 2, 8, 8)),), SIZE)
        lines.append(write_item(item, stamp=STAMP).text)
    (folder / "set.manifest").write_text("\n".join(lines) + "\n", "utf-8")
    return folder / "set.manifest"


def export(manifest, form, out, before_step):
    """Write a set in another process, which does this before each step; say whether it was done."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == 0
    steps, is_within, status = 0, False, 1

    def hook(event, _):
        nonlocal steps, is_within
        if event in STEPS and not is_within:
            steps, is_within = steps + 1, True
            before_step(steps)
            is_within = False

    try:
        sys.addaudithook(hook)
        export_pictures(manifest, LocalExport(form, "", None, with_pictures=True), out=out)
        status = 0
    finally:
        os._exit(status)


def lying(folder):
    """Return what lies in a folder: files with what is in them, and folders."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def states_of(manifest, form, out, states):
    """Write a set, and put what lies there before its steps into folders; return the steps of what is new.

    Whoever is killed before a step leaves just that: what a process has not written by then goes with it.
    """
    states.mkdir()
    before = None

    def keep(step):
        nonlocal before
        state = lying(out.parent) if out.parent.exists() else {}
        if state != before:
            before = state
            put_back(state, states / str(step))

    assert export(manifest, form, out, keep)
    return sorted(int(path.name) for path in states.iterdir())


def put_back(state, folder):
    folder.mkdir()
    for name, body in state.items():
        (folder / name).mkdir() if body is None else (folder / name).write_bytes(body)


def taken(form, out):
    """Return what a reader takes: labels, boxes and the pictures' bytes by their names, or nothing."""
    folder = out if form in IN_FOLDERS else out.parent
    try:
        items = (
            [read_item(line) for line in to_lines("manifest", out, stamp=STAMP)]
            if form == "manifest"
            else list(read_format(form, out, images=None if form == "parquet" else folder))
        )
    except Wrong:
        return None
    # A file names its pictures, and none of those that are still being written.
    parts = {path: path.relative_to(folder).parts for path in folder.rglob("*.png")}
    pictures = {
        path.name: path.read_bytes()
        for path, names in parts.items()
        if "masks" not in names and not names[0].startswith(WRITING)
    }
    shapes = sorted((item.name.rpartition("/")[2], item.labels, item.boxes) for item in items)
    return shapes, pictures


@pytest.mark.parametrize("is_over", [False, True], ids=["new", "over"])
@pytest.mark.parametrize("form", [*OUT, "masks", *LOCAL])
def test_an_export_that_is_killed_is_never_taken_for_whole(tmp_path, form, is_over):
    if form == "parquet":
        pytest.importorskip("pyarrow")
    old, new = a_set(tmp_path / "old", "dent"), a_set(tmp_path / "new", "scratch")
    name, options = "set" if form in IN_FOLDERS else "set.json", LocalExport(form, "", None, True)
    for source, place in ((old, "before"), (new, "after")):
        export_pictures(source, options, out=tmp_path / place / name)
    before, after = (taken(form, tmp_path / place / name) for place in ("before", "after"))
    assert None not in (before, after)
    assert before != after
    states, out = tmp_path / "states", tmp_path / "whole" / name
    if is_over:
        shutil.copytree(tmp_path / "before", out.parent)
    steps = states_of(new, form, out, states)
    assert taken(form, out) == after
    results = {step: taken(form, states / str(step) / name) for step in steps}
    whole = (before, after) if is_over else (after,)
    assert [step for step, result in results.items() if result not in (None, *whole)] == []
    # A table is one file, which is moved in one step.
    assert len(steps) > (2 if form == "parquet" else 4)
    assert None in results.values() or (form == "parquet" and is_over)
    assert before in results.values() or not is_over
    # What is left of one that was killed is in the way of none, nor there afterwards.
    middle, killed = steps[len(steps) // 2], tmp_path / "killed"
    if is_over:
        shutil.copytree(tmp_path / "before", killed)
    assert not export(new, form, killed / name, lambda step: step == middle and os._exit(9))
    assert lying(killed).keys() == lying(states / str(middle)).keys()
    export_pictures(new, options, out=killed / name)
    assert taken(form, killed / name) == after
    assert list(killed.rglob(".*")) == []


def test_a_folder_is_refused_by_a_mark_in_it_above_it_or_below(tmp_path):
    folder = tmp_path / "set" / "labels"
    folder.mkdir(parents=True)
    (folder / "metadata.jsonl").write_text(json.dumps({"file_name": "a.png", "label": "dent"}))
    assert len(list(read_format("imagefolder", tmp_path))) == 1
    marks = (
        (tmp_path / "set" / f"{UNFINISHED}set", True),
        (tmp_path / f"{UNFINISHED}set", True),
        (folder / f"{WRITING}x.json", True),
        # Of a bucket's folder, copied here.
        (folder / UNFINISHED_KEY, True),
        (tmp_path / "set" / UNFINISHED_KEY, True),
        # Of another folder's export, and of another file's.
        (tmp_path / f"{WRITING}other", False),
        (tmp_path / "set" / f"{UNFINISHED}x.json", False),
    )
    for mark, is_refused in marks:
        mark.touch()
        if is_refused:
            with pytest.raises(Wrong, match="an export that was cut off"):
                read_format("imagefolder", folder)
        else:
            refuse_unfinished(folder)
        with pytest.raises(Wrong, match=f"there is .*{mark.name}"):
            read_format("imagefolder", tmp_path)
        mark.unlink()


def put(out, *names, is_folder=True):
    """Write files of these names into a folder."""
    with writing_whole(out, is_folder=is_folder) as place:
        for name in names:
            (place / name).write_text("new")


def test_what_is_in_the_way_is_told_before_anything_is_moved(tmp_path):
    (tmp_path / "set" / "b").mkdir(parents=True)
    with pytest.raises(Wrong, match="b is there already"):
        put(tmp_path / "set", "a", "b")
    assert [path.name for path in (tmp_path / "set").iterdir()] == ["b"]
    with pytest.raises(Wrong, match="set is a folder"):
        export_pictures(
            a_set(tmp_path / "new", "dent"), LocalExport("csv", "", None, False), out=tmp_path / "set"
        )


def fail(out):
    with writing_whole(out, is_folder=True) as place:
        raise Wrong(f"{place}/a is wrong")


def test_a_refusal_names_the_place_that_was_asked_for(tmp_path):
    with pytest.raises(Wrong, match=f"^{tmp_path}/set/a is wrong$"):
        fail(tmp_path / "set")
    assert list(tmp_path.iterdir()) == []


def test_a_pipe_is_written_to_as_it_is(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with writing_whole(tmp_path / "pipe", is_folder=False) as place:
        assert place == tmp_path / "pipe"
    assert (tmp_path / "pipe").is_fifo()


@pytest.fixture
def elsewhere(tmp_path):
    """A folder on another disk."""
    places = filter(Path.is_dir, map(Path, ("/dev/shm", "/var/tmp", "/tmp")))
    other = next((place for place in places if place.stat().st_dev != tmp_path.stat().st_dev), None)
    if other is None:
        pytest.skip("there is no other disk")
    folder = Path(tempfile.mkdtemp(dir=other))
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("names", [("a",), ("a", "b")])
def test_a_folder_within_may_be_a_link_to_another_disk(tmp_path, elsewhere, names):
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "images").symlink_to(elsewhere)
    (elsewhere / "a").write_text("old")
    (elsewhere / "a").chmod(0o600)
    with writing_whole(tmp_path / "set", is_folder=True) as place:
        (place / "images").mkdir()
        for name in names:
            (place / "images" / name).write_text("new")
    assert {path.name: path.read_text() for path in elsewhere.iterdir()} == dict.fromkeys(names, "new")
    assert (elsewhere / "a").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "set").iterdir()] == ["images"]


def test_who_may_read_a_file_stays_as_it_was(tmp_path):
    out = tmp_path / "labels.csv"
    out.write_text("old")
    out.chmod(0o600)
    with writing_whole(out, is_folder=False) as place:
        place.write_text("new")
    assert (out.read_text(), out.stat().st_mode & 0o777) == ("new", 0o600)


@pytest.mark.parametrize("is_there", [False, True])
def test_two_exports_into_one_place_do_not_mix(tmp_path, is_there):
    out = tmp_path / "set"
    if is_there:
        out.mkdir()
    with writing_whole(out, is_folder=True) as place:
        (place / "a").write_text("first")
        with pytest.raises(Busy, match=f"Another export is being written to {out}"):
            put(out, "a")
        (place / "b").write_text("first")
    assert {path.name: path.read_text() for path in out.iterdir()} == {"a": "first", "b": "first"}
    put(out, "a")
    assert (out / "a").read_text() == "new"


def test_a_place_with_the_longest_name_is_written_and_read(tmp_path):
    for name in ("名" * 85, "n" * 255):
        put(tmp_path / name, "a", "b")
        put(tmp_path / name, "a", "b")
        refuse_unfinished(tmp_path / name)
        (tmp_path / f"{UNFINISHED}{name[:66] if name[0] == '名' else name[:200]}").touch()
        with pytest.raises(Wrong, match="cut off"):
            refuse_unfinished(tmp_path / name)


@pytest.mark.parametrize("kind", ["link", "file"])
def test_what_somebody_put_where_an_export_is_written_is_left_as_it_is(tmp_path, kind):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").write_text("dear")
    stage = tmp_path / f"{WRITING}set"
    if kind == "link":
        stage.symlink_to(tmp_path / "mine")
    else:
        stage.write_text("theirs")
    with pytest.raises(Wrong, match=f"{WRITING}set is in the way"):
        put(tmp_path / "set", "a")
    assert (tmp_path / "mine" / "letter").read_text() == "dear"
    assert stage.is_symlink() or stage.read_text() == "theirs"
