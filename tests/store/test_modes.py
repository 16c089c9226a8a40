import os
import stat

import pytest

from vedette.store.modes import open_paths, private, tighten


def mode(path):
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture
def folder(tmp_path):
    """A folder as an older release left it: everybody may read it."""
    place = tmp_path / "data"
    (place / "buckets" / "b").mkdir(parents=True)
    (place / "buckets" / "b" / "object").write_bytes(b"x")
    (place / "run").write_bytes(b"x")
    for path in (place, place / "buckets", place / "buckets" / "b"):
        path.chmod(0o755)
    (place / "buckets" / "b" / "object").chmod(0o644)
    (place / "run").chmod(0o755)
    return place


def test_everything_below_a_folder_is_closed_to_others_and_keeps_its_owners_bits(folder):
    assert tighten(folder) == 5
    assert [mode(path) for path in (folder, folder / "buckets", folder / "buckets" / "b")] == [0o700] * 3
    assert mode(folder / "buckets" / "b" / "object") == 0o600
    assert mode(folder / "run") == 0o700
    assert tighten(folder) == 0


def test_a_link_is_not_followed(folder, tmp_path):
    outside, beside = tmp_path / "outside", tmp_path / "beside"
    beside.mkdir(mode=0o755)
    beside.chmod(0o755)
    for file in (outside, beside / "file"):
        file.write_bytes(b"x")
        file.chmod(0o644)
    (folder / "link").symlink_to(outside)
    (folder / "linked").symlink_to(beside)
    tighten(folder)
    assert [mode(path) for path in (outside, beside, beside / "file")] == [0o644, 0o755, 0o644]


def test_a_socket_is_closed_too(folder):
    import socket

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(folder / "s"))
        (folder / "s").chmod(0o777)
        tighten(folder)
        assert mode(folder / "s") == 0o700


def test_what_is_open_is_named_and_left(folder):
    names = {path.relative_to(folder).as_posix() for path in open_paths(folder)}
    assert names == {".", "buckets", "buckets/b", "buckets/b/object", "run"}
    assert mode(folder) == 0o755
    tighten(folder)
    assert list(open_paths(folder)) == []


def test_what_is_written_privately_is_its_owners_alone(tmp_path):
    before = os.umask(0o022)
    try:
        with private():
            (tmp_path / "f").touch()
            (tmp_path / "d").mkdir()
        (tmp_path / "after").touch()
    finally:
        os.umask(before)
    assert [mode(tmp_path / name) for name in ("f", "d", "after")] == [0o600, 0o700, 0o644]
