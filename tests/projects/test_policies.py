import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from doubles.houses import ELSEWHERE, HERE
from vedette.errors import MalformedPolicy, Missing, Taken, TooMuch, Wrong
from vedette.identity.may import may
from vedette.identity.principal import ADMINISTRATOR, Principal
from vedette.projects.policy import ACTION, read_policy
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject, Projects
from vedette.projects.tables import project_policies

VERSION = f"arn:aws:rekognition:eu-west-1:{HERE}:project/boards/version/v3/1760000000000"
ALL = f"arn:aws:rekognition:eu-west-1:{HERE}:project/boards/version/*"
ROLE = f"arn:aws:iam::{ELSEWHERE}:role/importer"
SCOPE = Scope("rekognition", HERE, "eu-west-1")


def a_policy(effect="Allow", principal=ROLE, resource=ALL, **more):
    statement = {"Effect": effect, "Principal": {"AWS": principal}, "Action": ACTION, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**statement, **more}]})


def somebody(arn=f"arn:aws:sts::{ELSEWHERE}:assumed-role/importer/session"):
    return Principal(ELSEWHERE, arn, "AROA", "importer", "ASIA", policies=(ADMINISTRATOR,))


@pytest.mark.parametrize(
    ("principal", "resource", "allowed"),
    [
        (ROLE, ALL, True),
        (ROLE, VERSION, True),
        (ROLE, "*", True),
        ([f"arn:aws:iam::{HERE}:root", ELSEWHERE], ALL, True),
        (f"arn:aws:iam::{ELSEWHERE}:root", ALL, True),
        ("*", ALL, True),
        (f"arn:aws:iam::{ELSEWHERE}:role/other", ALL, False),
        (f"arn:aws:iam::{HERE}:role/importer", ALL, False),
        (ROLE, ALL.replace("boards", "doors"), False),
        (ROLE, VERSION.replace("v3", "[v]3"), False),
    ],
)
def test_who_is_meant_and_which_versions(principal, resource, allowed):
    policies = (read_policy(a_policy(principal=principal, resource=resource)),)
    assert may(somebody(), ACTION, VERSION, policies=policies) is allowed


