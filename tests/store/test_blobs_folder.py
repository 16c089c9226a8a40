"""Buckets as folders, through their front functions."""

import io
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from vedette.errors import Busy, Missing, Refusal, Taken, Wrong
from vedette.store.blobs.buckets import MOST_REMEMBERED
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.blobs.values import About, Blob


@pytest.fixture
def blobs(tmp_path):
    store = FolderBlobs(tmp_path / "buckets")
    store.make_bucket("farm", account="000000000000")
    yield store
    store.close()


def files(store, below=""):
    return sorted(
        p.relative_to(store.root).as_posix()
        for p in (store.root / below).rglob("*")
        if p.is_file() and p.name != "%journal"
    )


def test_an_object_is_a_plain_file_that_a_person_can_find(blobs):
    blobs.put("farm", "scans/board.jpg", b"pixels", content_type="image/jpeg")
    (path,) = files(blobs, "farm")
    assert path.startswith("farm/scans/board.")
    assert path.endswith(".jpg")
    assert (blobs.root / path).read_bytes() == b"pixels"


def test_what_was_put_is_read_and_found_again(blobs):
    stored = blobs.put("farm", "a", io.BytesIO(b"x" * 3_000_000), content_type="image/png")
    assert blobs.find("farm", "a") == stored
    assert (stored.size, stored.content_type, stored.version) == (3_000_000, "image/png", "null")
    assert blobs.read("farm", "a") == b"x" * 3_000_000
    with blobs.open("farm", "a") as stream:
        assert stream.read(2) == b"xx"


def test_a_store_opened_again_holds_the_same(blobs):
    blobs.put("farm", "a", b"1")
    blobs.close()
    again = FolderBlobs(blobs.root)
    assert again.read("farm", "a") == b"1"
    again.close()


def test_replacing_leaves_readers_of_the_old_version_undisturbed(blobs):
    blobs.put("farm", "a", b"old")
    with blobs.open("farm", "a") as reader:
        path_of_old = blobs.path_of(blobs.objects.find("farm", "a"))
        blobs.put("farm", "a", b"new")
        assert path_of_old.read_bytes() == b"old"
        assert reader.read() == b"old"
    assert blobs.read("farm", "a") == b"new"
    blobs.close()
    assert len(files(blobs, "farm")) == 1


