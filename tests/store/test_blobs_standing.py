"""An index that is lost, old or empty beside folders that hold files: nothing is ever removed by a guess."""

import os
import shutil
import sqlite3
import time

import pytest

from vedette.errors import Busy, Refusal
from vedette.store.blobs.caution import lifecycle_pause
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.blobs.index import INDEX
from vedette.store.blobs.journal import JOURNAL
from vedette.store.blobs.quarantine import QUARANTINE, empty, put_back, quarantined
from vedette.store.blobs.sweep import HANDFUL, forget_ended
from vedette.store.blobs.values import About

LATER = 3600.0
WEEK = 7 * 24 * 3600


@pytest.fixture
def root(tmp_path):
    store = FolderBlobs(tmp_path / "buckets")
    for bucket in ("farm", "mill"):
        store.make_bucket(bucket, account="000000000000")
        for n in range(6):
            store.put(bucket, f"a/{n}.jpg", b"%d" % n)
    store.close()
    return tmp_path / "buckets"


def files(root):
    """Return every file of the buckets and its bytes, journals aside."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for bucket in ("farm", "mill")
        for path in (root / bucket).rglob("*")
        if path.is_file() and not path.name.startswith(JOURNAL)
    }


def put_on_disk(root, count, bucket="farm"):
    (root / bucket).mkdir(exist_ok=True)
    for n in range(count):
        (root / bucket / f"stray{n}").write_bytes(b"?")
        os.utime(root / bucket / f"stray{n}", (1, 1))


def opened(root):
    store = FolderBlobs(root)
    try:
        aside = store.sweep(older_than=time.time() + LATER, pause_s=0)
        store.wait_for_journals()
        return store.standing, aside
    finally:
        store.close()


def delete_index(root):
    for end in ("", "-wal", "-shm"):
        (root / f"{INDEX}{end}").unlink(missing_ok=True)


def empty_index(root):
    delete_index(root)
    (root / INDEX).touch()


def damage_header(root):
    with (root / INDEX).open("r+b") as file:
        file.write(os.urandom(100))


def damage_pages(root):
    with (root / INDEX).open("r+b") as file:
        file.seek(8192)
        file.write(os.urandom(4096 * 4))


def cut_index(root):
    os.truncate(root / INDEX, 5000)


def make_folder_of_index(root):
    delete_index(root)
    (root / INDEX).mkdir()


def forget_all_rows(root):
    db = sqlite3.connect(root / INDEX)
    for table in ("buckets", "blobs", "journals"):
        db.execute(f"DELETE FROM {table}")
    db.commit()
    db.close()


@pytest.mark.parametrize(
    ("lose", "fault"),
    [
        (delete_index, "is missing"),
        (empty_index, "is empty"),
        (damage_header, "is damaged"),
        (damage_pages, "is damaged"),
        (cut_index, "is damaged"),
        (make_folder_of_index, "is not a file"),
        (forget_all_rows, "names no bucket"),
    ],
)
def test_a_lost_index_is_a_refusal_that_says_what_to_type(root, lose, fault):
    before = files(root)
    lose(root)
    index = sorted((path.name, path.is_file()) for path in root.glob(".index*"))
    with pytest.raises(Refusal, match=rf"{fault}.* farm, mill beside it hold files.*`vedette repair --data"):
        FolderBlobs(root)
    assert files(root) == before
    assert sorted((path.name, path.is_file()) for path in root.glob(".index.db")) == index[:1]


def test_a_new_folder_and_one_with_empty_buckets_only_are_opened(tmp_path):
    FolderBlobs(tmp_path / "buckets").close()
    (tmp_path / "buckets" / INDEX).unlink()
    assert opened(tmp_path / "buckets")[0].troubles == ()


def test_an_older_index_is_opened_and_what_was_written_since_stays(root):
    old = (root / INDEX).read_bytes()
    store = FolderBlobs(root)
    store.put("farm", "since.jpg", b"precious")
    store.close()
    delete_index(root)
    (root / INDEX).write_bytes(old)
    before = files(root)
    for _ in range(2):  # Also when it is opened again.
        standing, aside = opened(root)
        assert standing.is_older
        assert aside == 0
        (trouble,) = standing.troubles
        assert "older than what lies in farm:" in trouble
        assert files(root) == before
    assert "older" in lifecycle_pause(root).reason


def test_writing_with_an_older_index_hides_no_change_from_the_journal(root):
    old = (root / INDEX).read_bytes()
    store = FolderBlobs(root)
    for n in range(3):
        store.put("farm", f"since{n}", b"precious")
    store.close()
    delete_index(root)
    (root / INDEX).write_bytes(old)
    journal = (root / "farm" / JOURNAL).read_bytes()
    store = FolderBlobs(root)
    for n in range(5):
        store.put("farm", f"now{n}", b"new")
    store.close()
    assert (root / "farm" / JOURNAL).read_bytes().startswith(journal)
    assert opened(root)[0].is_older


def test_a_bucket_made_since_an_older_index_is_not_made_anew_over_its_objects(root):
    old = (root / INDEX).read_bytes()
    store = FolderBlobs(root)
    store.make_bucket("pond", account="0")
    store.put("pond", "a", b"precious")
    store.close()
    delete_index(root)
    (root / INDEX).write_bytes(old)
    standing, _ = opened(root)
    assert "pond" in standing.troubles[0]
    store = FolderBlobs(root)
    with pytest.raises(Busy, match="repair"):
        store.make_bucket("pond", account="0")
    store.close()
    assert (root / "pond" / JOURNAL).exists()


def test_an_index_of_another_folder_is_called_older(root, tmp_path):
    other = FolderBlobs(tmp_path / "other")
    other.make_bucket("farm", account="0")
    for n in range(50):
        other.put("farm", str(n), b"1")
    other.close()
    delete_index(root)
    shutil.copy(tmp_path / "other" / INDEX, root / INDEX)
    before, journal = files(root), (root / "farm" / JOURNAL).read_bytes()
    standing, aside = opened(root)
    assert (standing.is_older, aside) == (True, 0)
    assert "farm" in standing.troubles[-1]
    assert files(root) == before
    assert (root / "farm" / JOURNAL).read_bytes() == journal


def test_a_handful_of_strays_goes_into_quarantine_with_a_manifest(root):
    put_on_disk(root, HANDFUL)
    before = files(root)
    _, aside = opened(root)
    assert aside == HANDFUL
    items = {item.path: item for item in quarantined(root)}
    assert set(items) == {f"farm/stray{n}" for n in range(HANDFUL)}
    assert (items["farm/stray3"].reason, items["farm/stray3"].size) == (
        "a crash left it: no object names it",
        1,
    )
    assert abs(items["farm/stray3"].at_ms / 1000 - time.time()) < 60
    assert items["farm/stray3"].place.read_bytes() == b"?"
    assert (root / QUARANTINE).stat().st_mode & 0o777 == 0o700
    assert len(put_back(root, items.values())) == HANDFUL
    assert files(root) == before
    assert list(quarantined(root)) == []


def test_more_strays_than_a_handful_are_left_where_they_are(root, caplog):
    put_on_disk(root, HANDFUL + 1)
    before = files(root)
    _, aside = opened(root)
    assert aside == 0
    assert files(root) == before
    assert f"{HANDFUL + 1} files" in caplog.text
    assert "vedette repair" in caplog.text


def test_the_quarantine_is_emptied_only_when_asked(root):
    put_on_disk(root, 3)
    opened(root)
    opened(root)
    assert len(list(quarantined(root))) == 3
    assert empty(root) == 3
    assert list(quarantined(root)) == []
    assert empty(root) == 0


def test_what_comes_back_from_quarantine_replaces_nothing(root):
    put_on_disk(root, 1)
    opened(root)
    (root / "farm" / "stray0").write_bytes(b"another")
    assert put_back(root, quarantined(root)) == []
    assert (root / "farm" / "stray0").read_bytes() == b"another"
    assert len(list(quarantined(root))) == 1


def test_a_folder_that_is_no_bucket_is_left_alone(root, caplog):
    put_on_disk(root, 2, "pictures-of-mine")
    standing, aside = opened(root)
    assert aside == 0
    assert "no bucket for pictures-of-mine" in standing.troubles[0]
    assert (root / "pictures-of-mine" / "stray1").exists()


def test_a_folder_that_is_missing_is_said(root):
    shutil.rmtree(root / "farm")
    standing, _ = opened(root)
    assert "folder of the bucket farm is missing" in standing.troubles[0]


def test_a_missing_journal_is_written_anew_and_nothing_is_swept_meanwhile(root):
    journal = (root / "farm" / JOURNAL).read_bytes()
    opened(root)  # From here on the index knows that there is a journal.
    (root / "farm" / JOURNAL).unlink()
    put_on_disk(root, 1)
    standing, aside = opened(root)
    assert "journal of the bucket farm was missing" in standing.troubles[0]
    assert aside == 0
    assert len((root / "farm" / JOURNAL).read_bytes().splitlines()) == len(journal.splitlines())
    assert opened(root)[1] == 1


def test_files_replaced_before_a_crash_are_removed_by_knowledge_after_it(root):
    store = FolderBlobs(root)
    paths = [store.objects.find("farm", f"a/{n}.jpg").path for n in range(6)]
    for n in range(5):
        store.put("farm", f"a/{n}.jpg", b"new")
    store.delete("farm", "a/5.jpg")
    store._retired._queue.clear()  # As a killed process leaves it.
    store.close()
    assert all((root / path).exists() for path in paths)
    store = FolderBlobs(root)
    store._clear_up(time.time() + LATER)
    store.close()
    assert not any((root / path).exists() for path in paths)
    assert list(quarantined(root)) == []


def test_a_removed_bucket_takes_no_file_along_that_no_object_named(root):
    store = FolderBlobs(root)
    for n in range(6):
        store.delete("farm", f"a/{n}.jpg")
    (root / "farm" / "mine.jpg").write_bytes(b"by hand")
    store.remove_bucket("farm")
    assert not (root / "farm").exists()
    (item,) = quarantined(root)
    assert (item.path, item.place.read_bytes()) == ("farm/mine.jpg", b"by hand")
    assert "bucket was removed" in item.reason
    store.make_bucket("farm", account="0")
    store.put("farm", "a", b"1")
    store.close()
    assert opened(root)[0].troubles == ()


def test_a_bucket_whose_removal_was_killed_is_cleared_at_the_next_start(root):
    store = FolderBlobs(root)
    for n in range(6):
        store.delete("mill", f"a/{n}.jpg")
        store.delete("farm", f"a/{n}.jpg")
    store.buckets.delete("mill")
    store.buckets.delete("farm")
    store._retired._queue.clear()
    store.close()
    assert (root / "farm" / JOURNAL).exists()
    store = FolderBlobs(root)
    assert store.standing.troubles == ()
    store._clear_up(time.time() + LATER)
    store.close()
    assert not (root / "farm").exists()


def test_the_end_of_an_upload_is_remembered_for_a_week(root):
    store = FolderBlobs(root)
    for upload in ("ended", "open"):
        store.uploads.begin("farm", "big", upload=upload, owner="0", about=About())
    store.uploads.complete(
        store.uploads.find("farm", "big", "ended"), [], store.draft(), etag="x-1", about=About()
    )
    now = time.time()
    assert forget_ended(store._index, now + WEEK - 60) == 0
    assert store.uploads.find("farm", "big", "ended", or_done=True).result["etag"] == "x-1"
    assert forget_ended(store._index, now + WEEK + 60) == 1
    with pytest.raises(Refusal, match="does not exist"):
        store.uploads.find("farm", "big", "ended", or_done=True)
    assert store.uploads.find("farm", "big", "open").id == "open"
    store.close()
