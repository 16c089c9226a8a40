import json

import pytest
from sqlalchemy import text

from vedette.migrations.steps import climb
from vedette.store.db import open_database

HERE = "111122223333"
ELSEWHERE = "999999999999"


@pytest.fixture
def before(address, tmp_path):
    """A database as it was before there were policies, with users and roles in it."""
    where, _ = address
    database = open_database(where, tmp_path)
    with database.write() as connection:
        if where:
            connection.execute(text("drop schema public cascade"))
            connection.execute(text("create schema public"))
        climb(connection, "0007")
        for account in (HERE, ELSEWHERE):
            connection.execute(text("insert into accounts values (:id, :id, 0)"), {"id": account})
            connection.execute(text("insert into users values (:id, 'alice', :id, 0)"), {"id": account})
        for name, trusted in (("reader", HERE), ("guest", f"{HERE} {ELSEWHERE}"), ("nobodys", "")):
            connection.execute(
                text("insert into roles values (:account, :name, :name, :trusted, 0)"),
                {"account": HERE, "name": name, "trusted": trusted},
            )
    yield database
    database.close()


def rows(database, statement):
    with database.read() as connection:
        return sorted(tuple(row) for row in connection.execute(text(statement)))


def test_whoever_exists_already_may_do_everything_as_before(before):
    with before.write() as connection:
        climb(connection)
    assert rows(before, "select account, holder, policy from user_policies") == [
        (HERE, "alice", "administrator"),
        (ELSEWHERE, "alice", "administrator"),
    ]
    assert rows(before, "select account, holder, policy from role_policies") == [
        (HERE, "guest", "administrator"),
        (HERE, "nobodys", "administrator"),
        (HERE, "reader", "administrator"),
    ]
    assert rows(before, "select * from group_policies") == []


def test_trusted_accounts_become_a_trust_policy(before):
    with before.write() as connection:
        climb(connection)

    def statement(*accounts):
        arns = [f"arn:aws:iam::{account}:root" for account in accounts]
        return [{"Effect": "Allow", "Principal": {"AWS": arns}, "Action": "sts:AssumeRole"}]

    documents = {name: json.loads(trust) for name, trust in rows(before, "select name, trust from roles")}
    assert documents == {
        "guest": {"Version": "2012-10-17", "Statement": statement(HERE, ELSEWHERE)},
        "nobodys": {"Version": "2012-10-17", "Statement": []},
        "reader": {"Version": "2012-10-17", "Statement": statement(HERE)},
    }


def test_what_is_deleted_takes_its_attachments_along(before):
    with before.write() as connection:
        climb(connection)
        connection.execute(text("delete from roles where name = 'reader'"))
        connection.execute(text(f"delete from users where account = '{HERE}'"))
    assert rows(before, "select holder from role_policies") == [("guest",), ("nobodys",)]
    assert rows(before, "select account from user_policies") == [(ELSEWHERE,)]