def test_two_writers_of_one_key_leave_one_whole_object(blobs):
    bodies = [bytes([n]) * 200_000 for n in range(8)]
    threads = [threading.Thread(target=blobs.put, args=("farm", "a", body)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert blobs.read("farm", "a") in bodies
    assert [stored.key for stored in blobs.list("farm")] == ["a"]


def test_what_does_not_exist_is_missing_by_kind(blobs):
    with pytest.raises(Missing) as no_key:
        blobs.read("farm", "nothing")
    with pytest.raises(Missing) as no_bucket:
        blobs.read("desert", "nothing")
    assert (no_key.value.kind, no_bucket.value.kind) == ("key", "bucket")


def test_a_bucket_with_objects_is_not_removed_and_an_empty_one_is(blobs):
    blobs.put("farm", "a/b", b"1")
    with pytest.raises(Busy):
        blobs.remove_bucket("farm")
    blobs.delete("farm", "a/b")
    blobs.delete("farm", "a/b")
    blobs.remove_bucket("farm")
    assert not blobs.has_bucket("farm")
    assert not (blobs.root / "farm").exists()


def test_a_bucket_name_is_taken_for_every_account(blobs):
    blobs.make_bucket("farm", account="000000000000")
    with pytest.raises(Taken):
        blobs.make_bucket("farm", account="111111111111")


@pytest.mark.parametrize(
    "name", ["ab", "a" * 64, "Farm", "a_b", "-ab", "ab-", "a..b", "10.0.0.1", "a.-b", "a/b", ""]
)
def test_a_name_that_s3_refuses_is_refused(blobs, name):
    with pytest.raises(Wrong):
        blobs.make_bucket(name, account="000000000000")


@pytest.mark.parametrize("name", ["abc", "a" * 63, "a.b", "a-b", "3cows"])
def test_a_name_that_s3_takes_is_taken(blobs, name):
    blobs.make_bucket(name, account="000000000000")
    assert blobs.has_bucket(name)


def test_versions_are_kept_once_asked_for_and_the_first_stays_null(blobs):
    blobs.put("farm", "a", b"0")
    blobs.buckets.set_versioning("farm", "Enabled")
    one, two = blobs.put("farm", "a", b"1"), blobs.put("farm", "a", b"2")
    assert [blobs.read("farm", "a", v) for v in ("null", one.version, two.version, "")] == [
        b"0",
        b"1",
        b"2",
        b"2",
    ]
    blobs.delete("farm", "a")
    with pytest.raises(Missing):
        blobs.read("farm", "a")
    page = blobs.listing.versions("farm", most=10)
    assert [(b.marker, b.latest) for b in page.blobs] == [
        (True, True),
        (False, False),
        (False, False),
        (False, False),
    ]
    blobs.objects.delete_version("farm", "a", page.blobs[0].version)
    assert blobs.read("farm", "a") == b"2"


def test_with_versioning_suspended_only_the_null_version_is_replaced(blobs):
    blobs.buckets.set_versioning("farm", "Enabled")
    kept = blobs.put("farm", "a", b"kept")
    blobs.buckets.set_versioning("farm", "Suspended")
    blobs.put("farm", "a", b"1")
    blobs.put("farm", "a", b"2")
    assert [b.version for b in blobs.listing.versions("farm", most=10).blobs] == ["null", kept.version]
    marker = blobs.objects.delete("farm", "a", owner="000000000000")
    assert marker is not None
    assert marker.version == "null"
    assert [b.marker for b in blobs.listing.versions("farm", most=10).blobs] == [True, False]


def test_a_check_that_refuses_leaves_what_was_there(blobs):
    blobs.put("farm", "a", b"old")

    def refuse(now):
        raise Busy(f"{now.etag} is there")

    draft = blobs.draft()
    draft.add(b"new")
    with pytest.raises(Busy):
        blobs.objects.put("farm", "a", draft, etag="e", owner="0", about=About(), check=refuse)
    assert blobs.read("farm", "a") == b"old"
    blobs.close()
    assert len(files(blobs, "farm")) == 1


def test_what_is_said_of_an_object_can_change_without_its_bytes(blobs):
    blobs.put("farm", "a", b"1")
    blob = blobs.objects.find("farm", "a")
    blobs.objects.change(blob, lambda about: replace(about, tags={"line": "4"}))
    assert blobs.objects.find("farm", "a").about.tags == {"line": "4"}
    assert blobs.read("farm", "a") == b"1"


def test_files_that_a_crash_left_are_swept_and_younger_ones_are_not(blobs):
    blobs.put("farm", "a/b.jpg", b"1")
    stray = blobs.root / "farm" / "a" / "c.123.jpg"
    stray.write_bytes(b"half")
    young_removed = blobs.sweep(older_than=stray.stat().st_mtime - 1, pause_s=0)
    assert (young_removed, stray.exists()) == (0, True)
    assert blobs.sweep(older_than=time.time() + 1, pause_s=0) == 1
    assert not stray.exists()
    assert blobs.read("farm", "a/b.jpg") == b"1"


def test_an_index_of_a_later_program_is_refused(tmp_path: Path):
    store = FolderBlobs(tmp_path)
    store._index.reader().execute("PRAGMA user_version = 99")
    store.close()
    with pytest.raises(Refusal, match="later version"):
        FolderBlobs(tmp_path)


def test_bytes_on_their_way_in_are_swept_only_when_long_stalled(blobs):
    half = blobs.root / ".incoming" / "0123"
    half.parent.mkdir(exist_ok=True)
    half.write_bytes(b"half")
    blobs.sweep(older_than=time.time() + 1, pause_s=0)
    assert half.exists()
    blobs.sweep(older_than=time.time() + 2 * 3600, pause_s=0)
    assert not half.exists()


def test_a_file_that_is_committed_while_the_sweep_waits_stays(blobs):
    draft = blobs.draft()
    draft.add(b"1")
    name = f"farm/late.{draft.unique}"
    sweeping = threading.Thread(target=blobs.sweep, kwargs={"older_than": time.time() + 60, "pause_s": 0.5})
    (blobs.root / "farm").mkdir(exist_ok=True)
    draft.settle(blobs.root / name)
    sweeping.start()
    time.sleep(0.1)
    with blobs._index.writing() as db:
        blobs.objects.insert(db, Blob("farm", "late", "null", 0, True, False, 1, "e", 0, "0", name, About()))
    sweeping.join()
    assert blobs.read("farm", "late") == b"1"


def test_a_bucket_that_is_remembered_is_what_it_is_now_whoever_changed_it(blobs):
    """By this thread, by another, and by another process's connection."""

    def set_and_find(store, value):
        store.buckets.put_document("farm", "policy", value)
        return store.buckets.find("farm").documents

    assert set_and_find(blobs, b"1") == {"policy": b"1"}
    thread = threading.Thread(target=set_and_find, args=(blobs, b"2"))
    thread.start()
    thread.join()
    assert blobs.buckets.find("farm").documents == {"policy": b"2"}
    beside = FolderBlobs(blobs.root)
    try:
        assert set_and_find(beside, b"3") == blobs.buckets.find("farm").documents == {"policy": b"3"}
        assert set_and_find(blobs, b"4") == beside.buckets.find("farm").documents == {"policy": b"4"}
        beside.remove_bucket("farm")
        with pytest.raises(Missing):
            blobs.buckets.find("farm")
    finally:
        beside.close()


def test_what_is_read_in_a_transaction_that_is_undone_is_not_remembered(blobs):
    def put_and_fail():
        with blobs._index.writing() as db:
            db.execute("INSERT INTO documents VALUES ('farm', 'policy', x'31')")
            assert blobs.buckets.find("farm").documents == {"policy": b"1"}
            raise KeyError

    with pytest.raises(KeyError):
        put_and_fail()
    assert blobs.buckets.find("farm").documents == {}


def test_more_buckets_than_are_remembered_are_found_too(blobs):
    names = [f"bucket-{number}" for number in range(MOST_REMEMBERED + 3)]
    for name in names:
        blobs.make_bucket(name, account="000000000000")
    assert [blobs.buckets.find(name).name for name in [*names, *names]] == [*names, *names]
