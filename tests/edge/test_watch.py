"""Pictures that a camera drops into a folder are looked at once each, and none is lost on the way."""

import errno
import json
import os
import time

import pytest

from doubles.devices import SOON_S, running_device, tiny_models
from doubles.packages import save_plain
from vedette.edge import watch as module
from vedette.edge.life import ProcessFailed
from vedette.edge.looking import ask_file
from vedette.edge.watch import FolderWatch, WatchOptions, verdict_of
from vedette.edge.watch_files import free_place, is_answer, mark_of, move, write_answer
from vedette.errors import Busy, Missing, Wrong

BRIGHT, DARK, RED = 255, 0, (255, 0, 0)


@pytest.fixture(scope="module")
def device(tmp_path_factory):
    with running_device(tiny_models(tmp_path_factory.mktemp("watch") / "models")) as client:
        for name in ("anomalies", "masks", "labels"):
            client.run(name)
        yield client


@pytest.fixture
def folders(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    return tmp_path / "in", tmp_path / "out"


@pytest.fixture
def watch(device, folders, clock):
    def open_watch(model="anomalies", **options):
        return FolderWatch(WatchOptions(*folders, model, **options), device.agent.models, clock)

    return open_watch


def files_below(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def answered(watch):
    """Look twice: the first time shows a file, the second that it did not change."""
    return watch.look() + watch.look()


def test_each_picture_gets_an_answer_of_its_name(watch, folders, clock):
    source, out = folders
    save_plain(source / "a.png", BRIGHT)
    save_plain(source / "belt" / "b.jpg", DARK)
    (source / "notes.txt").write_text("no picture")
    save_plain(source / ".half.png", BRIGHT)
    assert answered(watch()) == 2
    assert files_below(out) == ["a.png.json", "belt/b.jpg.json"]
    document = json.loads((out / "a.png.json").read_bytes())
    about = (source / "a.png").stat()
    assert document == {
        "image": str(source / "a.png"),
        "model": "anomalies",
        "time": clock().isoformat(timespec="milliseconds"),
        "is_anomalous": True,
        "confidence": 1.0,
        "score": 1.0,
        "threshold": 0.4,
        "anomalies": [],
        "file": {"size": about.st_size, "mtime_ns": about.st_mtime_ns},
    }
    assert json.loads((out / "belt" / "b.jpg.json").read_bytes())["is_anomalous"] is False


def test_types_and_labels_are_written_too(watch, folders):
    source, out = folders
    save_plain(source / "a.png", RED)
    answered(watch("masks"))
    document = json.loads((out / "a.png.json").read_bytes())
    assert document["anomalies"] == [{"name": "rust", "area": 1.0, "color": "#D62728"}]
    (out / "a.png.json").unlink()
    answered(watch("labels"))
    document = json.loads((out / "a.png.json").read_bytes())
    assert document["labels"] == [{"name": "red", "confidence": 1.0}]


def test_nothing_is_asked_twice_after_a_restart_but_a_new_picture_of_the_name_is(watch, folders):
    source, out = folders
    save_plain(source / "a.png", BRIGHT)
    first = watch()
    assert (answered(first), answered(first), answered(watch())) == (1, 0, 0)
    save_plain(source / "a.png", DARK)
    os.utime(source / "a.png", ns=(1, 1))
    assert answered(watch()) == 1
    assert json.loads((out / "a.png.json").read_bytes())["is_anomalous"] is False


def test_pictures_are_moved_by_verdict_and_never_over_one_another(watch, folders):
    source, out = folders
    for name, color in (("a.png", BRIGHT), ("b.png", DARK)):
        save_plain(source / name, color)
    moving = watch(moves=True)
    assert answered(moving) == 2
    save_plain(source / "a.png", BRIGHT)
    assert answered(moving) == 1
    assert files_below(out) == [
        "anomaly/a-2.png",
        "anomaly/a-2.png.json",
        "anomaly/a.png",
        "anomaly/a.png.json",
        "normal/b.png",
        "normal/b.png.json",
    ]
    assert files_below(source) == []


def test_a_half_written_picture_waits_until_it_is_whole(watch, folders):
    source, out = folders
    whole = save_plain(source / "whole.png", BRIGHT, height=200, width=200).read_bytes()
    (source / "whole.png").unlink()
    (source / "a.png").write_bytes(whole[: len(whole) // 2])
    watching = watch()
    assert answered(watching) == 0
    (source / "a.png").write_bytes(whole)
    assert answered(watching) == 1
    assert json.loads((out / "a.png.json").read_bytes())["is_anomalous"] is True


def test_a_damaged_picture_is_given_up_after_a_while(watch, folders, monkeypatch):
    source, out = folders
    (source / "a.png").write_bytes(b"no picture at all")
    watching = watch(moves=True)
    assert answered(watching) == 0
    monkeypatch.setattr(module, "DAMAGED_AFTER_S", 0.0)
    assert watching.look() == 1
    assert files_below(out) == ["unreadable/a.png", "unreadable/a.png.json"]
    assert (
        "is no picture that can be read" in json.loads((out / "unreadable/a.png.json").read_bytes())["error"]
    )


def test_a_full_disk_makes_a_picture_wait_where_it_is(watch, folders, monkeypatch):
    source, out = folders
    save_plain(source / "a.png", BRIGHT)
    watching = watch(moves=True)
    watching.look()

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            watching.look()
    assert files_below(source) == ["a.png"]
    assert files_below(out) == []
    assert watching.look() == 1
    assert files_below(out) == ["anomaly/a.png", "anomaly/a.png.json"]


def test_what_a_crash_left_between_answer_and_move_is_done_again_without_a_second_copy(watch, folders):
    source, out = folders
    save_plain(source / "a.png", BRIGHT)
    write_answer(out / "anomaly" / "a.png.json", {"old": True})
    assert answered(watch(moves=True)) == 1
    assert files_below(out) == ["anomaly/a.png", "anomaly/a.png.json"]
    assert "old" not in json.loads((out / "anomaly/a.png.json").read_bytes())


def test_a_move_to_another_disk_is_whole_before_the_picture_goes(tmp_path, monkeypatch):
    path, to = save_plain(tmp_path / "a.png", BRIGHT), tmp_path / "there.png"
    content = path.read_bytes()

    def other_disk(*_):
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(type(path), "rename", other_disk)
    move(path, to)
    assert (path.exists(), to.read_bytes()) == (False, content)


def test_answers_below_the_watched_folder_are_not_watched_themselves(device, tmp_path, clock):
    source = tmp_path / "in"
    (source / "out").mkdir(parents=True)
    save_plain(source / "a.png", BRIGHT)
    watching = FolderWatch(
        WatchOptions(source, source / "out", "anomalies", moves=True), device.agent.models, clock
    )
    assert (answered(watching), answered(watching)) == (1, 0)
    assert files_below(source) == ["out/anomaly/a.png", "out/anomaly/a.png.json"]


def test_a_link_out_of_the_folder_is_not_followed(watch, folders, tmp_path):
    source, out = folders
    (source / "link.png").symlink_to(save_plain(tmp_path / "elsewhere.png", BRIGHT))
    assert answered(watch()) == 0
    assert files_below(out) == []


def test_the_watch_starts_its_model_once_and_waits_for_it_when_somebody_stops_it(tmp_path, clock):
    with running_device(tiny_models(tmp_path / "models")) as device:
        (tmp_path / "in").mkdir()
        (tmp_path / "out").mkdir()
        watching = FolderWatch(
            WatchOptions(tmp_path / "in", tmp_path / "out", "anomalies"), device.agent.models, clock
        )
        with pytest.raises(Busy, match="STARTING"):
            watching.look()
        device.run("anomalies")
        assert watching.look() == 0
        device.stop("anomalies")
        with pytest.raises(Busy, match="STOPPED"):
            watching.look()
        assert device.status("anomalies") == "STOPPED"


def test_a_picture_that_no_process_survives_is_given_up_and_the_others_are_looked_at(
    watch, folders, monkeypatch
):
    source, out = folders
    for name in ("a.png", "b.png"):
        save_plain(source / name, BRIGHT)

    def ask(served, content, options, *, is_awaited):
        if is_first(content):
            raise ProcessFailed("The model's process was ended by signal 9.")
        return ask_file(served, content, options, is_awaited=is_awaited)

    save_plain(source / "a.png", DARK)
    first = (source / "a.png").read_bytes()
    is_first = first.__eq__
    monkeypatch.setattr(module, "ask_file", ask)
    watching = watch()
    watching.look()
    for _ in range(module.MOST_FAILURES - 1):
        with pytest.raises(ProcessFailed):
            watching.look()
    assert watching.look() == 2
    assert "ended by signal 9" in json.loads((out / "a.png.json").read_bytes())["error"]
    assert json.loads((out / "b.png.json").read_bytes())["is_anomalous"] is True


def test_a_pipe_in_the_folder_is_no_picture(watch, folders):
    source, out = folders
    os.mkfifo(source / "a.png")
    save_plain(source / "b.png", BRIGHT)
    assert answered(watch()) == 1
    assert files_below(out) == ["b.png.json"]


def test_what_is_wrong_with_one_file_holds_no_other_up_and_is_said_once(watch, folders, caplog, monkeypatch):
    source, out = folders
    too_long = f"{'a' * 246}.png"  # .NAME.json.new has more than 255 letters
    for name in (too_long, "b.png", "c.png", "d.png", "e.png"):
        save_plain(source / name, BRIGHT)
    (out / "c.png.json").mkdir()
    (out / "d.png.json").write_text('{"exposure_ms": 4}')
    read = module.Path.read_bytes

    def forbidden(path):
        if path.name == "b.png":
            raise PermissionError(errno.EACCES, "Permission denied")
        return read(path)

    monkeypatch.setattr(module.Path, "read_bytes", forbidden)
    watching = watch()
    watching.look()
    assert (watching.look(), watching.look()) == (1, 0)
    assert json.loads((out / "e.png.json").read_bytes())["is_anomalous"] is True
    assert (out / "d.png.json").read_text() == '{"exposure_ms": 4}', "a camera's own file stays"
    said = [record.message for record in caplog.records if "passed over" in record.message]
    assert len(said) == 4
    for words in (
        "File name too long",
        "cannot be read, Permission denied",
        "Is a directory",
        "is no answer",
    ):
        assert sum(words in text for text in said) == 1, (words, said)


def test_a_name_that_is_no_text_is_answered_in_json(watch, folders):
    source, out = folders
    save_plain(source / os.fsdecode(b"a\xff.png"), BRIGHT)
    assert answered(watch()) == 1
    (place,) = out.iterdir()
    assert json.loads(place.read_bytes())["image"] == str(source / os.fsdecode(b"a\xff.png"))
    assert answered(watch()) == 0, "also after a restart"


def test_pictures_are_not_moved_round_and_round(device, folders, clock, caplog):
    source, out = folders
    with pytest.raises(Wrong, match="again and again"):
        FolderWatch(WatchOptions(source, source, "anomalies", moves=True), device.agent.models, clock)
    (out / "anomaly").mkdir()
    for name, light in (("a.png", BRIGHT), ("b.png", DARK)):
        save_plain(out / "anomaly" / name, light)
    options = WatchOptions(out / "anomaly", out, "anomalies", moves=True)
    watching = FolderWatch(options, device.agent.models, clock)
    assert (answered(watching), answered(watching)) == (1, 0)
    assert files_below(out) == ["anomaly/a.png", "normal/b.png", "normal/b.png.json"]
    assert "where pictures come in" in caplog.text


def test_answers_may_lie_beside_their_pictures(device, tmp_path, clock):
    save_plain(tmp_path / "a.png", BRIGHT)
    watching = FolderWatch(WatchOptions(tmp_path, tmp_path, "anomalies"), device.agent.models, clock)
    assert (answered(watching), answered(watching)) == (1, 0)
    assert files_below(tmp_path) == ["a.png", "a.png.json"]


@pytest.mark.parametrize("moves", [False, True])
def test_a_picture_that_takes_the_name_of_the_one_looked_at_is_looked_at_itself(
    watch, folders, monkeypatch, moves
):
    source, out = folders
    save_plain(source / "a.png", BRIGHT)

    def ask(*arguments, **options):
        fields = ask_file(*arguments, **options)
        if fields["is_anomalous"]:
            save_plain(source / "a.png", DARK, height=77)
        return fields

    monkeypatch.setattr(module, "ask_file", ask)
    watching = watch(moves=moves)
    assert answered(watching) == 0
    assert files_below(out) == []
    assert answered(watching) == 1
    assert files_below(out) == (["normal/a.png", "normal/a.png.json"] if moves else ["a.png.json"])


def test_a_picture_that_came_while_another_was_moved_is_put_back(tmp_path):
    path, to = save_plain(tmp_path / "a.png", DARK), tmp_path / "there.png"
    mark = mark_of(path)
    save_plain(path, BRIGHT, height=77)
    newer = path.read_bytes()
    move(path, to, mark)
    assert (path.read_bytes(), to.exists()) == (newer, False)


def test_a_picture_that_came_while_another_was_copied_stays(tmp_path, monkeypatch):
    path, to = save_plain(tmp_path / "a.png", DARK), tmp_path / "there.png"
    mark = mark_of(path)
    save_plain(path, BRIGHT, height=77)
    newer = path.read_bytes()

    def other_disk(*_):
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(type(path), "rename", other_disk)
    move(path, to, mark)
    assert (path.read_bytes(), files_below(tmp_path)) == (newer, ["a.png"])


@pytest.mark.parametrize(("text", "is_ours"), [("{", False), ("[]", False), ('{"file": 1}', False)])
def test_what_is_no_answer_is_not_written_over(tmp_path, text, is_ours):
    (tmp_path / "a.json").write_text(text)
    assert is_answer(tmp_path / "a.json") is is_ours
    assert is_answer(tmp_path / "none.json")


def test_the_agent_watches_a_folder_while_it_answers(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    options = WatchOptions(tmp_path / "in", tmp_path / "out", "anomalies")
    with running_device(tiny_models(tmp_path / "models"), watch=options):
        save_plain(tmp_path / "in" / "a.png", BRIGHT)
        deadline = time.monotonic() + SOON_S
        while not (tmp_path / "out" / "a.png.json").exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_folders_that_do_not_exist_are_refused(device, tmp_path):
    with pytest.raises(Missing, match="--out"):
        FolderWatch(WatchOptions(tmp_path, tmp_path / "none", "anomalies"), device.agent.models)


@pytest.mark.parametrize(
    ("fields", "folder"),
    [
        ({"error": "x"}, "unreadable"),
        ({"is_anomalous": True}, "anomaly"),
        ({"is_anomalous": False}, "normal"),
        ({"labels": []}, "nothing"),
        ({"labels": [{"name": "../../etc"}]}, "etc"),
        ({"labels": [{"name": "red car"}]}, "red_car"),
        ({"labels": [{"name": "..."}]}, "nothing"),
    ],
)
def test_a_verdict_is_a_plain_folder(fields, folder):
    assert verdict_of(fields) == folder


def test_a_free_place_is_numbered_where_a_picture_lies(tmp_path):
    place = tmp_path / "a.png.json"
    assert free_place(place) == place
    (tmp_path / "a.png").touch()
    (tmp_path / "a-2.png").touch()
    assert free_place(place) == tmp_path / "a-3.png.json"
