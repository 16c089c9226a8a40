"""`vedette repair`, as a person types it."""

import pytest
from click.testing import CliRunner

from vedette.cli.main import app
from vedette.server.holding import locked
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.blobs.quarantine import quarantined

RUNNER = CliRunner()


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("VEDETTE_DATA", str(tmp_path / "data"))
    store = FolderBlobs(tmp_path / "data" / "buckets")
    store.make_bucket("farm", account="000000000000")
    for n in range(3):
        store.put("farm", f"{n}.jpg", b"pixels")
    store.close()
    return tmp_path / "data"


def run(*words, ends=0, types=""):
    ran = RUNNER.invoke(app, ["repair", *words], input=types)
    assert ran.exit_code == ends, ran.output
    return ran.stdout if ends < 2 else ran.stderr


def lose_index(data):
    (data / "buckets" / ".index.db").unlink()


def test_a_sound_store_is_said_to_be_sound(data):
    lines = run()
    assert "1 bucket, 3 objects, 3 versions, 18 bytes." in lines
    assert "Every object has its bytes." in lines
    assert "anew" not in lines


def test_a_lost_index_is_made_anew_and_what_is_next_is_said(data):
    lose_index(data)
    dry = run("--dry-run")
    assert "farm: rebuilt from its journal" in dry
    assert "Nothing was changed." in dry
    assert not (data / "buckets" / ".index.db").exists()
    lines = run()
    assert "farm: rebuilt from its journal" in lines
    assert "vedette lifecycle resume" in lines
    store = FolderBlobs(data / "buckets")
    assert store.read("farm", "1.jpg") == b"pixels"
    store.close()


def test_a_missing_object_ends_the_command_with_one(data):
    next((data / "buckets" / "farm").glob("1.*")).unlink()
    lines = run(ends=1)
    assert "missing (1):\n  farm/1.jpg: its file farm/1." in lines
    assert "Objects are missing or damaged" in lines


def test_many_lines_of_a_kind_are_cut_short_unless_all_are_asked_for(data):
    for n in range(40):
        (data / "buckets" / "farm" / f"stray{n}.0123456789ab.jpg").write_bytes(b"?")
    lines = run("--dry-run")
    assert lines.count("stray") == 10
    assert "… and 30 more; --all shows them" in lines
    assert run("--dry-run", "--all").count("stray") == 40


def test_the_quarantine_is_emptied_after_a_yes_only(data):
    (data / "buckets" / "farm" / "stray.0123456789ab.jpg").write_bytes(b"?")
    assert "Put into quarantine: 1 file." in run()
    assert "In quarantine: 1 file, 1 bytes" in run("--empty-quarantine", types="n\n", ends=1)
    dry = run("--empty-quarantine", "--dry-run")
    assert "Nothing was changed." in dry
    assert "\n  farm/stray.0123456789ab.jpg: " in dry
    assert len(list(quarantined(data / "buckets"))) == 1
    assert "Removed 1 file." in run("--empty-quarantine", types="y\n")
    assert "The quarantine is empty." in run("--empty-quarantine", "--yes")


def test_what_lies_in_quarantine_becomes_an_object_again(data):
    (data / "buckets" / "farm" / "stray.0123456789ab.jpg").write_bytes(b"?")
    run()
    lines = run("--put-back")
    assert "made an object again (1):\n  farm/stray.jpg" in lines
    assert "Returned from quarantine: 1 file." in lines


def test_a_folder_that_a_server_holds_is_left_alone(data):
    with locked(data):
        assert "holds the folder" in run(ends=2)


def test_a_folder_without_buckets_and_a_foreign_s3_are_said(data, monkeypatch):
    assert "There are no buckets in" in run("--data", str(data / "nowhere"), ends=2)
    assert not (data / "nowhere").exists()
    monkeypatch.setenv("VEDETTE_S3_ENDPOINT", "http://127.0.0.1:9000")
    assert "which keeps them itself" in run(ends=2)
