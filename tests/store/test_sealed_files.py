import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.store.blobs.backup import copy_buckets
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.blobs.repair import RepairOptions, repair_buckets
from vedette.store.blobs.report import DAMAGED
from vedette.store.blobs.sealed import (
    CHUNK,
    HEAD,
    SALT,
    SEALED,
    TAG,
    DamagedSeal,
    SealedStretch,
    Sealer,
    open_sealed,
    place_of,
    read_sealed,
    sealed_size,
)

KEY, OTHER = bytes(32), bytes(range(32))
PLACE = place_of("plant", "a")
BODY = os.urandom(3 * CHUNK + 77)


class OneKey:
    """Keys of objects: one for all, as a room would give it."""

    def open(self, blob):
        return KEY

    def data_key(self, bucket, key, encryption):
        return KEY

    def for_new(self, bucket, key):
        return {SEALED: "x", SALT: os.urandom(8).hex()}


def sealed(body, key=KEY, place=PLACE, pieces=1):
    sealer = Sealer(key, place)
    step = max(1, -(-len(body) // pieces))
    chunks = [chunk for at in range(0, len(body), step) for chunk in sealer.update(body[at : at + step])]
    return b"".join([*chunks, *sealer.finish()])


@pytest.fixture
def file(tmp_path):
    """`file(content)` returns a file with it, open for reading."""
    handles = []

    def make(content):
        path = tmp_path / str(len(handles))
        path.write_bytes(content)
        handles.append(os.open(path, os.O_RDONLY))
        return handles[-1]

    yield make
    for handle in handles:
        os.close(handle)


def opened(handle, size, start=0, length=None, key=KEY, place=PLACE):
    length = size - start if length is None else length
    return b"".join(read_sealed(handle, [SealedStretch(size, key)], place, start, length))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, len(BODY)])
@pytest.mark.parametrize("pieces", [1, 3, 50])
def test_what_was_sealed_comes_back_however_it_came(file, size, pieces):
    content = sealed(BODY[:size], pieces=pieces)
    assert len(content) == sealed_size(size)
    assert opened(file(content), size) == BODY[:size]


@given(st.data())
def test_every_range_is_what_it_is_of_the_bytes(data):
    sizes = data.draw(
        st.lists(st.sampled_from([0, 5, CHUNK, CHUNK + 1, 2 * CHUNK + 9]), min_size=1, max_size=3)
    )
    bodies = [BODY[:size] for size in sizes]
    keys = [bytes([number]) * 32 for number in range(len(sizes))]
    whole = b"".join(bodies)
    start = data.draw(st.integers(0, len(whole)))
    length = data.draw(st.integers(0, len(whole) - start))
    handle = os.memfd_create("sealed")
    try:
        os.write(handle, b"".join(sealed(body, key) for body, key in zip(bodies, keys, strict=True)))
        stretches = [SealedStretch(size, key) for size, key in zip(sizes, keys, strict=True)]
        found = b"".join(read_sealed(handle, stretches, PLACE, start, length))
    finally:
        os.close(handle)
    assert found == whole[start : start + length]


def changes():
    content = sealed(BODY)
    chunk = CHUNK + TAG
    first, second = len(HEAD), len(HEAD) + chunk
    yield "cut by a byte", content[:-1]
    yield "cut by a chunk", content[: len(HEAD) + 3 * chunk]
    yield (
        "chunks exchanged",
        content[:first]
        + content[second : second + chunk]
        + content[first:second]
        + content[second + chunk :],
    )
    yield "a bit of a chunk", content[:100] + bytes([content[100] ^ 1]) + content[101:]
    yield "a bit of the head", bytes([content[0] ^ 1]) + content[1:]
    yield "a later form", content[:14] + b"\2" + content[15:]
    yield "nothing", b""
    yield "another object's", sealed(BODY, place=place_of("plant", "b"))
    yield "another bucket's", sealed(BODY, place=place_of("plan", "ta"))
    yield "another key's", sealed(BODY, OTHER)


@pytest.mark.parametrize(("name", "content"), list(changes()))
def test_a_changed_file_opens_for_nobody(file, name, content):
    with pytest.raises(DamagedSeal):
        opened(file(content), len(BODY))


def test_a_stream_of_it_is_read_and_sought_as_any_other(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(sealed(BODY))
    with open_sealed(path, [SealedStretch(len(BODY), KEY)], PLACE) as stream:
        assert stream.read(10) == BODY[:10]
        assert stream.seek(-5, io.SEEK_END) == len(BODY) - 5
        assert stream.read() == BODY[-5:]
        stream.seek(CHUNK - 1)
        assert stream.read(3) == BODY[CHUNK - 1 : CHUNK + 2]
        assert not hasattr(stream, "name")


@pytest.fixture
def store(tmp_path):
    store = FolderBlobs(tmp_path / "buckets")
    store.keys = OneKey()
    store.make_bucket("plant", account="000000000000")
    yield store
    store.close()


def test_rooms_read_what_is_sealed_as_it_was(store):
    store.put("plant", "a", BODY)
    assert store.read("plant", "a") == BODY
    assert store.find("plant", "a").size == len(BODY)
    (path,) = (file for file in (store.root / "plant").iterdir() if "%" not in file.name)
    assert path.stat().st_size == sealed_size(len(BODY))
    store.put("plant", "streamed", io.BytesIO(BODY * 9))
    with store.open("plant", "streamed") as stream:
        assert stream.read() == BODY * 9


@pytest.mark.parametrize("keeps_index", [True, False])
def test_a_backup_and_a_repair_take_it_for_whole(store, tmp_path, keeps_index):
    store.put("plant", "a", BODY)
    store.wait_for_journals()
    copied = copy_buckets(store.root, tmp_path / "copy", links=False)
    assert (copied.missing, copied.damaged) == ((), ())
    if not keeps_index:
        (tmp_path / "copy" / ".index.db").unlink()
    report = repair_buckets(tmp_path / "copy", RepairOptions("000000000000", is_deep=True))
    assert DAMAGED not in report.notices
    again = FolderBlobs(tmp_path / "copy")
    again.keys = OneKey()
    assert again.read("plant", "a") == BODY
    again.close()
