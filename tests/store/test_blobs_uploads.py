"""Multipart uploads, through their front functions."""

import pytest

from vedette.errors import Missing, Wrong
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.blobs.uploads import LEAST_PART, choose_parts
from vedette.store.blobs.values import About, UploadPart


@pytest.fixture
def blobs(tmp_path):
    store = FolderBlobs(tmp_path / "buckets")
    store.make_bucket("farm", account="0")
    yield store
    store.close()


def begin(blobs, key="big"):
    return blobs.uploads.begin("farm", key, upload=blobs.new_id(), owner="0", about=About())


def send(blobs, upload, number, data, etag="e"):
    draft = blobs.draft()
    draft.add(data)
    return blobs.uploads.put_part(upload, draft, UploadPart(number, 0, etag))


def complete(blobs, upload, parts):
    return blobs.uploads.complete(upload, parts, blobs.draft(), etag="x-2", about=About())


def test_parts_become_one_object_in_the_order_of_their_numbers(blobs):
    upload = begin(blobs)
    send(blobs, upload, 2, b"tail", "e2")
    send(blobs, upload, 1, b"x" * LEAST_PART, "e1")
    parts = choose_parts(blobs.uploads.parts(upload), [(1, '"e1"'), (2, "e2")])
    complete(blobs, upload, parts)
    assert blobs.read("farm", "big") == b"x" * LEAST_PART + b"tail"
    assert blobs.uploads.find("farm", "big", upload.id, or_done=True).result["etag"] == "x-2"
    with pytest.raises(Missing):
        blobs.uploads.find("farm", "big", upload.id)
    blobs.close()
    assert not [path for path in (blobs.root / ".uploads").rglob("*") if path.is_file()]


def test_a_part_sent_again_replaces_the_first(blobs):
    upload = begin(blobs)
    send(blobs, upload, 1, b"first", "e1")
    send(blobs, upload, 1, b"second", "e2")
    assert [(p.number, p.size, p.etag) for p in blobs.uploads.parts(upload)] == [(1, 6, "e2")]


def test_an_aborted_upload_is_gone_with_its_parts(blobs):
    upload = begin(blobs)
    send(blobs, upload, 1, b"1")
    blobs.uploads.abort(upload)
    with pytest.raises(Missing):
        send(blobs, upload, 2, b"2")
    blobs.close()
    assert not [path for path in blobs.root.rglob("*.*") if path.is_file() and ".index" not in path.name]


@pytest.mark.parametrize(
    ("wanted", "kind"),
    [
        ([(2, "b"), (1, "a")], "part-order"),
        ([(1, "a"), (2, "b"), (1, "a")], "part-order"),
        ([(1, "a"), (1, "wrong")], "part"),
        ([(3, "c")], "part"),
        ([(1, "wrong")], "part"),
        ([(1, "a"), (2, "b")], "part-size"),
    ],
)
def test_a_list_of_parts_that_cannot_be_is_refused(wanted, kind):
    have = [UploadPart(1, LEAST_PART - 1, "a"), UploadPart(2, 1, "b")]
    with pytest.raises(Wrong) as refusal:
        choose_parts(have, wanted)
    assert refusal.value.kind == kind


def test_a_first_part_of_the_least_size_and_a_small_last_one_are_taken():
    have = [UploadPart(1, LEAST_PART, "a"), UploadPart(2, 1, "b")]
    assert choose_parts(have, [(1, "a"), (2, "b")]) == have


def test_uploads_are_listed_by_key_and_rolled_up(blobs):
    for key in ("a/1", "a/2", "b", "c"):
        begin(blobs, key)
    farm = blobs.buckets.find("farm")
    uploads, prefixes, after = blobs.listing.uploads(farm, delimiter="/", most=2)
    assert ([u.key for u in uploads], prefixes) == (["b"], ["a/"])
    assert after is not None
    rest, _, end = blobs.listing.uploads(farm, delimiter="/", after=after, most=2)
    assert ([u.key for u in rest], end) == (["c"], None)
