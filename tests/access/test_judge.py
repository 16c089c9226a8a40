"""The judgement: IAM's logic by table, through `parse_policy` and `judge` alone."""

import json
import tracemalloc
from dataclasses import replace

import pytest

from vedette.access.judge import judge
from vedette.access.parse import parse_policy
from vedette.access.policy import MOST_CALLERS, PolicyKind, deny_all
from vedette.access.principals import PrincipalMatch
from vedette.access.request import NOBODY, AccessRequest, AccessSubject, SubjectKind

HERE, ELSEWHERE = "111122223333", "999999999999"
OBJECT = "arn:aws:s3:::pictures/a.jpg"
ROLE_ARN = f"arn:aws:iam::{HERE}:role/reader"
SESSION_ARN = f"arn:aws:sts::{HERE}:assumed-role/reader/visit"

ALICE = AccessSubject(SubjectKind.USER, HERE, f"arn:aws:iam::{HERE}:user/alice", "AIDAALICE", "alice")
ROOT = AccessSubject(SubjectKind.ROOT, HERE, f"arn:aws:iam::{HERE}:root", HERE, "root")
SESSION = AccessSubject(SubjectKind.ROLE_SESSION, HERE, SESSION_ARN, "AROAREADER:visit", role_arn=ROLE_ARN)
STRANGER = AccessSubject(SubjectKind.USER, ELSEWHERE, f"arn:aws:iam::{ELSEWHERE}:user/bob", "AIDABOB", "bob")
SERVICE = AccessSubject(SubjectKind.SERVICE, name="rekognition.amazonaws.com")


