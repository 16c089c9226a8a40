"""PostgreSQL stopped and started under a server: requests wait, or fail so that clients try again."""

import contextlib
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError
from sqlalchemy import create_engine, make_url
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from doubles.postgres import find_programs, postgres_server
from doubles.servers import start_server, stop_server
from vedette.store import db
from vedette.store.db import open_database
from vedette.store.stale import ASKED_AFTER_S, find_dead_lines

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def postgres():
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed; tools/install_postgres brings Debian's")
    with postgres_server(programs) as running:
        yield running


def address_of(postgres):
    return f"{postgres.address}&dbname=postgres"


def test_a_transaction_waits_for_a_database_that_comes_back(postgres, tmp_path, monkeypatch):
    monkeypatch.setattr(db, "AWAY_S", 120.0)
    database = open_database(address_of(postgres), tmp_path)
    try:
        with database.read() as connection:
            assert connection.exec_driver_sql("select 1").scalar() == 1
        postgres.stop(signal.SIGQUIT)
        timer = threading.Timer(1.0, postgres.start)
        timer.start()
        with database.write() as connection:
            assert connection.exec_driver_sql("select 2").scalar() == 2
        timer.join()
    finally:
        database.close()


def test_a_transaction_gives_up_with_an_error_that_names_an_absence(postgres, tmp_path, monkeypatch):
    monkeypatch.setattr(db, "AWAY_S", 0.3)
    database = open_database(address_of(postgres), tmp_path)
    postgres.stop()
    try:
        with pytest.raises(db.DBAPIError) as caught, database.read():
            pass
        assert db.is_away(caught.value)
    finally:
        postgres.start()
    with database.read() as connection:
        with pytest.raises(db.DBAPIError) as caught:
            connection.exec_driver_sql("select nothing from nowhere")
        assert not db.is_away(caught.value)
    database.close()


def test_a_server_goes_on_when_its_database_comes_back(postgres, tmp_path):
    server = start_server(tmp_path / "data", VEDETTE_DATABASE=address_of(postgres))
    try:
        client = server.client("rekognition")
        arn = client.create_project(ProjectName="boards")["ProjectArn"]
        postgres.stop()
        with ThreadPoolExecutor(2) as pool:
            asked = [pool.submit(client.describe_projects) for _ in range(2)]
            for answer in asked:
                with pytest.raises(ClientError) as caught:
                    answer.result(60)
                # SDKs try again where the fault is the server's.
                assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
        postgres.start()
        client.tag_resource(ResourceArn=arn, Tags={"a": "b"})
        assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"a": "b"}
    finally:
        assert stop_server(server) == 0


@pytest.fixture
def pings(monkeypatch):
    """The lines of a pool that were asked whether they live."""
    asked = []
    real = PGDialect_psycopg.do_ping

    def ping(self, line):
        asked.append(line)
        return real(self, line)

    monkeypatch.setattr(PGDialect_psycopg, "do_ping", ping)
    return asked


def hold_and_leave(database, count):
    """Have so many lines in the pool."""
    with contextlib.ExitStack() as stack:
        lines = [stack.enter_context(database.read()) for _ in range(count)]
        return [line.exec_driver_sql("select pg_backend_pid()").scalar() for line in lines]


def test_a_quiet_line_is_not_asked_whether_it_lives(postgres, tmp_path, pings):
    database = open_database(address_of(postgres), tmp_path)
    for _ in range(5):
        hold_and_leave(database, 2)
    assert pings == []
    database.close()


def test_lines_that_died_in_the_pool_are_found_before_anybody_begins(postgres, tmp_path, pings):
    database = open_database(address_of(postgres), tmp_path)
    for how in (signal.SIGINT, signal.SIGQUIT):
        before = set(hold_and_leave(database, 4))
        postgres.stop(how)
        postgres.start()
        assert len(set(hold_and_leave(database, 4)) - before) == 4
        # One dead line condemns all that are older.
        assert len(pings) == 1
        pings.clear()
    database.close()


def test_a_line_that_was_ended_alone_is_found_too(postgres, tmp_path):
    database = open_database(address_of(postgres), tmp_path)
    number = hold_and_leave(database, 1)[0]
    other = open_database(address_of(postgres), tmp_path)
    with other.write() as connection:
        assert connection.exec_driver_sql(f"select pg_terminate_backend({number})").scalar()
    other.close()
    time.sleep(0.2)
    assert hold_and_leave(database, 1) != [number]
    database.close()


def test_a_line_that_lay_for_long_is_asked(postgres, tmp_path, pings):
    now = [100.0]
    engine = create_engine(make_url(address_of(postgres)).set(drivername="postgresql+psycopg"))
    find_dead_lines(engine, lambda: now[0])
    database = db.Database(engine)
    first = hold_and_leave(database, 1)
    now[0] += ASKED_AFTER_S + 1
    assert hold_and_leave(database, 1) == first
    assert len(pings) == 1
    database.close()
