"""The journal of a bucket: what is committed is in it, and what tears it is put right."""

import contextlib
import json
import os
import resource
import threading

import pytest

from vedette.errors import Refusal
from vedette.store.blobs import journals as module
from vedette.store.blobs.appending import OpenJournal
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.blobs.journal import FRESH, JOURNAL, JournalReader, decode, encode, read_end
from vedette.store.blobs.values import About, UploadPart


@pytest.fixture
def blobs(tmp_path):
    store = FolderBlobs(tmp_path / "buckets")
    store.make_bucket("farm", account="000000000000")
    yield store
    store.close()


def journal(store, bucket="farm"):
    return store.root / bucket / JOURNAL


def entries(store, bucket="farm"):
    """Return the operations of every line, as plain values."""
    return [json.loads(json.dumps(entry.operations)) for entry in JournalReader(journal(store, bucket))]


def reopened(store):
    store.close()
    store.__init__(store.root)
    store.wait_for_journals()
    return store


def test_every_change_is_a_line_in_the_order_of_its_commit(blobs):
    blobs.put("farm", "a.jpg", b"1", content_type="image/jpeg")
    blobs.buckets.set_versioning("farm", "Enabled")
    blobs.buckets.put_document("farm", "policy", b"\x00\xff")
    blobs.delete("farm", "a.jpg")
    blobs.buckets.delete_documents("farm", ["policy"])
    lines = list(JournalReader(journal(blobs)))
    assert [entry.number for entry in lines] == [1, 2, 3, 4, 5, 6]
    words = [[operation[0] for operation in entry.operations] for entry in lines]
    assert words == [["bucket"], ["put"], ["bucket"], ["document"], ["put"], ["no-document"]]
    put = lines[1].operations[0][1]
    assert (put["key"], put["size"], put["about"]["content_type"]) == ("a.jpg", 1, "image/jpeg")


def test_a_replaced_object_and_a_removed_one_are_said_once(blobs):
    blobs.put("farm", "a", b"1")
    blobs.put("farm", "a", b"22")
    blobs.delete("farm", "a")
    blobs.delete("farm", "a")  # Nothing changes, so nothing is written.
    *_, first, second, third = entries(blobs)
    assert [operation[0] for operation in first + second] == ["put", "put"]
    assert second[0][1]["size"] == 2
    assert third == [["drop", "a", "null"]]


def test_an_upload_is_in_it_from_its_beginning_to_its_end(blobs):
    upload = blobs.uploads.begin("farm", "big", upload="u1", owner="0", about=About())
    draft = blobs.draft()
    draft.add(b"part")
    part = blobs.uploads.put_part(upload, draft, UploadPart(1, 0, "e1"))
    blobs.uploads.complete(upload, [part], blobs.draft(), etag="x-1", about=About())
    other = blobs.uploads.begin("farm", "big", upload="u2", owner="0", about=About())
    blobs.uploads.abort(other)
    words = [[operation[0] for operation in operations] for operations in entries(blobs)]
    assert words == [["bucket"], ["upload"], ["part"], ["put", "upload"], ["upload"], ["no-upload"]]


def test_what_was_undone_is_not_in_it(blobs):
    def refuse(_):
        raise Refusal("no")

    draft = blobs.draft()
    draft.add(b"1")
    with pytest.raises(Refusal):
        blobs.objects.put("farm", "a", draft, owner="0", about=About(), check=refuse)
    blobs.put("farm", "b", b"1")
    assert [operations[0][0] for operations in entries(blobs)] == ["bucket", "put"]


def test_a_journal_is_readable_by_its_owner_alone(blobs):
    assert journal(blobs).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("cut", [1, 5, 60, 10_000])
def test_a_journal_that_lost_its_end_is_written_anew_at_the_next_start(blobs, cut):
    for n in range(8):
        blobs.put("farm", str(n), b"1")
    whole = journal(blobs).read_bytes()
    journal(blobs).write_bytes(whole[:-cut])
    reopened(blobs)
    keys = [operations[0][1]["key"] for operations in entries(blobs) if operations[0][0] == "put"]
    assert keys == [str(n) for n in range(8)]
    assert read_end(journal(blobs)).number == 9
    blobs.put("farm", "8", b"1")
    assert read_end(journal(blobs)).number == 10


def test_zeros_that_a_loss_of_power_left_are_written_over(blobs):
    blobs.put("farm", "a", b"1")
    with journal(blobs).open("ab") as file:
        file.write(bytes(100_000))
    assert not read_end(journal(blobs)).is_whole
    reopened(blobs)
    assert read_end(journal(blobs)).is_whole
    assert len(entries(blobs)) == 2


