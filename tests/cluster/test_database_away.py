"""PostgreSQL stopped and started under a server: requests wait, or fail so that clients try again."""

import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from doubles.postgres import find_programs, postgres_server
from doubles.servers import start_server, stop_server
from vedette.store import db
from vedette.store.db import open_database

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
