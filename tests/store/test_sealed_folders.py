"""Sealed folders: what is written there is read there alone, and by nobody without the key."""

import io
import os

import numpy as np
import pytest

from vedette import file_access
from vedette.errors import Busy, Wrong
from vedette.file_access import copy_file, create_file, link_file, open_file, read_file, size_of, write_file
from vedette.store.blobs.sealed import CHUNK, DamagedSeal
from vedette.store.sealed_folders import (
    BEFORE,
    FOLDERS,
    SealedFolders,
    is_sealed_file,
    keys_for,
    mark_folder,
    read_mark,
)

KEY = bytes(range(32))
MARK = b"MARKED-CONTENT"


@pytest.fixture(autouse=True)
def _seals():
    before = file_access.use_seals(FOLDERS)
    yield
    file_access.use_seals(before)


@pytest.fixture
def sealed(tmp_path):
    """A folder whose files are sealed."""
    folder = tmp_path / "data" / "versions" / "7"
    folder.mkdir(parents=True)
    mark_folder(folder, b"a mark")
    FOLDERS.serve(tmp_path / "data", lambda mark: {b"a mark": KEY}[mark])
    yield folder
    FOLDERS.leave(tmp_path / "data")


@pytest.mark.parametrize("size", [0, 1, 15, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 5 * CHUNK + 77])
def test_what_is_written_is_read_again_and_lies_sealed(sealed, size):
    content = (MARK * (size // len(MARK) + 1))[:size]
    write_file(sealed / "file", content)
    assert read_file(sealed / "file") == content
    assert size_of(sealed / "file") == size
    stored = (sealed / "file").read_bytes()
    assert MARK[:8] not in stored
    assert is_sealed_file(sealed / "file")


def test_a_sealed_file_is_read_from_any_place(sealed):
    content = os.urandom(3 * CHUNK)
    write_file(sealed / "file", content)
    with open_file(sealed / "file") as file:
        file.seek(CHUNK - 5)
        assert file.read(10) == content[CHUNK - 5 : CHUNK + 5]
        file.seek(-7, io.SEEK_END)
        assert file.read() == content[-7:]


def test_arrays_and_lines_are_written_through_the_stream(sealed):
    with create_file(sealed / "a.npz") as file:
        np.savez(file, numbers=np.arange(100_000))
    with open_file(sealed / "a.npz") as file, np.load(file, allow_pickle=False) as archive:
        assert (archive["numbers"] == np.arange(100_000)).all()
    with create_file(sealed / "lines") as file:
        file.writelines(b"%d\n" % number for number in range(50_000))
    with open_file(sealed / "lines") as file:
        assert sum(int(line) for line in file) == sum(range(50_000))


def test_the_nearest_mark_counts_and_files_beside_lie_in_clear(sealed, tmp_path):
    (sealed / "package").mkdir()
    write_file(sealed / "package" / "model.onnx", MARK)
    write_file(tmp_path / "beside", MARK)
    assert MARK not in (sealed / "package" / "model.onnx").read_bytes()
    assert (tmp_path / "beside").read_bytes() == MARK
    assert keys_for(sealed / "package" / "any") == {str(sealed): KEY.hex()}
    assert keys_for(tmp_path / "any") == {}


def test_a_copy_is_sealed_as_its_place_is(sealed, tmp_path):
    write_file(sealed / "file", MARK)
    copy_file(sealed / "file", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == MARK
    link_file(tmp_path / "out", sealed / "linked")
    assert read_file(sealed / "linked") == MARK
    assert (sealed / "linked").stat().st_nlink == 1
    link_file(tmp_path / "out", tmp_path / "same")
    assert (tmp_path / "same").stat().st_nlink == 2


def test_a_file_is_renamed_within_its_folder_and_opens(sealed):
    write_file(sealed / "new", MARK)
    (sealed / "new").rename(sealed / "old")
    assert read_file(sealed / "old") == MARK


@pytest.mark.parametrize("change", ["flip", "cut", "grow", "clear", "head", "empty"])
def test_a_changed_file_is_damaged(sealed, change):
    write_file(sealed / "file", MARK * 10_000)
    stored = bytearray((sealed / "file").read_bytes())
    if change == "flip":
        stored[-3] ^= 1
    elif change == "head":
        stored[BEFORE - 2] ^= 1
    stored = {"cut": stored[:-20], "grow": stored + b"x" * 20, "clear": MARK * 100, "empty": b""}.get(
        change, stored
    )
    (sealed / "file").write_bytes(stored)
    with pytest.raises(DamagedSeal):
        read_file(sealed / "file")


def test_a_file_whose_writer_was_killed_is_damaged(sealed):
    write_file(sealed / "file", os.urandom(2 * CHUNK))
    stored = (sealed / "file").read_bytes()
    (sealed / "file").write_bytes(stored[: BEFORE + 16 + CHUNK + 16])
    with pytest.raises(DamagedSeal):
        read_file(sealed / "file")


def test_without_the_key_nothing_is_read_or_written(sealed, tmp_path):
    write_file(sealed / "file", MARK)
    FOLDERS.leave(tmp_path / "data")
    for attempt in (read_file, create_file, lambda path: write_file(path, MARK)):
        with pytest.raises(Wrong, match="not to be had here"):
            attempt(sealed / "file")
    assert not (sealed / "other").exists()
    assert read_mark(sealed) == b"a mark"


def test_a_closed_key_refuses_before_a_file_is_made(sealed, tmp_path):
    def closed(mark):
        raise Busy("The key is disabled.", kind="sealed folder")

    FOLDERS.serve(tmp_path / "data", closed)
    with pytest.raises(Busy):
        write_file(sealed / "file", MARK)
    assert not (sealed / "file").exists()


def test_another_key_opens_nothing(sealed, tmp_path):
    write_file(sealed / "file", MARK)
    others = SealedFolders()
    others.unlock(sealed, bytes(32))
    with pytest.raises(DamagedSeal), others.open(sealed / "file") as file:
        file.read()


def test_a_folder_is_sealed_before_it_has_its_mark(tmp_path):
    FOLDERS.unlock(tmp_path, KEY)
    try:
        write_file(tmp_path / "file", MARK)
        assert MARK not in (tmp_path / "file").read_bytes()
        assert read_file(tmp_path / "file") == MARK
    finally:
        FOLDERS.forget(tmp_path)
