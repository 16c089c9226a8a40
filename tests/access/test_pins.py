"""Policies pinned to whom they named: grants die with their holder, denials do not."""

import json

import pytest

from vedette.access.judge import judge
from vedette.access.parse import parse_policy
from vedette.access.pins import ESCAPED, hold_to_ids, pin, resolve_nobody, unpin
from vedette.access.policy import PolicyKind
from vedette.access.request import AccessRequest, AccessSubject, SubjectKind

HERE, OWNER = "111122223333", "999999999999"
USER, ROLE = f"arn:aws:iam::{HERE}:user/alice", f"arn:aws:iam::{HERE}:role/reader"
VISIT = f"arn:aws:sts::{HERE}:assumed-role/reader/visit"
IDS = {USER: "AIDAOLD", ROLE: "AROAOLD", VISIT: "AROAOLD"}
ALL = parse_policy(
    json.dumps({"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}), PolicyKind.IDENTITY
)


def alice(unique):
    return AccessSubject(SubjectKind.USER, HERE, USER, unique, "alice")


def visit(unique):
    return AccessSubject(SubjectKind.ROLE_SESSION, HERE, VISIT, f"{unique}:visit", role_arn=ROLE)


def stored(*statements):
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    return pin(text, parse_policy(text, PolicyKind.BUCKET), lambda arns: {arn: IDS[arn] for arn in arns})


def statement(effect="Allow", **who):
    return {"Effect": effect, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::pictures/*", **who}


def may(kept, subject):
    text, ids = unpin(kept)
    policy = hold_to_ids(parse_policy(text, PolicyKind.BUCKET), ids)
    request = AccessRequest(subject, "s3:GetObject", "arn:aws:s3:::pictures/a", OWNER)
    return judge(request, identity=(ALL,), resource=(policy,)).allowed


@pytest.mark.parametrize(
    ("named", "caller"), [(USER, alice), (ROLE, visit), (VISIT, visit)], ids=["user", "role", "session"]
)
def test_a_grant_is_for_whom_it_named_and_for_nobody_of_that_name(named, caller):
    kept = stored(statement(Principal={"AWS": named}))
    assert (may(kept, caller(IDS[named])), may(kept, caller("AROANEW"))) == (True, False)


def test_a_denial_is_for_everybody_of_that_name():
    kept = stored(statement(Principal="*"), statement("Deny", Principal={"AWS": USER}))
    assert (may(kept, alice("AIDAOLD")), may(kept, alice("AIDANEW"))) == (False, False)


def test_a_denial_spares_only_whom_it_named():
    kept = stored(statement(Principal="*"), statement("Deny", NotPrincipal={"AWS": USER}))
    assert (may(kept, alice("AIDAOLD")), may(kept, alice("AIDANEW"))) == (True, False)


def test_the_order_in_which_callers_come_does_not_matter():
    """Statements that mean a caller are remembered by all that names it, its id too."""
    kept = stored(statement(Principal={"AWS": USER}))
    text, ids = unpin(kept)
    policy = hold_to_ids(parse_policy(text, PolicyKind.BUCKET), ids)
    request = AccessRequest(alice("AIDAOLD"), "s3:GetObject", "arn:aws:s3:::pictures/a", OWNER)
    later = AccessRequest(alice("AIDANEW"), "s3:GetObject", "arn:aws:s3:::pictures/a", OWNER)
    verdicts = [
        judge(asked, identity=(ALL,), resource=(policy,)).allowed for asked in (request, later, request)
    ]
    assert verdicts == [True, False, True]


def test_a_name_that_nobody_has_yet_is_for_who_gets_it():
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement(Principal={"AWS": USER})]})
    kept = pin(text, parse_policy(text, PolicyKind.BUCKET), resolve_nobody)
    assert kept == text
    assert may(kept, alice("AIDANEW"))


@pytest.mark.parametrize("text", ['{"Statement":[]}', "\ufeff{}", "no json", '{"vedette:document"', ""])
def test_what_was_stored_before_is_read_as_it_is(text):
    assert unpin(text) == (text, {})


def test_a_customer_cannot_write_ids():
    document = json.dumps({"vedette:document": "{}", "vedette:ids": {}})
    with pytest.raises(Exception, match="vedette:document"):
        parse_policy(document, PolicyKind.BUCKET)


def test_without_a_directory_nobody_has_an_id():
    assert resolve_nobody([USER, ROLE]) == {}


def test_a_document_of_whatever_bytes_comes_back_as_it_was_put():
    document = b'{"Statement": "\xff\xc3"}'
    text, ids = unpin(pin(document.decode("utf-8", ESCAPED), ALL, resolve_nobody))
    assert (text.encode("utf-8", ESCAPED), ids) == (document, {})
