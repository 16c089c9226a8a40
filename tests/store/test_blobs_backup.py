"""A copy of the buckets made while they are written to, as a store of its own."""

import hashlib
import os
import threading
import time

import pytest

from doubles.stores import said
from vedette.errors import Busy, Missing, Taken
from vedette.store.blobs.backup import CopiedBuckets, copy_buckets
from vedette.store.blobs.files import LEASE
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.blobs.repair import RepairOptions, repair_buckets
from vedette.store.blobs.values import About, UploadPart


@pytest.fixture
def blobs(tmp_path):
    store = FolderBlobs(tmp_path / "buckets")
    store.make_bucket("farm", account="000000000000")
    yield store
    store.close()


def contents(root):
    """Return what a store opened on the folder gives out, by key."""
    store = FolderBlobs(root)
    try:
        return {stored.key: store.read("farm", stored.key) for stored in store.list("farm")}
    finally:
        store.close()


def paths(root):
    return {p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file() and p.name != "%journal"}


@pytest.mark.parametrize("links", [True, False])
def test_a_copy_is_a_store_that_holds_the_same(blobs, tmp_path, links):
    for n in range(20):
        blobs.put("farm", f"a/{n}.jpg", b"%d" % n)
    copied = copy_buckets(blobs.root, tmp_path / "copy", links=links)
    assert copied == CopiedBuckets(files=20, size=30)
    assert contents(tmp_path / "copy") == {f"a/{n}.jpg": b"%d" % n for n in range(20)}
    path = blobs.objects.find("farm", "a/7.jpg").path
    assert ((tmp_path / "copy" / path).stat().st_nlink > 1) == links
    assert (tmp_path / "copy" / path).stat().st_mode & 0o777 == 0o600


def test_uploads_under_way_are_copied_with_their_parts(blobs, tmp_path):
    upload = blobs.uploads.begin("farm", "big", upload="u1", owner="0", about=About())
    draft = blobs.draft()
    draft.add(b"part")
    blobs.uploads.put_part(upload, draft, UploadPart(1, 0, ""))
    copy_buckets(blobs.root, tmp_path / "copy")
    again = FolderBlobs(tmp_path / "copy")
    (part,) = again.uploads.parts(again.uploads.find("farm", "big", "u1"))
    assert (again.root / part.path).read_bytes() == b"part"
    again.close()


def test_what_is_replaced_during_the_copy_stays_until_it_ends(blobs, tmp_path):
    for n in range(9):
        blobs.put("farm", str(n), b"old")

    def replace_all(done, _):
        if done == 1:
            for n in range(9):
                blobs.put("farm", str(n), b"new")
            time.sleep(0.01)
            blobs._retired.reap(grace_s=0.001)

    copied = copy_buckets(blobs.root, tmp_path / "copy", progress=replace_all)
    assert (copied.files, copied.missing) == (9, ())
    assert contents(tmp_path / "copy") == {str(n): b"old" for n in range(9)}
    assert not (blobs.root / LEASE).exists()
    blobs._retired.reap(grace_s=0.001)
    assert len([path for path in paths(blobs.root) if path.startswith("farm/")]) == 9


def test_a_server_that_stops_during_the_copy_makes_it_look_again(blobs, tmp_path):
    for n in range(9):
        blobs.put("farm", str(n), b"old")
    passes = []

    def replace_and_remove(done, total):
        passes.append(done)
        if len(passes) == 1:
            for n in range(9):
                blobs.put("farm", str(n), b"new")
            blobs._retired.reap(grace_s=0)

    copied = copy_buckets(blobs.root, tmp_path / "copy", progress=replace_and_remove)
    assert len(passes) == 18
    assert copied == CopiedBuckets(files=9, size=27)
    assert contents(tmp_path / "copy") == {str(n): b"new" for n in range(9)}
    assert len([path for path in paths(tmp_path / "copy") if path.startswith("farm/")]) == 9


