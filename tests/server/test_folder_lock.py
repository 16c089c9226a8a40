"""A data folder belongs to one server at a time, of whichever release."""

import pytest

from vedette.errors import Busy
from vedette.server.lifecycle import locked


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
