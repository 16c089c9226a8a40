"""A thousand random questions, answered by the kernel and by a naive restatement of IAM's rules."""

import json
from random import Random

import pytest

from access.cases import a_case
from doubles import naive_policies
from vedette.access.judge import judge
from vedette.access.parse import parse_policy
from vedette.access.policy import PolicyKind
from vedette.access.request import AccessRequest, AccessSubject, SubjectKind

SEEDS, EACH = 40, 50
KINDS = {"session": SubjectKind.ROLE_SESSION}
SIDES = {"identity": PolicyKind.IDENTITY, "resource": PolicyKind.BUCKET, "session": PolicyKind.SESSION}


def subject(who):
    return AccessSubject(
        kind=KINDS.get(who["kind"]) or SubjectKind(who["kind"]),
        account=who["account"],
        arn=who["arn"],
        user_id=who["id"],
        name=who.get("name", ""),
        role_arn=who.get("role", ""),
        tags=who.get("tags", {}),
    )


def policies(case, side):
    return tuple(parse_policy(json.dumps(document), SIDES[side]) for document in case[side])


def answer(case):
    caller, asked = subject(case["who"]), case["request"]
    context = {**asked["context"], **caller.context()}
    request = AccessRequest(caller, asked["action"], asked["resource"], asked["account"], context)
    sides = {side: policies(case, side) for side in SIDES}
    return judge(request, **sides, stands_alone=case["stands_alone"]).allowed


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_kernel_answers_as_the_rules_do(seed):
    random = Random(seed)
    for _ in range(EACH):
        case = a_case(random)
        assert answer(case) is naive_policies.may(case), json.dumps(case, indent=1)


def test_the_cases_are_worth_asking():
    random = Random(0)
    answers = [naive_policies.may(a_case(random)) for _ in range(SEEDS * EACH)]
    assert 0.1 < sum(answers) / len(answers) < 0.5
