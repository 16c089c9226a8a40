"""A house in which the tests of this folder make stacks without a server."""

import pytest

from doubles.houses import MovedClock, a_house
from doubles.stack_desks import StackDesk
from vedette.store.db import open_database


@pytest.fixture
def desk(sqlite_maker, tmp_path):
    address, folder = sqlite_maker.new(tmp_path / "data")
    database = open_database(address, folder)
    house = a_house(database, MovedClock(), folder)
    house.jobs.start()
    yield StackDesk(house)
    house.jobs.close()
    house.blobs.close()
    database.close()
