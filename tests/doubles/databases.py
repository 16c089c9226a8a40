"""Fixtures for rooms with tables: every test runs on SQLite, and in its lane on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from doubles.houses import MovedClock, PostgresMaker, SqliteMaker, a_house
from doubles.postgres import find_programs, running_postgres
from vedette.api.house import House
from vedette.store import db
from vedette.store.db import Database, open_database


class CompiledOnce:
    """Makes engines that share what SQLAlchemy compiled, whichever database each is of.

    Every test opens an engine of its own, and a third of its time went into compiling the same statements.
    """

    def __init__(self) -> None:
        self._first: dict[str, sqlalchemy.Engine] = {}

    def create(self, url: Any, **options: Any) -> sqlalchemy.Engine:
        """Return an engine as SQLAlchemy makes it, with the first one's dialect where that is connected."""
        engine = sqlalchemy.create_engine(url, **options)
        first = self._first.get(engine.dialect.name)
        if first is None or first.dialect.server_version_info is None:
            self._first[engine.dialect.name] = engine
        else:
            engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
        return engine


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """Have what this process opens itself share it; servers are processes of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db, "create_engine", CompiledOnce().create)
        yield


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
