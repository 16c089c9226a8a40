"""Links and sessions of the console beside a clock that is set: nobody stays in by it, none is locked out."""

import pytest

from doubles.houses import HERE
from vedette.errors import Denied
from vedette.identity.console_session import Browser, SessionLength
from vedette.identity.identity import Identity
from vedette.identity.seal import Seal

LENGTH = SessionLength()


@pytest.fixture
def console(database, clock):
    identity = Identity(database, Seal(bytes(32)), clock)
    identity.directory.create_account(HERE)
    return identity.console


def opens(console, link):
    try:
        return console.open_link(link, Browser(), LENGTH)[0]
    except Denied:
        return None


@pytest.mark.parametrize("hours", [2, 24, 24 * 40, -24, -24 * 400])
def test_a_link_that_a_wrong_clock_refused_opens_once_when_it_is_right(console, clock, hours):
    link = console.create_link(HERE)
    clock.leap(hours=hours)
    assert opens(console, link) is None
    clock.leap(hours=-hours)
    assert opens(console, link)
    assert opens(console, link) is None


@pytest.mark.parametrize("minutes", [-59, -1, 59])
def test_a_link_opens_where_the_clock_was_set_by_less_than_an_hour(console, clock, minutes):
    link = console.create_link(HERE)
    clock.leap(minutes=minutes)
    assert opens(console, link)


def test_a_link_outlives_another_that_is_made_while_the_clock_is_a_day_fast(console, clock):
    link = console.create_link(HERE)
    clock.leap(days=1)
    console.create_link(HERE)
    clock.leap(days=-1)
    assert opens(console, link)


@pytest.mark.parametrize("hours", [12, 24, 24 * 40, -12, -24 * 400])
def test_a_session_ends_while_the_clock_is_wrong_and_is_there_again_when_it_is_right(console, clock, hours):
    token = opens(console, console.create_link(HERE))
    clock.leap(hours=hours)
    assert console.find(token, LENGTH) is None
    clock.leap(hours=-hours)
    assert console.find(token, LENGTH) is not None


def test_a_clock_set_back_makes_no_session_idle_for_longer(console, clock):
    token = opens(console, console.create_link(HERE))
    clock.leap(hours=-11)
    assert console.find(token, LENGTH) is not None
    clock.move(hours=12)
    assert console.find(token, LENGTH) is None
