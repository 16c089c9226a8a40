"""What the page of a version asks: its description changed, a policy looked at before it is put."""

import json
from dataclasses import replace

import pytest

from doubles.houses import HERE, a_caller
from vedette.api.own import OPERATIONS
from vedette.errors import Denied, Wrong
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject
from vedette.projects.version_states import NewVersion

ALICE = a_caller("vedette")
UNKNOWN = "123456789012"
NOBODY = replace(ALICE, principal=replace(ALICE.principal, policies=()))


def a_version(house, service="rekognition", name="v1"):
    project = house.projects.create(Scope(service, HERE, ALICE.region), NewProject("boards"))
    return house.versions.create(project, NewVersion(name))[0]


def describe(house, version, text, caller=ALICE):
    OPERATIONS["UpdateModelDescription"](house, caller, {"ModelArn": str(version.arn), "Description": text})
    return house.versions.find_by_id(version.id).description


def test_a_description_is_changed_and_taken_away(house):
    version = a_version(house)
    assert describe(house, version, "Night shift, camera 2 (new lens)") == "Night shift, camera 2 (new lens)"
    assert describe(house, version, "") == ""


@pytest.mark.parametrize(
    ("service", "text", "sentence"),
    [
        ("rekognition", "x" * 256, "255 characters at the most"),
        ("rekognition", "Nachtschicht für 2", "letters without accents"),
        ("rekognition", "<b>", "letters without accents"),
        ("rekognition", "two\nlines", "letters without accents"),
        (
            "lookoutvision",
            "night shift",
            "500 characters at the most: letters without accents, digits and . - _",
        ),
        ("lookoutvision", "x" * 501, "500 characters"),
    ],
)
def test_a_description_that_the_service_could_not_answer_is_refused(house, service, text, sentence):
    version = a_version(house, service, "v1" if service == "rekognition" else "")
    with pytest.raises(Wrong, match=sentence):
        describe(house, version, text)
    assert house.versions.find_by_id(version.id).description == ""


def test_only_who_may_describes(house):
    version = a_version(house)
    with pytest.raises(Denied):
        describe(house, version, "mine", NOBODY)


def check(house, version, document, caller=ALICE):
    text = document if isinstance(document, str) else json.dumps(document)
    asked = {"ProjectArn": str(version.project.arn), "PolicyDocument": text}
    return OPERATIONS["CheckProjectPolicy"](house, caller, asked)


def a_document(principal, resource="*", effect="Allow", **more):
    statement = {"Effect": effect, "Principal": principal, "Resource": resource, **more}
    return {"Version": "2012-10-17", "Statement": [{"Action": "rekognition:CopyProjectVersion", **statement}]}


def of(version, rest="version/*"):
    return f"{str(version.arn).partition('/version/')[0]}/{rest}"


def test_a_policy_without_suspicion_has_no_warning(house):
    version = a_version(house)
    document = a_document({"AWS": HERE}, of(version))
    assert check(house, version, document) == {"IsUsable": True, "Warnings": []}


def test_what_has_no_effect_or_too_much_is_a_warning(house):
    version = a_version(house)
    stranger = f"arn:aws:iam::{HERE}:user/eve"
    elsewhere = of(version, "version/*").replace("boards", "doors")
    document = a_document(
        {"AWS": ["*", HERE, UNKNOWN, stranger]}, ["*", of(version, "version/v1/*"), elsewhere]
    )
    warnings = check(house, version, document)["Warnings"]
    assert [(warning["Kind"], warning["Name"]) for warning in warnings] == [
        ("everybody", ""),
        ("no-account", UNKNOWN),
        ("no-person", stranger),
        ("other-project", elsewhere),
    ]
    assert {warning["Statement"] for warning in warnings} == {"statement 1"}


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ("{", "it is not JSON"),
        (a_document("*", Surprise=1), "statement 1: Surprise is not an element of a statement"),
        (a_document("*", NotAction="x"), "NotAction is not allowed"),
        (a_document("*", Condition={"StringLikes": {"aws:username": "x"}}), "StringLikes"),
        (a_document({"AWS": "arn:aws:iam::*:root"}), "none has wildcards"),
        ("x" * 2001, "longer than 2000 characters"),
    ],
)
def test_what_could_not_be_obeyed_is_named(house, document, problem):
    version = a_version(house)
    answer = check(house, version, document)
    assert answer["IsUsable"] is False
    assert problem in answer["Problem"]


def test_only_who_may_checks_a_policy(house):
    with pytest.raises(Denied):
        check(house, a_version(house), "{}", NOBODY)
