"""The last administrator stays, however many servers share the database."""

import threading

import pytest

from vedette.errors import Busy
from vedette.identity.administrators import has_administrator
from vedette.identity.directory import Directory
from vedette.identity.seal import Seal
from vedette.store.db import Database

HOME = "000000000001"


@pytest.fixture
def two_servers(database):
    """The directories of two servers on one database; its account has two administrators and no root key."""
    seal = Seal(bytes(32))
    first, second = (Directory(Database(database.engine), seal) for _ in range(2))
    first.create_account(HOME)
    for name in ("ann", "bob"):
        first.create_user(HOME, name, ["administrator"])
        first.create_key(HOME, name)
    return first, second


def attempt(action, results):
    try:
        action()
        results.append("done")
    except Busy:
        results.append("refused")


def test_two_administrators_who_remove_one_another_at_two_servers_are_not_both_gone(two_servers, database):
    barrier, results = threading.Barrier(2), []

    def remove(directory, name):
        barrier.wait()
        attempt(lambda: directory.guarded(HOME).delete_user(HOME, name), results)

    threads = [
        threading.Thread(target=remove, args=pair) for pair in zip(two_servers, ("ann", "bob"), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["done", "refused"]
    with database.read() as connection:
        assert has_administrator(connection, HOME)


def test_a_disabled_key_and_a_deleted_group_count_too(two_servers):
    directory, other = two_servers
    (key,) = directory.keys(HOME, "ann")
    directory.guarded(HOME).enable_key(key.id, enabled=False)
    (last,) = directory.keys(HOME, "bob")
    with pytest.raises(Busy, match="last administrator"):
        other.guarded(HOME).delete_key(last.id)
    assert directory.keys(HOME, "bob") == [last], "nothing of it was done"


def test_the_operator_on_the_machine_may_take_the_last_one(two_servers):
    directory, _ = two_servers
    for name in ("ann", "bob"):
        directory.delete_user(HOME, name)
    assert directory.users(HOME) == []
