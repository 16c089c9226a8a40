"""The servers of a database: who lives, who died, and what they differ in."""

import pytest

from vedette.errors import Busy
from vedette.jobs.members import ServerMember, ServerRoll, ServerSelf, differences, list_members
from vedette.jobs.store import LEASE_MS
from vedette.jobs.tables import servers
from vedette.store.db import open_database

postgres = pytest.mark.postgres


@pytest.fixture
def shared(request):
    """A fresh PostgreSQL database, since servers share no other."""
    maker = request.getfixturevalue("postgres_maker")
    address, folder = maker.new()
    opened = open_database(address, folder)
    yield opened
    opened.close()
    maker.drop(address)


def roll(database, name, folder="f", **options):
    return ServerRoll(database, ServerSelf(name, folder, "0.1.0", "0041"), **options)


def ids(database):
    with database.read() as connection:
        return [member.id for member in list_members(connection)]


def silence(database, name):
    """Make it look as if a server had not been heard of for longer than a lease."""
    with database.write() as connection:
        late = servers.c.seen_ms - LEASE_MS - 1000
        connection.execute(servers.update().where(servers.c.id == name).values(seen_ms=late))


@postgres
def test_servers_enter_see_one_another_and_leave(shared):
    first, second = roll(shared, "a", units=lambda: {"7": 2}), roll(shared, "b")
    first.enter(is_alone=True)
    first.address = "http://a"
    first.look()
    second.enter(is_alone=False)
    second.look()
    first.look()
    assert ids(shared) == ["a", "b"]
    assert (first.count, second.count) == (2, 2)
    assert second.holds_elsewhere(7)
    assert not second.holds_elsewhere(8)
    assert not first.holds_elsewhere(7)
    first.start()
    first.close()
    assert ids(shared) == ["b"]


@postgres
def test_a_silent_server_is_taken_off_once_and_what_it_left_taken_up(shared):
    heard = []
    watching = [roll(shared, name) for name in "ab"]
    for one in watching:
        one.on_gone(lambda one=one: heard.append(one.own.id))
        one.enter(is_alone=False)
    roll(shared, "c").enter(is_alone=False)
    silence(shared, "c")
    for one in watching:
        one.look()
        if one._taking_over is not None:
            one._taking_over.join()
    assert ids(shared) == ["a", "b"]
    assert heard == ["a"]


@postgres
def test_a_server_that_was_taken_for_dead_comes_back(shared):
    first, second = roll(shared, "a"), roll(shared, "b")
    first.enter(is_alone=True)
    second.enter(is_alone=False)
    silence(shared, "a")
    second.look()
    assert ids(shared) == ["b"]
    first.look()
    assert sorted(ids(shared)) == ["a", "b"]


@postgres
def test_who_holds_the_folder_alone_takes_the_others_of_it_for_dead(shared):
    roll(shared, "killed").enter(is_alone=True)
    roll(shared, "again").enter(is_alone=True)
    assert ids(shared) == ["again"]


@postgres
def test_a_server_with_another_folder_is_refused_while_the_first_lives(shared):
    roll(shared, "a", "here").enter(is_alone=True)
    with pytest.raises(Busy, match="all servers of an installation share one folder"):
        roll(shared, "b", "there").enter(is_alone=True)
    assert ids(shared) == ["a"]
    silence(shared, "a")
    roll(shared, "b", "there").enter(is_alone=True)
    assert "b" in ids(shared)


def test_with_sqlite_nothing_is_written(sqlite_maker):
    opened = open_database(*sqlite_maker.new())
    alone = roll(opened, "a")
    alone.enter(is_alone=True)
    alone.start()
    alone.close()
    with opened.read() as connection:
        assert connection.execute(servers.select()).all() == []
    opened.close()


def member(**facts):
    values = {
        "id": "b",
        "host": "h",
        "address": "http://b",
        "folder": "f",
        "release": "0.1.0",
        "change": "0041",
        "began_ms": 0,
        "silent_ms": 0,
        "ahead_ms": 0,
        "units": {},
    }
    return ServerMember(**{**values, **facts})


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({}, ""),
        ({"ahead_ms": 30_000}, ""),
        (
            {"ahead_ms": -60_500},
            "The clock of the server http://b is 60 s behind the database's: set it by NTP, since signatures "
            "and sessions are judged by it.",
        ),
        (
            {"release": "0.0.9", "change": "0040"},
            "The server http://b is of release 0.0.9 (change 0040), this program of 0.1.0 (change 0041): "
            "update the older one soon.",
        ),
    ],
)
def test_what_differs_is_said(facts, sentence):
    own = ServerSelf("a", "f", "0.1.0", "0041")
    assert " ".join(differences(own, member(**facts))) == sentence


@postgres
def test_the_ways_of_signing_in_are_those_of_all_who_live(shared):
    first, second = (
        ServerRoll(shared, ServerSelf(name, "f", "0.1.0", "0065", ways))
        for name, ways in (("a", ("local",)), ("b", ("https://id.example",)))
    )
    first.enter(is_alone=True)
    assert first.sign_in() == {"local"}
    second.enter(is_alone=False)
    assert first.sign_in() == second.sign_in() == {"local", "https://id.example"}
    silence(shared, "a")
    assert second.sign_in() == {"https://id.example"}, "of the dead nobody signs in"
    with shared.write() as connection:  # a server of an earlier release
        connection.execute(servers.update().where(servers.c.id == "a").values(seen_ms=1 << 60, sign_in=None))
    assert second.sign_in() is None
