"""Fixtures for rooms with tables: every test runs on SQLite, and in its lane on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from doubles.houses import MovedClock, PostgresMaker, SqliteMaker, a_house
from doubles.postgres import find_programs, running_postgres
from vedette.api.house import House
from vedette.store.db import Database, open_database


@pytest.fixture(scope="session")
def sqlite_maker(tmp_path_factory: pytest.TempPathFactory) -> SqliteMaker:
    """Makes SQLite databases."""
    return SqliteMaker(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_maker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresMaker]:
    """Makes databases on one PostgreSQL server, which ends with the run."""
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed; tools/install_postgres brings Debian's")
    with running_postgres(programs) as address:
        maker = PostgresMaker(address, tmp_path_factory.mktemp("postgres"))
        yield maker
        maker.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest) -> Iterator[tuple[str, Path]]:
    """The address and folder of a fresh database, once of each kind."""
    maker: SqliteMaker | PostgresMaker = request.getfixturevalue(f"{request.param}_maker")
    created = maker.new()
    yield created
    maker.drop(created[0])


@pytest.fixture
def database(address: tuple[str, Path]) -> Iterator[Database]:
    """A fresh database, once of each kind."""
    opened = open_database(*address)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> MovedClock:
    """A clock that the test moves."""
    return MovedClock()


@pytest.fixture
def house(database: Database, clock: MovedClock, tmp_path: Path) -> Iterator[House]:
    """A house without a server, over a fresh database of each kind."""
    created = a_house(database, clock, tmp_path)
    yield created
    created.jobs.close()
    created.blobs.close()