@pytest.mark.parametrize(
    ("condition", "allowed"),
    [
        ({"StringEquals": {"aws:PrincipalArn": ROLE}}, True),
        ({"StringEquals": {"aws:PrincipalArn": f"arn:aws:iam::{ELSEWHERE}:user/nobody"}}, False),
        ({"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}, True),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, False),
        ({"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, False),
        ({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}, False),
    ],
)
def test_a_condition_is_obeyed(condition, allowed):
    policies = (read_policy(a_policy(Condition=condition)),)
    context = {"aws:SourceIp": "192.0.2.7", "aws:CurrentTime": "2026-11-28T12:00:00Z"}
    assert may(somebody(), ACTION, VERSION, context, policies=policies) is allowed


@given(st.lists(st.booleans(), min_size=1))
def test_one_denial_outweighs_all(effects):
    policies = tuple(read_policy(a_policy("Allow" if allows else "Deny", "*", "*")) for allows in effects)
    assert may(somebody(), ACTION, VERSION, policies=policies) is all(effects)


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ("{", "not JSON"),
        ("[]", "not an object"),
        ('{"Statement": []}', "no Statement"),
        ('{"Statement": [3]}', "no Statement"),
        (a_policy().replace("}]}", "}, 3]}"), "no Statement"),
        (a_policy(effect="Maybe"), "statement 1: its Effect is Allow or Deny"),
        (a_policy(Action="rekognition:DeleteProject"), "not an action that such a policy decides"),
        (a_policy(Action="s3:GetObject"), "not an action of rekognition"),
        (a_policy(Action=[]), "its Action names nothing"),
        (a_policy(Resource=None), "its Resource names nothing"),
        (a_policy(Principal={"Service": []}), "Invalid principal"),
        (a_policy(NotAction="x"), "NotAction is not allowed"),
        (a_policy(Condition={"StringEquals": {"aws:Nonsense": "x"}}), "not a condition key"),
        ("[" * 100_000, "longer than 2000 characters"),
    ],
)
def test_a_document_that_cannot_be_used_is_refused_with_the_reason(document, why):
    with pytest.raises(MalformedPolicy, match=why):
        read_policy(document)


def test_allow_and_deny_may_be_written_in_capitals():
    assert [statement.effect for statement in read_policy(a_policy(effect="ALLOW")).statements] == ["Allow"]


def test_a_stored_document_that_cannot_be_read_denies_everything(projects, boards):
    policies = projects.policies
    policies.put(boards, "good", a_policy())
    assert (may(somebody(), ACTION, VERSION, policies=policies.of(boards)), policies.unreadable()) == (
        True,
        [],
    )
    old = a_policy().replace("Effect", "Outcome")
    with projects._database.write() as connection:
        connection.execute(insert(project_policies).values(
            project=boards.id, name="old", revision="0", document=old, created_ms=0, updated_ms=0
        ))  # fmt: skip
    assert not may(somebody(), ACTION, VERSION, policies=policies.of(boards))
    (sentence,) = policies.unreadable()
    assert sentence.startswith(
        "The project policy old denies every copy. The policy document cannot be used:"
    )


@pytest.fixture
def projects(database, clock):
    return Projects(database, clock)


@pytest.fixture
def boards(projects):
    return projects.create(SCOPE, NewProject("boards"))


def test_a_policy_is_changed_by_who_knows_its_revision(projects, boards, clock):
    policies = projects.policies
    first = policies.put(boards, "p", a_policy())
    clock.move(minutes=1)
    with pytest.raises(Taken) as refused:
        policies.put(boards, "p", a_policy())
    assert refused.value.kind == "policy"
    second = policies.put(boards, "p", a_policy(effect="Deny"), first)
    assert first != second
    for stale in (first, "0" * 32):
        with pytest.raises(Wrong) as wrong:
            policies.put(boards, "p", a_policy(), stale)
        assert wrong.value.kind == "policy revision"
    ((found,), more) = policies.list(boards)
    assert (found.revision, found.document, more) == (second, a_policy(effect="Deny"), False)
    assert found.updated > found.created
    assert not may(somebody(), ACTION, VERSION, policies=policies.of(boards))


def test_a_new_policy_has_no_revision_yet(projects, boards):
    with pytest.raises(Wrong):
        projects.policies.put(boards, "p", a_policy(), "00")
    assert projects.policies.list(boards) == ([], False)


def test_a_project_has_five_policies_at_most(projects, boards):
    for number in range(5):
        projects.policies.put(boards, f"p{number}", a_policy())
    with pytest.raises(TooMuch) as refused:
        projects.policies.put(boards, "p5", a_policy())
    assert refused.value.kind == "policy"
    page, more = projects.policies.list(boards, most=3)
    rest, _ = projects.policies.list(boards, after=page[-1].id, most=3)
    assert ([each.name for each in [*page, *rest]], more) == ([f"p{number}" for number in range(5)], True)


def test_a_policy_is_deleted_once(projects, boards):
    revision = projects.policies.put(boards, "p", a_policy())
    with pytest.raises(Wrong):
        projects.policies.delete(boards, "p", "00")
    projects.policies.delete(boards, "p", revision)
    with pytest.raises(Missing):
        projects.policies.delete(boards, "p")


def test_policies_go_with_their_project(projects, boards):
    projects.policies.put(boards, "p", a_policy())
    projects.delete(SCOPE, "boards")
    again = projects.create(SCOPE, NewProject("boards"))
    assert projects.policies.list(again) == ([], False)


def test_a_copy_is_for_whom_the_policy_named(projects, boards):
    projects.policies.put(boards, "p", a_policy(), resolve=lambda arns: dict.fromkeys(arns, "AROA"))
    (kept,), _ = projects.policies.list(boards)
    assert kept.document == a_policy()
    policies = projects.policies.of(boards)
    other = replace(somebody(), user_id="AROANEW:session")
    verdicts = [may(caller, ACTION, VERSION, policies=policies) for caller in (somebody(), other)]
    assert verdicts == [True, False]
    assert projects.policies.unreadable() == []
