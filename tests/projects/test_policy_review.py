"""What a person is warned of before a project policy is put: each suspicion by its edge."""

import json

import pytest

from doubles.houses import ELSEWHERE, HERE
from vedette.errors import MalformedPolicy
from vedette.projects.policy import ACTION
from vedette.projects.policy_review import KnownPeople, PolicyWarning, review_policy
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject, Projects

ALL = f"arn:aws:rekognition:eu-west-1:{HERE}:project/boards/version/*"
ROLE = f"arn:aws:iam::{ELSEWHERE}:role/importer"
NOBODY = f"arn:aws:iam::{ELSEWHERE}:role/nobody"
NOWHERE = "123412341234"
PEOPLE = KnownPeople(
    lambda arns: {arn: "AROA" for arn in arns if arn == ROLE}, lambda account: account != NOWHERE
)


@pytest.fixture
def review(database, clock):
    project = Projects(database, clock).create(Scope("rekognition", HERE, "eu-west-1"), NewProject("boards"))

    def warnings(principal=ROLE, resource=ALL, effect="Allow", *, people=PEOPLE):
        statement = {"Sid": "one", "Effect": effect, "Principal": {"AWS": principal}, "Action": ACTION}
        document = {"Version": "2012-10-17", "Statement": [{**statement, "Resource": resource}]}
        return [
            (warning.kind, warning.name) for warning in review_policy(project, json.dumps(document), people)
        ]

    return warnings


@pytest.mark.parametrize(
    ("principal", "warnings"),
    [
        (ROLE, []),
        (NOBODY, [("no-person", NOBODY)]),
        ([NOBODY, ROLE], [("no-person", NOBODY)]),
        (f"arn:aws:iam::{ELSEWHERE}:root", []),
        (ELSEWHERE, []),
        (NOWHERE, [("no-account", NOWHERE)]),
        (f"arn:aws:iam::{NOWHERE}:root", [("no-account", NOWHERE)]),
        ("*", [("everybody", "")]),
    ],
)
def test_whom_a_statement_names_and_whether_there_is_such_a_person(review, principal, warnings):
    assert review(principal) == warnings


def test_a_denial_of_everybody_is_what_it_says(review):
    assert review("*", effect="Deny") == []


@pytest.mark.parametrize(
    "resource",
    [
        ALL,
        "*",
        "arn:aws:rekognition:*",
        ALL.replace("version/*", "version/v1/1760000000000"),
        ALL.replace("version/*", "ver*"),
        ALL.replace("boards", "b*"),
        ALL.replace("boards", "board?"),
        ALL.replace(HERE, "${aws:PrincipalAccount}"),
    ],
)
def test_a_resource_that_may_be_one_of_the_projects_versions_is_no_suspicion(review, resource):
    assert review(resource=resource) == []


@pytest.mark.parametrize(
    "resource",
    [
        ALL.replace("boards", "doors"),
        ALL.replace(HERE, ELSEWHERE),
        ALL.replace("boards/version/*", "boards"),
        ALL.replace("boards", "doo*"),
        ALL.replace("version/*", "dataset/*"),
        "arn:aws:s3:::*",
    ],
)
def test_a_resource_that_can_be_none_of_the_projects_versions_is_told(review, resource):
    assert review(resource=resource) == [("other-project", resource)]


def test_who_is_not_looked_for_where_nobody_is_named(review):
    def refuse(arns):
        raise AssertionError("nobody is named")

    people = KnownPeople(refuse, PEOPLE.has_account)
    assert review(ELSEWHERE, people=people) == []


def test_a_warning_names_its_statement_and_a_document_that_could_not_be_obeyed_is_refused(database, clock):
    project = Projects(database, clock).create(Scope("rekognition", HERE, "eu-west-1"), NewProject("boards"))
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ACTION, "Resource": ALL}
    document = {"Version": "2012-10-17", "Statement": [{**statement, "Sid": "open"}]}
    (warning,) = review_policy(project, json.dumps(document), PEOPLE)
    assert (warning.kind, "open" in warning.statement) == ("everybody", True)
    assert isinstance(warning, PolicyWarning)
    with pytest.raises(MalformedPolicy):
        review_policy(
            project, json.dumps({**document, "Statement": [{**statement, "Effect": "Maybe"}]}), PEOPLE
        )
