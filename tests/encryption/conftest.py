"""A room of keys over a database, with an account here and one elsewhere."""

import pytest

from doubles.houses import ELSEWHERE, HERE
from vedette.encryption.encryption import Encryption
from vedette.encryption.masters import InstallationMaster
from vedette.encryption.values import KeyPlace
from vedette.identity.identity import Identity
from vedette.identity.seal import Seal

PLACE = KeyPlace(HERE, "eu-west-1")


@pytest.fixture
def opened(database, clock):
    """`opened(master)` returns the room as a start with this master has it."""
    directory = Identity(database, Seal(bytes(32)), clock).directory
    for account in (HERE, ELSEWHERE):
        directory.create_account(account)

    def open_with(master=None, before=()):
        room = Encryption(
            database, master or InstallationMaster(Seal(bytes(32))), bytes(32), clock, clock.ticks
        )
        room.materials.check(before)
        return room

    return open_with


@pytest.fixture
def room(opened):
    return opened()


@pytest.fixture
def place():
    return PLACE
