import errno
import shutil

import pytest

from vedette.errors import NoSpace
from vedette.server.room import make_room
from vedette.store import reserve as room
from vedette.store.disk import NO_SPACE
from vedette.store.reserve import LOW, NAME, Reserve

SIZE = 3 * 1024**2 + 5


class Disk:
    """A disk that says what a test wants it to."""

    def __init__(self, monkeypatch):
        self.free = 100 * 1024**2
        monkeypatch.setattr(room.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1024**3, 0, 0))
        monkeypatch.setattr(room, "free_bytes", lambda _: self.free)


@pytest.fixture
def disk(monkeypatch):
    return Disk(monkeypatch)


@pytest.fixture
def reserve(disk, tmp_path):
    return Reserve(tmp_path, size=SIZE)


def test_a_reserve_takes_real_room_and_is_made_once(reserve, tmp_path):
    assert reserve.renew()
    made = (tmp_path / NAME).stat()
    assert made.st_size == SIZE
    assert made.st_blocks * 512 >= SIZE
    assert reserve.renew()
    assert (tmp_path / NAME).stat().st_ino == made.st_ino
    assert [file.name for file in tmp_path.iterdir()] == [NAME]


def test_where_the_system_reserves_nothing_real_bytes_are_written(reserve, tmp_path, monkeypatch):
    monkeypatch.delattr(room.os, "posix_fallocate", raising=False)
    assert reserve.renew()
    data = (tmp_path / NAME).read_bytes()
    assert len(data) == SIZE
    assert len(set(data[-1000:])) > 100, "bytes that compress away reserve nothing"


def test_while_it_is_given_up_nothing_is_written_and_deleting_goes_on(reserve, disk, tmp_path, caplog):
    reserve.renew()
    disk.free = LOW - 1
    assert reserve.is_tight()
    make_room(reserve, "writes")  # not refused yet: the disk itself says so, or there is a little left
    make_room(reserve, "removes")
    assert not (tmp_path / NAME).exists()
    with pytest.raises(NoSpace, match=NO_SPACE):
        make_room(reserve, "writes")
    for effect in ("removes", "reads", "removes"):
        make_room(reserve, effect)
    assert caplog.text.count("The disk is full") == 1


def test_it_is_made_again_when_there_is_room_for_it_twice(reserve, disk, tmp_path):
    reserve.renew()
    reserve.give_up()
    disk.free = 2 * SIZE - 1
    assert not reserve.renew()
    assert reserve.is_tight()
    disk.free = 2 * SIZE
    assert reserve.renew()
    assert not reserve.is_tight()
    make_room(reserve, "writes")
    assert (tmp_path / NAME).exists()


def test_a_start_with_too_little_room_keeps_what_there_is_for_deleting(reserve, disk, tmp_path, caplog):
    disk.free = 2 * SIZE - 1
    assert not reserve.renew()
    with pytest.raises(NoSpace):
        make_room(reserve, "writes")
    assert "There are 6 MiB left on the disk, which deleting needs" in caplog.text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG, errno.EDQUOT])
def test_a_reserve_that_cannot_be_made_leaves_no_half_and_refuses_nothing(
    disk, tmp_path, monkeypatch, number, caplog
):
    def fail(file, start, size):
        raise OSError(number, "not so much")

    monkeypatch.setattr(room.os, "posix_fallocate", fail, raising=False)
    reserve = Reserve(tmp_path, size=SIZE, again_s=0.001)
    reserve.open()
    room.threading.Event().wait(0.1)
    reserve.close()
    make_room(reserve, "writes")
    assert list(tmp_path.iterdir()) == []
    assert caplog.text.count("The reserve for a full disk cannot be made") == 1


def test_writes_are_taken_as_soon_as_there_is_room_before_the_reserve_is_made_again(reserve, disk):
    reserve.renew()
    disk.free = LOW - 1
    reserve.give_up()
    with pytest.raises(NoSpace):
        make_room(reserve, "writes")
    disk.free = 2 * SIZE
    make_room(reserve, "writes")


def test_a_small_disk_gives_an_eighth(tmp_path, monkeypatch):
    monkeypatch.setattr(room.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(8000, 0, 0))
    monkeypatch.setattr(room, "free_bytes", lambda _: 8000)
    reserve = Reserve(tmp_path)
    reserve.renew()
    assert (tmp_path / NAME).stat().st_size == 1000


def test_it_is_kept_up_beside_everything_else(disk, tmp_path):
    reserve = Reserve(tmp_path, size=1000, again_s=0.01)
    reserve.open()
    try:
        for _ in range(2):
            for _ in range(500):
                if (tmp_path / NAME).exists():
                    break
                room.threading.Event().wait(0.01)
            assert (tmp_path / NAME).exists()
            reserve.give_up()
    finally:
        reserve.close()


def test_the_room_is_that_of_the_system(tmp_path, monkeypatch):
    free = shutil.disk_usage(tmp_path).free
    assert abs(room.free_bytes(tmp_path) - free) < free / 10
    monkeypatch.delattr(room.os, "statvfs")
    monkeypatch.setattr(room.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(3, 1, 2))
    assert room.free_bytes(tmp_path) == 2


def test_the_disk_is_asked_only_for_what_may_remove(reserve, disk, monkeypatch):
    def fail():
        raise AssertionError("nobody should have asked")

    monkeypatch.setattr(reserve, "is_tight", fail)
    make_room(reserve, "reads")
    make_room(reserve, "writes")
    with pytest.raises(AssertionError, match="nobody"):
        make_room(reserve, "removes")
