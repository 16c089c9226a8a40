"""Every property of every type of resource: changed, drifted from, set back, replaced, deleted.

Which change replaces a resource is CloudFormation's own statement, as its resource specification has it.
"""

import json

import pytest

from doubles.type_rows import NOWHERE, ROWS, TOGETHER, WITHOUT_OTHERS, trust
from vedette.api.cloudformation.types import TYPES


@pytest.fixture
def ground(desk):
    """Have what other resources name."""
    for bucket in ("table-a", "table-b"):
        place = {"LocationConstraint": "eu-west-1"}
        desk.service("s3", "CreateBucket", Bucket=bucket, CreateBucketConfiguration=place)
    for user in ("table-eve", "table-max"):
        desk.service("iam", "CreateUser", UserName=user)
    for group in ("table-shift", "table-night"):
        desk.service("iam", "CreateGroup", GroupName=group)
    text = json.dumps(trust("lambda.amazonaws.com"))
    for role in ("table-any", "table-other"):
        desk.service("iam", "CreateRole", RoleName=role, AssumeRolePolicyDocument=text)
    desk.service("lookoutvision", "CreateProject", ProjectName="table-taken")


def template(kind, properties, **more):
    keys = {"Type": "AWS::KMS::Key", "Properties": {"PendingWindowInDays": 7}}
    others = {"KeyA": keys, "KeyB": keys} if kind == "AWS::KMS::Alias" else {}
    return {"It": {"Type": kind, "Properties": properties}, **others, **more}


# A resource that cannot be made, after the one that is changed.
FAILING = {
    "Type": "AWS::LookoutVision::Project",
    "Properties": {"ProjectName": "table-taken"},
    "DependsOn": "It",
}


def with_change(kind, row, name):
    more = {**TOGETHER.get(name, {}), **TOGETHER.get((kind, name), {})}
    changed = {**row.first, **more, name: row.changes[name]}
    return {member: value for member, value in changed.items() if value is not NOWHERE}


def test_the_table_has_every_type_and_every_property():
    assert set(ROWS) == set(TYPES)
    for kind, row in ROWS.items():
        assert set(row.changes) == set(TYPES[kind].properties), kind
        assert row.unread == set(TYPES[kind].unread), kind
        assert row.replaced == set(TYPES[kind].replaced_by), kind


@pytest.mark.parametrize("kind", ROWS)
@pytest.mark.usefixtures("ground")
def test_each_property_of(kind, desk):
    row = ROWS[kind]
    stack = desk.put("table", template(kind, row.first))
    assert stack.status == "CREATE_COMPLETE", desk.happened("table")
    assert desk.drift("table", "It") == ("IN_SYNC", [])
    _hold_rollback(desk, kind, row)
    first = desk.reading("table", "It", {**row.changes, **row.first})
    # Those that make another resource come last: all before are changes of one and the same.
    for name in sorted(row.changes, key=lambda name: (name in row.replaced | row.renamed, name)):
        if name in row.refused:
            _hold_refusal(desk, kind, row, name)
        else:
            _hold_change(desk, kind, row, name)
    stack = desk.put("table", template(kind, row.first))
    assert stack.status == "UPDATE_COMPLETE", desk.happened("table")
    assert desk.reading("table", "It", {**row.changes, **row.first}) == first
    _hold_deletion(desk, kind)


def _hold_rollback(desk, kind, row):
    """Have an update fail after it has changed everything that it can: all is as it was, or made anew."""
    changed_names = set(row.changes) - row.replaced - row.refused - WITHOUT_OTHERS
    properties = {**row.first, **{name: row.changes[name] for name in changed_names}}
    updates = [properties, *(with_change(kind, row, name) for name in row.replaced)]
    asked = {**row.changes, **row.first}
    first, physical = desk.reading("table", "It", asked), desk.row("table", "It").physical
    for update in updates:
        if desk.resolved("table", update) == desk.row("table", "It").facts.properties:
            continue
        stack = desk.put("table", template(kind, update, Late=FAILING))
        assert stack.status == "UPDATE_ROLLBACK_COMPLETE", (update, desk.happened("table"))
        assert ("It", "UPDATE_COMPLETE") in [
            event[:2] for event in desk.happened("table")
        ] or update != properties
        assert desk.reading("table", "It", asked) == first, update
        assert desk.row("table", "It").physical == physical


def _hold_refusal(desk, kind, row, name):
    before = desk.row("table", "It")
    stack = desk.put("table", template(kind, with_change(kind, row, name)))
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE", (name, desk.happened("table"))
    assert any(f"{name} of an existing KMS key" in reason for _, _, reason in desk.happened("table"))
    after = desk.row("table", "It")
    assert (after.physical, after.facts.properties) == (before.physical, before.facts.properties)


def _hold_change(desk, kind, row, name):
    where, changed = f"{kind} {name}", with_change(kind, row, name)
    before, asked = desk.row("table", "It").physical, {**row.first, **changed}
    reading = desk.reading("table", "It", asked)
    stack = desk.put("table", template(kind, changed))
    assert stack.status == "UPDATE_COMPLETE", (where, desk.happened("table"))
    assert desk.drift("table", "It") == ("IN_SYNC", []), (where, desk.row("table", "It").drift)
    after = desk.row("table", "It").physical
    assert (after != before) == (name in row.replaced | row.renamed), where
    if name not in row.unread:
        assert desk.reading("table", "It", asked) != reading, where
    if name not in row.replaced | row.unread | row.renamed:
        _hold_drift(desk, row, name, where)


def _hold_drift(desk, row, name, where):
    """Change a resource behind its stack's back; drift says in what, and nothing once it is undone."""
    changed = desk.row("table", "It").facts.properties
    first = desk.resolved("table", row.first)
    desk.change_behind("table", "It", changed, first)
    status, names = desk.drift("table", "It")
    assert (status, f"/{name}" in names) == ("MODIFIED", True), (where, names)
    desk.change_behind("table", "It", first, changed)
    assert desk.drift("table", "It") == ("IN_SYNC", []), (where, desk.row("table", "It").drift)


def _hold_deletion(desk, kind):
    known = desk.row("table", "It")
    desk.ask("DeleteStack", StackName="table")
    desk.house.jobs.wait(30)
    with desk.house.stacks.database.read() as connection:
        stack = desk.house.stacks.store.get(connection, known.stack)
    assert stack.status == "DELETE_COMPLETE"
    # What was nothing beside its stack's own line reads as nothing before and after.
    nothing = {} if kind == "AWS::CDK::Metadata" else None
    assert TYPES[kind].inspect(desk.calls(), desk.wish(known), known.physical) == nothing