def statement(effect="Allow", principal=None, **more):
    written = {"Effect": effect, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::pictures/*"}
    return {**written, **({"Principal": principal} if principal else {}), **more}


def policy(kind, *statements):
    return parse_policy(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}), kind)


def identity(*statements):
    return (policy(PolicyKind.IDENTITY, *statements),)


def bucket(*statements):
    return (policy(PolicyKind.BUCKET, *statements),)


def session(*statements):
    return (policy(PolicyKind.SESSION, *statements),)


def asked(subject, account=HERE, **context):
    return AccessRequest(subject, "s3:GetObject", OBJECT, account, {**subject.context(), **context})


MINE, THEIRS = {"AWS": HERE}, {"AWS": ELSEWHERE}


@pytest.mark.parametrize(
    ("subject", "own", "resource", "narrowed", "allowed"),
    [
        (ALICE, (), (), (), False),
        (ALICE, identity(statement()), (), (), True),
        (ALICE, identity(statement(), statement("Deny")), (), (), False),
        (ALICE, identity(statement(Action="s3:PutObject")), (), (), False),
        # Within one account the two sides are a union,
        (ALICE, (), bucket(statement(principal={"AWS": ALICE.arn})), (), True),
        (ALICE, (), bucket(statement(principal="*")), (), True),
        # an account as principal only passes the decision on,
        (ALICE, (), bucket(statement(principal=MINE)), (), False),
        (ALICE, identity(statement()), bucket(statement(principal=MINE)), (), True),
        # and a Deny on either side ends it.
        (ALICE, identity(statement()), bucket(statement("Deny", MINE)), (), False),
        (ALICE, identity(statement("Deny")), bucket(statement(principal="*")), (), False),
        # The root may everything in its account, but for what a bucket denies.
        (ROOT, (), (), (), True),
        (ROOT, (), bucket(statement("Deny", "*")), (), False),
        # A role's statement means its sessions.
        (SESSION, (), bucket(statement(principal={"AWS": ROLE_ARN})), (), True),
        (SESSION, identity(statement()), bucket(statement("Deny", {"AWS": ROLE_ARN})), (), False),
        # A session policy narrows everything but what was given to the very session.
        (SESSION, identity(statement()), (), session(statement()), True),
        (SESSION, identity(statement()), (), session(statement(Action="s3:PutObject")), False),
        (SESSION, identity(statement()), (), session(statement(), statement("Deny")), False),
        (SESSION, (), bucket(statement(principal={"AWS": ROLE_ARN})), session(statement()), True),
        (SESSION, (), bucket(statement(principal="*")), session(statement(Action="s3:PutObject")), False),
        (
            SESSION,
            (),
            bucket(statement(principal={"AWS": SESSION_ARN})),
            session(statement(Action="s3:PutObject")),
            True,
        ),
        # Across accounts both sides must allow.
        (STRANGER, identity(statement()), (), (), False),
        (STRANGER, (), bucket(statement(principal="*")), (), False),
        (STRANGER, identity(statement()), bucket(statement(principal=THEIRS)), (), True),
        (STRANGER, identity(statement()), bucket(statement(principal={"AWS": STRANGER.arn})), (), True),
        (STRANGER, identity(statement()), bucket(statement(principal=MINE)), (), False),
        # Nobody is everybody, and no account; a service is neither.
        (NOBODY, (), bucket(statement(principal="*")), (), True),
        (NOBODY, (), bucket(statement(principal={"Service": "*"})), (), False),
        (NOBODY, (), bucket(statement(principal={"Federated": "*"})), (), False),
        (ALICE, (), bucket(statement(principal={"Service": "*"})), (), False),
        (SERVICE, (), bucket(statement(principal={"Service": "rekognition.amazonaws.com"})), (), True),
        (SERVICE, (), bucket(statement(principal={"Service": "*"})), (), True),
        (SERVICE, (), bucket(statement(principal="*")), (), False),
    ],
)
def test_who_may(subject, own, resource, narrowed, allowed):
    decision = judge(asked(subject), identity=own, resource=resource, session=narrowed)
    assert decision.allowed is allowed


def test_a_trust_policy_stands_alone():
    def may_assume(principal, own):
        trust = policy(
            PolicyKind.TRUST, {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        )
        request = AccessRequest(ALICE, "sts:AssumeRole", ROLE_ARN, HERE, ALICE.context())
        return judge(request, identity=own, resource=(trust,), stands_alone=True).allowed

    everything = identity({"Effect": "Allow", "Action": "*", "Resource": "*"})
    assert may_assume({"AWS": ALICE.arn}, ())
    assert may_assume(MINE, everything)
    assert not may_assume(MINE, ())
    assert not may_assume(THEIRS, everything)


def test_a_decision_names_the_statement_that_made_it():
    own = parse_policy(
        json.dumps({"Version": "2012-10-17", "Statement": [statement(Sid="Read"), statement("Deny")]}),
        PolicyKind.IDENTITY,
        name="reader",
    )
    decision = judge(asked(ALICE), identity=(own,))
    assert (decision.explicit_deny, decision.reason) == (
        True,
        "denied by statement 2 of the identity policy reader",
    )


@pytest.mark.parametrize("subject", [ROOT, ALICE, SESSION, STRANGER, NOBODY, SERVICE])
@pytest.mark.parametrize("side", ["identity", "resource", "session"])
def test_a_document_that_cannot_be_read_denies_whatever_allows(subject, side):
    kinds = {"identity": PolicyKind.IDENTITY, "resource": PolicyKind.BUCKET, "session": PolicyKind.SESSION}
    sides = {"identity": identity(statement()), "resource": bucket(statement(principal="*")), "session": ()}
    sides[side] = (*sides[side], deny_all(kinds[side], "old"))
    decision = judge(asked(subject), **sides)
    assert (decision.allowed, decision.explicit_deny) == (False, True)
    assert decision.reason == f"denied by a document that cannot be read of the {kinds[side]} policy old"


def test_a_trust_that_cannot_be_read_denies_too():
    request = AccessRequest(ROOT, "sts:AssumeRole", ROLE_ARN, HERE, ROOT.context())
    assert judge(request, resource=(deny_all(PolicyKind.TRUST, "old"),), stands_alone=True).explicit_deny


@pytest.mark.parametrize(
    ("own", "resource", "expected"),
    [
        (identity(statement(Sid="Read")), (), "allowed by the caller's own policies"),
        (
            (),
            bucket(statement(principal="*", Sid="Read")),
            "allowed by statement 1 (Read) of the bucket policy",
        ),
        ((), (), "no statement allows it"),
        ((), bucket(statement("Deny", "*")), "denied by statement 1 of the bucket policy"),
    ],
)
def test_a_decision_says_why(own, resource, expected):
    decision = judge(asked(ALICE), identity=own, resource=resource)
    assert decision.reason == expected


def test_a_decision_tells_its_parts_to_who_adds_other_grants():
    mine = bucket(statement(principal=MINE))
    decision = judge(asked(ALICE), identity=identity(statement()), resource=mine)
    assert (decision.resource_match, decision.identity_allows, decision.narrowed) == (
        PrincipalMatch.ACCOUNT,
        True,
        False,
    )
    other = session(statement(Action="s3:PutObject"))
    decision = judge(asked(SESSION), identity=identity(statement()), resource=mine, session=other)
    assert (decision.resource_match, decision.identity_allows, decision.narrowed) == (
        PrincipalMatch.NONE,
        False,
        True,
    )
    decision = judge(asked(STRANGER), resource=bucket(statement("Deny", "*")))
    assert (decision.resource_match, decision.identity_allows, decision.narrowed) == (
        PrincipalMatch.NONE,
        False,
        False,
    )


def test_a_thing_without_an_owner_is_judged_as_the_callers_own():
    assert judge(asked(STRANGER, account=""), identity=identity(statement())).allowed
    assert judge(asked(ROOT, account="")).allowed


def test_a_federation_is_meant_by_name_and_by_everybody():
    federation = AccessSubject(SubjectKind.FEDERATED, HERE, name="cognito-identity.amazonaws.com")
    for principal, allowed in (
        ({"Federated": "cognito-identity.amazonaws.com"}, True),
        ({"Federated": "*"}, True),
        ("*", True),
        ({"Federated": "accounts.google.com"}, False),
        ({"Service": "*"}, False),
        (MINE, False),
    ):
        assert judge(asked(federation), resource=bucket(statement(principal=principal))).allowed is allowed


def test_an_account_is_known_by_its_id_of_s3_too():
    owner = replace(STRANGER, canonical_id="0" * 64)
    policies = bucket(statement(principal={"CanonicalUser": "0" * 64}))
    assert judge(asked(owner), identity=identity(statement()), resource=policies).allowed
    assert not judge(asked(owner), resource=policies).allowed
    assert not judge(asked(STRANGER), identity=identity(statement()), resource=policies).allowed


def test_a_policy_that_thousands_of_sessions_call_does_not_keep_them_all():
    resource = bucket(statement(principal="*"))

    def call(first, last):
        for number in range(first, last):
            judge(asked(replace(SESSION, arn=f"{SESSION_ARN}{number}")), resource=resource)

    tracemalloc.start()
    try:
        call(0, MOST_CALLERS)
        of_some = tracemalloc.get_traced_memory()[0]
        call(MOST_CALLERS, 8 * MOST_CALLERS)
        of_all = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert of_some > 100 * MOST_CALLERS, "the callers are kept at all"
    assert of_all < 2 * of_some
