"""Works on datasets that an older release promised are done by this one."""

import json

import pytest
from sqlalchemy import text

from doubles.houses import HERE
from doubles.lines import a_line, a_ref, a_room
from vedette.migrations.steps import climb
from vedette.store.db import open_database

LINES = [a_line(number, "ab"[number % 2]) for number in range(40)]
WORK = 'insert into dataset_works (dataset, kind, "order", body) values (:dataset, :kind, :order, :body)'
# As the release before jobs wrote them; an import of the release before that had no caller.
WORKS = {
    "import": {
        "dialect": "rekognition",
        "account": HERE,
        "caller": {
            "account": HERE,
            "arn": f"arn:aws:iam::{HERE}:root",
            "user_id": HERE,
            "name": "root",
            "kind": "root",
            "tags": {},
            "session_document": "",
            "issued_ms": 0,
            "source_identity": "",
        },
        "bucket": "manifests",
        "key": "train.manifest",
        "version": "",
    },
    "old import": {
        "dialect": "rekognition",
        "account": HERE,
        "bucket": "manifests",
        "key": "train.manifest",
        "version": "",
    },
    "update": {"dialect": "rekognition"},
    "divide": {"dialect": "rekognition"},
    "distribute": {"dialect": "rekognition"},
    "copy": {"dialect": "rekognition"},
}
BODIES = {"update": a_line(99, "a").encode(), "divide": json.dumps([a_ref(0), a_ref(7)]).encode()}
# What undoes the changes after the one that made works jobs.
LATER = (
    "drop table function_targets",
    "drop table function_rules",
    "drop table loops",
    "drop table function_logs",
    "drop table function_events",
    "drop table functions",
    "drop table alias_moves",
    "drop table version_aliases",
    "drop table batch_parts",
    "drop table batches",
    "drop table packed_recent",
    "drop table packed_days",
    "drop table packed_weeks",
    "alter table minutes drop column sketch",
    "alter table hours drop column sketch",
    "drop table dataset_entry_places",
    "create unique index uq_dataset_entries_part_ref_hash on dataset_entries (part, ref_hash)",
    "drop table used_challenges",
    "drop table deliveries",
    "drop table company_sign_ins",
    "drop table company_people",
    "drop table recovery_codes",
    "drop table second_factors",
    "alter table accounts drop column needs_factor",
    "drop table alarm_history",
    "drop table change_sets",
    "drop table stack_imports",
    "drop table stack_exports",
    "drop table stack_events",
    "drop table stack_resources",
    "drop table stacks",
    "drop table alarms",
    "drop table dashboards",
    "drop table own_metrics",
    "drop table drained_nodes",
    "drop table identity_policy_versions",
    *(f"drop table {kind}_inline_policies" for kind in ("user", "group", "role")),
    "drop index ix_accounts_alias",
    "alter table accounts drop column alias",
    *(f"alter table {table} drop column path" for table in ("users", "groups", "roles")),
    *(f"alter table {table} drop column boundary" for table in ("users", "roles")),
    *(f"alter table roles drop column {name}" for name in ("description", "longest_s")),
    *(f"alter table access_keys drop column used_{name}" for name in ("ms", "service", "region")),
    *(
        f"alter table identity_policies drop column {name}"
        for name in ("in_force", "policy_id", "path", "description", "tags")
    ),
    "drop table encryption_grants",
    "drop table encryption_aliases",
    "drop table encryption_key_versions",
    "drop table encryption_keys",
    "drop table encryption_masters",
    "drop index ix_versions_project_id",
    "drop index ix_projects_service_account_region_id",
    "drop table servers",
    "drop table passed_time",
    "drop table unit_spans",
    "drop table hours",
    "drop table dataset_restorations",
    "drop table dataset_snapshots",
    "drop table dataset_journal_steps",
    "drop table dataset_journal",
    "drop table drafts",
    "drop table draft_runs",
    "drop table dismissed_suggestions",
    "drop table dataset_studies",
    "drop table round_comments",
    "drop table round_answers",
    "drop table devices",
    "drop table signing_keys",
    "drop table packaging_jobs",
    "drop table feedback_samples",
    "drop table feedback_plans",
    "drop table feedback_drift",
    "drop table trial_pictures",
    "drop table trials",
    "drop table round_entries",
    "drop table round_people",
    "drop table rounds",
    "drop table entry_changes",
    "drop table export_blocks",
    "drop table export_records",
    "drop table import_blocks",
    "drop table import_pieces",
    "drop table import_records",
    "drop table console_links",
    "drop table console_sessions",
    "drop table dataset_picture_blocks",
    "alter table versions drop column thresholds",
    "alter table dataset_blocks drop column unsure",
    "alter table dataset_blocks drop column changed",
    "alter table dataset_parts drop column changes",
    "alter table dataset_parts drop column picture_changes",
)
STATES = {"import": "creating", "old import": "creating"}


@pytest.fixture
def older(address, clock, tmp_path):
    """An older database with a project of two datasets, and a function that promises a work on them."""
    where, _ = address
    database = open_database(where, tmp_path)
    with database.write() as connection:
        if where:
            connection.execute(text("drop schema public cascade"))
            connection.execute(text("create schema public"))
        climb(connection)
    with a_room(database, tmp_path, clock) as room:
        room.put(LINES)
        train, test = room.create(LINES), room.create(None, "test")
    with database.write() as connection:
        for statement in LATER:
            connection.execute(text(statement))
        connection.execute(text("drop table jobs"))
        connection.execute(text("update alembic_version set version_num = '0012'"))
        key = "integer primary key" if database.file else "serial primary key"
        blob = "blob" if database.file else "bytea"
        columns = f'id {key}, dataset integer, kind text, "order" text, body {blob}'
        connection.execute(text(f"create table dataset_works ({columns})"))

    def promise(name):
        order, dataset = dict(WORKS[name]), train.id
        if name == "distribute":
            order["test"] = test.id
        if name == "copy":
            order["source"], dataset = train.id, test.id
        if name in ("import", "old import"):
            with database.write() as connection:
                connection.execute(text("delete from dataset_entries"))
        state = {"status": STATES.get(name, "creating" if name == "copy" else "updating"), "id": dataset}
        values = {"dataset": dataset, "kind": name.split()[-1], "order": json.dumps(order)}
        with database.write() as connection:
            if name == "divide":
                connection.execute(text(f"delete from datasets where id = {test.id}"))
            connection.execute(text("update datasets set status = :status where id = :id"), state)
            connection.execute(text(WORK), values | {"body": BODIES.get(name)})

    yield database, promise
    database.close()


@pytest.mark.parametrize(
    ("name", "train", "test"),
    [
        ("import", ("created", 40), ("created", 0)),
        ("old import", ("created", 40), ("created", 0)),
        ("update", ("updated", 41), ("created", 0)),
        ("divide", ("updated", 38), ("created", 2)),
        ("distribute", ("updated", 32), ("updated", 8)),
        ("copy", ("created", 40), ("created", 40)),
    ],
)
def test_every_promised_work_is_done_by_the_release_that_knows_jobs(
    older, clock, tmp_path, name, train, test
):
    database, promise = older
    promise(name)
    with database.write() as connection:
        climb(connection)
    with a_room(database, tmp_path, clock) as room:
        room.start()
        settled = [room.settled(kind) for kind in ("train", "test")]
    assert [(dataset.status, dataset.counts.total) for dataset in settled] == [train, test]
    with database.read() as connection:
        assert connection.execute(text("select count(*) from jobs")).scalar() == 0