def test_what_the_store_itself_has_lost_is_named_and_the_rest_is_copied(blobs, tmp_path):
    for key in ("gone", "short", "whole"):
        blobs.put("farm", key, b"pixels")
    gone, short = (blobs.objects.find("farm", key).path for key in ("gone", "short"))
    (blobs.root / gone).unlink()
    (blobs.root / short).write_bytes(b"pix")
    assert copy_buckets(blobs.root, tmp_path / "copy") == CopiedBuckets(2, 9, (gone,), (short,))


def test_a_lease_whose_holder_died_ends_by_itself(blobs):
    lease = blobs.root / LEASE
    lease.touch()
    blobs.put("farm", "a", b"old")
    blobs.put("farm", "a", b"new")
    time.sleep(0.01)
    blobs._retired.reap(grace_s=0.001)
    assert len([path for path in paths(blobs.root) if path.startswith("farm/")]) == 2
    os.utime(lease, (time.time() - 61, time.time() - 61))
    blobs._retired.reap(grace_s=0.001)
    assert len([path for path in paths(blobs.root) if path.startswith("farm/")]) == 1


def test_a_folder_that_holds_something_is_never_written_over(blobs, tmp_path):
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "mine").write_bytes(b"1")
    with pytest.raises(Taken, match="not empty"):
        copy_buckets(blobs.root, tmp_path / "copy")
    with pytest.raises(Missing, match="no index"):
        copy_buckets(tmp_path / "nowhere", tmp_path / "other")
    assert paths(tmp_path / "copy") == {"mine"}


def write_until(stop, blobs, writer):
    count = 0
    while not stop.is_set():
        count += 1
        key = f"{writer}/{count % 20}"
        if count % 7:
            blobs.put("farm", key, os.urandom(2000))
        else:
            blobs.delete("farm", key)
        if count % 40 == 0:
            blobs._retired.reap(grace_s=0.01)


def test_a_copy_made_under_many_writers_is_whole(blobs, tmp_path):
    stop = threading.Event()
    threads = [threading.Thread(target=write_until, args=(stop, blobs, n)) for n in range(3)]
    for thread in threads:
        thread.start()
    try:
        for n in range(4):
            time.sleep(0.1)
            copied = copy_buckets(blobs.root, tmp_path / f"copy{n}")
            assert (copied.missing, copied.damaged) == ((), ())
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    for n in range(4):
        store = FolderBlobs(tmp_path / f"copy{n}")
        held = [(stored.etag, store.read("farm", stored.key)) for stored in store.list("farm")]
        store.close()
        assert held == [(hashlib.md5(body).hexdigest(), body) for _, body in held]


def test_a_copy_can_be_repaired_like_the_store_itself(blobs, tmp_path):
    blobs.buckets.set_versioning("farm", "Enabled")
    for n in range(6):
        blobs.put("farm", f"{n % 3}.jpg", b"%d" % n)
    blobs.delete("farm", "0.jpg")
    copy_buckets(blobs.root, tmp_path / "copy")
    copy = FolderBlobs(tmp_path / "copy")
    assert copy.standing.troubles == ()
    before = said(copy)
    copy.close()
    (tmp_path / "copy" / ".index.db").unlink()
    assert repair_buckets(tmp_path / "copy", RepairOptions("000000000000")).notices == {}
    copy = FolderBlobs(tmp_path / "copy")
    assert said(copy) == before
    copy.close()


def test_an_index_that_is_older_than_its_folders_is_not_copied(blobs, tmp_path):
    blobs.close()
    old = (blobs.root / ".index.db").read_bytes()
    store = FolderBlobs(blobs.root)
    store.put("farm", "since", b"precious")
    store.close()
    (blobs.root / ".index.db").write_bytes(old)
    with pytest.raises(Busy, match="would not be whole"):
        copy_buckets(blobs.root, tmp_path / "copy")
