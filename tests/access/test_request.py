"""What a caller and a request answer to condition keys: whole values, nothing beside them."""

from datetime import UTC, datetime

import pytest

from vedette.access.request import (
    NOBODY,
    AccessRequest,
    AccessSubject,
    SourcedFacts,
    SubjectKind,
    environment,
    sender,
)

HERE = "111122223333"
NOON = datetime(2026, 11, 28, 12, 0, 0, 500_000, tzinfo=UTC)


def test_nobody_has_no_names():
    assert AccessSubject(SubjectKind.ANONYMOUS, "", "", "", "", "", "", {}, None, "") == NOBODY
    assert NOBODY.context() == {
        "aws:principaltype": "Anonymous",
        "aws:principalisawsservice": "false",
        "aws:userid": "anonymous",
    }


def test_what_a_caller_was_asked_before_is_no_part_of_it():
    subject = AccessSubject(SubjectKind.USER, HERE, "arn:self", "ID", "alice")
    before = repr(subject)
    assert subject.fact("aws:username") == "alice"
    assert subject == AccessSubject(SubjectKind.USER, HERE, "arn:self", "ID", "alice")
    assert repr(subject) == before
    assert ("alice" in before, "names=" in before, "facts=" in before) == (True, False, False)


@pytest.mark.parametrize("computed", ["names", "_facts"])
def test_nobody_can_say_what_a_caller_is_called_or_knows_but_its_own_fields(computed):
    with pytest.raises(TypeError, match=computed):
        AccessSubject(SubjectKind.USER, HERE, **{computed: ("root",)})


def test_a_request_is_in_the_callers_account_unless_it_says_else():
    request = AccessRequest(NOBODY, "s3:GetObject", "*")
    assert (request.resource_account, request.context) == ("", {})


@pytest.mark.parametrize(
    ("kind", "more", "expected"),
    [
        (SubjectKind.ROOT, {}, {"aws:principaltype": "Account"}),
        (SubjectKind.USER, {}, {"aws:principaltype": "User", "aws:username": "alice"}),
        (SubjectKind.FEDERATED, {}, {"aws:principaltype": "FederatedUser"}),
        (
            SubjectKind.ROLE_SESSION,
            {"role_arn": "arn:role", "issued": NOON, "source_identity": "bob", "tags": {"Team": "red"}},
            {
                "aws:principaltype": "AssumedRole",
                "aws:principalarn": "arn:role",
                "aws:tokenissuetime": "2026-11-28T12:00:00.500000+00:00",
                "aws:multifactorauthpresent": "false",
                "aws:sourceidentity": "bob",
                "aws:principaltag/team": "red",
            },
        ),
    ],
)
def test_a_caller_answers_for_itself(kind, more, expected):
    subject = AccessSubject(kind, HERE, "arn:self", "ID", "alice", **more)
    usual = {
        "aws:principalisawsservice": "false",
        "aws:principalarn": "arn:self",
        "aws:principalaccount": HERE,
        "aws:userid": "ID",
    }
    assert subject.context() == {**usual, **expected}


def test_a_service_is_no_person():
    service = AccessSubject(SubjectKind.SERVICE, name="s3.amazonaws.com")
    assert service.context() == {
        "aws:principalisawsservice": "true",
        "aws:principalservicename": "s3.amazonaws.com",
    }


def test_a_request_answers_for_where_and_when_it_came():
    assert environment(NOON) == {
        "aws:currenttime": "2026-11-28T12:00:00.500000+00:00",
        "aws:epochtime": "1795867200",
        "aws:securetransport": "false",
        "aws:viaawsservice": "false",
    }
    sent = environment(NOON, client="192.0.2.1", secure=True, user_agent="Boto3", referer="http://a")
    assert {
        key: sent[key] for key in ("aws:sourceip", "aws:useragent", "aws:referer", "aws:securetransport")
    } == {
        "aws:sourceip": "192.0.2.1",
        "aws:useragent": "Boto3",
        "aws:referer": "http://a",
        "aws:securetransport": "true",
    }


def test_what_a_request_does_not_say_is_no_key_of_it():
    assert sender() == {"aws:securetransport": "false", "aws:viaawsservice": "false"}
    assert set(sender(client="192.0.2.1")) - set(sender()) == {"aws:sourceip"}


def test_without_a_source_nothing_is_known():
    assert SourcedFacts().get("aws:username") is None


def test_each_source_is_asked_once_for_a_key_and_the_first_that_knows_it_decides():
    questions = []

    def source(name, **known):
        return lambda key: questions.append((name, key)) or known.get(key)

    facts = SourcedFacts(source("first", a="1"), source("second", a="2", b="3"))
    assert [facts.get(key) for key in "abcabc"] == ["1", "3", None, "1", "3", None]
    assert questions == [("first", "a"), ("first", "b"), ("second", "b"), ("first", "c"), ("second", "c")]
