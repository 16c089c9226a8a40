"""What holds of every judgement, whatever the policies say."""

import json
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from access.cases import PRINCIPALS, a_case, a_statement
from access.test_cases import answer

SEEDS = st.integers(0, 2**32)
SIDES = st.sampled_from(["identity", "resource", "session"])
FEW = settings(max_examples=150, deadline=None)


def with_statement(case, side, effect, random):
    """Return the case with one more policy on that side, of one statement."""
    statement = {**a_statement(random, side), "Effect": effect}
    if "NotPrincipal" in statement:
        del statement["NotPrincipal"]
        statement["Principal"] = random.choice(PRINCIPALS)
    return {**case, side: [*case[side], {"Version": "2012-10-17", "Statement": statement}]}


@given(SEEDS)
@FEW
def test_the_order_of_statements_and_policies_never_matters(seed):
    random = Random(seed)
    case = a_case(random)
    shuffled = json.loads(json.dumps({side: case[side] for side in ("identity", "resource", "session")}))
    for policies in shuffled.values():
        random.shuffle(policies)
        for policy in policies:
            if isinstance(policy["Statement"], list):
                random.shuffle(policy["Statement"])
    assert answer({**case, **shuffled}) is answer(case)


@given(SEEDS, SIDES)
@FEW
def test_one_more_denial_never_allows(seed, side):
    random = Random(seed)
    case = a_case(random)
    assert answer(with_statement(case, side, "Deny", random)) <= answer(case)


@given(SEEDS, st.sampled_from(["identity", "resource"]))
@FEW
def test_one_more_allowance_never_denies(seed, side):
    random = Random(seed)
    case = a_case(random)
    assert answer(with_statement(case, side, "Allow", random)) >= answer(case)


@given(SEEDS)
@FEW
def test_a_session_policy_never_widens(seed):
    random = Random(seed)
    case = {**a_case(random), "session": []}
    assert answer(with_statement(case, "session", random.choice(["Allow", "Deny"]), random)) <= answer(case)


@given(SEEDS)
@FEW
def test_nothing_allows_where_no_statement_does_but_to_the_root_in_its_account(seed):
    case = {**a_case(Random(seed)), "identity": [], "resource": [], "session": []}
    is_own_root = case["who"]["kind"] == "root" and case["who"]["account"] == case["request"]["account"]
    assert answer(case) is (is_own_root and not case["stands_alone"])
