import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.houses import ELSEWHERE, HERE
from vedette.errors import Missing, Taken, TooMuch, Wrong
from vedette.identity.principal import Principal
from vedette.projects.policy import ACTION, Statement, judge, read_policy
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject, Projects

VERSION = f"arn:aws:rekognition:eu-west-1:{HERE}:project/boards/version/v3/1760000000000"
ALL = f"arn:aws:rekognition:eu-west-1:{HERE}:project/boards/version/*"
ROLE = f"arn:aws:iam::{ELSEWHERE}:role/importer"
SCOPE = Scope("rekognition", HERE, "eu-west-1")


def a_policy(effect="Allow", principal=ROLE, resource=ALL, **more):
    statement = {"Effect": effect, "Principal": {"AWS": principal}, "Action": ACTION, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**statement, **more}]})


def somebody(arn=f"arn:aws:sts::{ELSEWHERE}:assumed-role/importer/session"):
    return Principal(ELSEWHERE, arn, "AROA", "importer", "ASIA")


@pytest.mark.parametrize(
    ("principal", "resource", "said"),
    [
        (ROLE, ALL, True),
        (ROLE, VERSION, True),
        (ROLE, "*", True),
        ([f"arn:aws:iam::{HERE}:root", ELSEWHERE], ALL, True),
        (f"arn:aws:iam::{ELSEWHERE}:root", ALL, True),
        ("*", ALL, True),
        (f"arn:aws:iam::{ELSEWHERE}:role/other", ALL, None),
        (f"arn:aws:iam::{HERE}:role/importer", ALL, None),
        (ROLE, ALL.replace("boards", "doors"), None),
        (ROLE, VERSION.replace("v3", "[v]3"), None),
    ],
)
def test_who_is_meant_and_which_versions(principal, resource, said):
    statements = read_policy(a_policy(principal=principal, resource=resource))
    assert judge(statements, somebody(), VERSION) is said


@given(st.lists(st.booleans(), min_size=1))
def test_one_denial_outweighs_all(effects):
    statements = [Statement(allows, ("*",), ("*",)) for allows in effects]
    assert judge(statements, somebody(), VERSION) is all(effects)


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ("{", "not JSON"),
        ("[]", "no Statement"),
        ('{"Statement": [3]}', "no Statement"),
        (a_policy(effect="Maybe"), "Allow or Deny"),
        (a_policy(Action="rekognition:*"), "only Action"),
        (a_policy(Action=[]), "no Action"),
        (a_policy(Resource=None), "no Resource"),
        (a_policy(Principal={"Service": "x"}), "no Principal"),
        (a_policy(NotAction="x"), "NotAction is not allowed"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_a_document_that_cannot_be_used_is_refused_with_the_reason(document, why):
    with pytest.raises(Wrong, match=why) as refused:
        read_policy(document)
    assert refused.value.kind == "policy document"


def test_allow_and_deny_may_be_written_in_capitals():
    assert [each.allows for each in read_policy(a_policy(effect="ALLOW"))] == [True]


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
    assert policies.judge(boards, somebody(), VERSION) is False


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
