"""A data folder belongs to one server at a time, of whichever release."""

import shutil

import pytest

from vedette.errors import Busy
from vedette.server.holding import hold_folder, locked
from vedette.settings import Settings


def test_a_second_server_is_refused_until_the_first_has_gone(tmp_path):
    folder = tmp_path / "data" / "of" / "vedette"
    with locked(folder):
        with pytest.raises(Busy, match=f"Another server holds the folder {folder}"), locked(folder):
            pass
        with locked(tmp_path / "other"):
            pass
    with locked(folder):
        pass


def test_every_release_takes_the_lock_under_the_same_name(tmp_path):
    """An older server that still runs must be seen, and `vedette console` reads the address there."""
    with locked(tmp_path):
        assert [path.name for path in tmp_path.iterdir()] == ["server.lock"]


SHARED = {"database": "postgresql://nobody/nothing", "s3_endpoint": "http://s3"}


def a_hold(folder, **settings):
    return hold_folder(Settings(data=folder, **settings), start_s=0.3)


def test_servers_on_a_postgresql_and_an_s3_share_the_folder_once_the_first_lets_them(tmp_path):
    with a_hold(tmp_path, **SHARED) as first:
        assert first.is_alone
        with pytest.raises(Busy, match=r"has held the folder .* alone for"), a_hold(tmp_path, **SHARED):
            pass
        first.share()
        with a_hold(tmp_path, **SHARED) as second:
            assert not second.is_alone
            assert second.scratch != first.scratch
            assert second.id == first.id
            with pytest.raises(Busy, match="Another server holds"), a_hold(tmp_path):
                pass
        assert not second.scratch.exists()
        assert first.scratch.exists()


def test_a_command_that_needs_the_folder_alone_keeps_servers_out_and_they_it(tmp_path):
    with locked(tmp_path), pytest.raises(Busy), a_hold(tmp_path, **SHARED):
        pass
    with a_hold(tmp_path, **SHARED) as first:
        first.share()
        with pytest.raises(Busy), locked(tmp_path):
            pass


def test_what_a_dead_server_left_of_its_own_is_cleared_and_a_living_ones_is_not(tmp_path):
    dead = tmp_path / "servers" / "0123"
    dead.mkdir(parents=True)
    (dead / "lock").touch()
    (dead / "imports").mkdir()
    with a_hold(tmp_path, **SHARED) as first:
        assert not dead.exists()
        (first.scratch / "imports").mkdir()
        first.share()
        with a_hold(tmp_path, **SHARED):
            assert (first.scratch / "imports").exists()


def test_a_copy_of_the_folder_is_another_folder(tmp_path):
    (tmp_path / "a").mkdir()
    with a_hold(tmp_path / "a", **SHARED) as first:
        pass
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    with a_hold(tmp_path / "b", **SHARED) as copy:
        assert copy.id != first.id


def test_without_an_s3_a_second_server_on_postgresql_is_told_what_is_missing(tmp_path):
    alone = {"database": SHARED["database"]}
    with a_hold(tmp_path, **alone) as first:
        assert first.is_alone
        with pytest.raises(Busy, match="set VEDETTE_S3_ENDPOINT for all of them"), a_hold(tmp_path, **alone):
            pass