def test_a_store_from_before_there_were_journals_gets_them(blobs):
    for n in range(5):
        blobs.put("farm", str(n), b"1")
    with blobs._index.still() as db:
        db.execute("DROP TABLE journals")
        db.execute("PRAGMA user_version = 1")
    journal(blobs).unlink()
    reopened(blobs)
    assert blobs.standing.troubles == ()
    assert [operations[0][0] for operations in entries(blobs)] == ["bucket"] + ["put"] * 5


def test_the_first_change_of_an_old_store_waits_for_its_journal(blobs):
    for n in range(5):
        blobs.put("farm", str(n), b"1")
    with blobs._index.still() as db:
        db.execute("DELETE FROM journals")
    journal(blobs).unlink()
    blobs.put("farm", "5", b"1")  # Its first change by number, and not the bucket's first.
    blobs.wait_for_journals()
    assert [operations[0][0] for operations in entries(blobs)] == ["bucket"] + ["put"] * 6


def test_a_change_that_could_not_be_written_down_is_no_failure_and_comes_later(blobs, caplog):
    blobs.put("farm", "a", b"1")
    journal(blobs).unlink()
    journal(blobs).mkdir()  # As a full disk would, it fails every write.
    blobs.put("farm", "b", b"1")
    assert "lags behind" in caplog.text
    journal(blobs).rmdir()
    blobs._journals._rests_until.clear()
    blobs.put("farm", "c", b"1")
    blobs.wait_for_journals()
    assert [operations[0][0] for operations in entries(blobs)] == ["bucket", "put", "put", "put"]
    assert read_end(journal(blobs)).number == 4


def test_a_journal_that_has_grown_is_written_anew_while_writers_go_on(blobs):
    body = "x" * 3000

    def write(writer):
        for n in range(150):
            draft = blobs.draft()
            draft.add(b"1")
            about = About(metadata={"m": body})
            blobs.objects.put("farm", f"{writer}/{n % 3}", draft, owner="0", about=about)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    blobs.wait_for_journals()
    assert journal(blobs).stat().st_size < module.LEAST
    assert not journal(blobs).with_name(FRESH).exists()
    assert read_end(journal(blobs)).number == 451
    # Nothing is doubled or left out between the moment that it was written from and its end.
    numbers = [entry.number for entry in JournalReader(journal(blobs)) if entry.number]
    assert numbers == list(range(numbers[0], 452))
    puts = [operation[1]["key"] for line in entries(blobs) for operation in line if operation[0] == "put"]
    assert set(puts) == {f"{writer}/{n}" for writer in range(3) for n in range(3)}


def test_two_processes_write_one_journal(blobs):
    other = FolderBlobs(blobs.root)
    for n in range(20):
        (blobs if n % 2 else other).put("farm", str(n), b"1")
    other.close()
    assert [entry.number for entry in JournalReader(journal(blobs))] == list(range(1, 22))


def test_a_bucket_made_again_begins_a_journal_of_its_own(blobs):
    blobs.put("farm", "a", b"1")
    blobs.delete("farm", "a")
    blobs.remove_bucket("farm")
    assert not journal(blobs).exists()
    blobs.make_bucket("farm", account="1")
    assert [entry.number for entry in JournalReader(journal(blobs))] == [1]


def test_a_line_that_was_damaged_is_no_line():
    line = encode({"n": 1, "ops": [["drop", "ü", "null"]]})
    assert decode(line) == {"n": 1, "ops": [["drop", "ü", "null"]]}
    for place in range(len(line) - 1):
        damaged = line[:place] + bytes([line[place] ^ 1]) + line[place + 1 :]
        assert decode(damaged) is None or decode(damaged) == decode(line)
    assert decode(b"") is None
    assert decode(b"00000000 []\n") is None


def test_a_journal_of_a_later_program_is_refused(blobs):
    header = {"journal": 99, "generation": "x", "bucket": "farm", "number": 0}
    blobs.close()
    journal(blobs).write_bytes(encode(header))
    with pytest.raises(Refusal, match="later version"):
        FolderBlobs(blobs.root)


@contextlib.contextmanager
def files_no_longer_than(size):
    """What is written beyond is cut off there, and the next write fails, as on a disk that fills up."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_line_that_does_not_fit_leaves_nothing_of_itself(tmp_path):
    path = tmp_path / "journal"
    path.write_bytes(b"first\n")
    file = os.open(path, os.O_RDWR | os.O_APPEND)
    journal = OpenJournal(file, size=6)
    with files_no_longer_than(10), pytest.raises(OSError, match="File too large"):
        journal.write(b"second, longer\n")
    assert (path.read_bytes(), journal.size) == (b"first\n", 6)
    journal.write(b"third\n")
    os.close(file)
    assert (path.read_bytes(), journal.size) == (b"first\nthird\n", 12)
