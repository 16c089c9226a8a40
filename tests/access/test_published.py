"""The judge beside one that knows AWS's published description alone: two thousand drawn questions."""

import json
from random import Random

from access.published_cases import draw
from doubles.published_judge import decide
from vedette.access.judge import judge
from vedette.access.parse import parse_policy
from vedette.access.patterns import Template
from vedette.access.policy import PolicyKind
from vedette.access.request import AccessRequest, AccessSubject, SubjectKind

SEED, CASES = 20261129, 2000
KINDS = {"role session": SubjectKind.ROLE_SESSION}
LAYERS = {
    "identity": PolicyKind.IDENTITY,
    "resource": PolicyKind.BUCKET,
    "boundary": PolicyKind.IDENTITY,
    "session": PolicyKind.SESSION,
}


def decision(case):
    """Return the kernel's answer, in the published words."""
    caller, asked = case["caller"], case["request"]
    subject = AccessSubject(
        kind=KINDS.get(caller["type"]) or SubjectKind(caller["type"]),
        account=caller["account"],
        arn=caller["arn"],
        user_id=caller["id"],
        name=caller.get("name", ""),
        role_arn=caller.get("role", ""),
        tags=caller.get("tags", {}),
    )
    context = {key.lower(): value for key, value in asked["context"].items()} | subject.context()
    request = AccessRequest(subject, asked["action"], asked["resource"], asked["owner"], context)
    layers = {
        layer: tuple(parse_policy(json.dumps(document), kind) for document in case[layer])
        for layer, kind in LAYERS.items()
    }
    answer = judge(request, **layers, stands_alone=case["needs_resource"])
    if answer.explicit_deny:
        return "explicit deny"
    return "allow" if answer.allowed else "implicit deny"


def is_stricter_on_purpose(case):
    """Return whether a NotResource has a variable without a value: then an Allow allows nothing here (0180).

    AWS does not say what such a NotResource excludes. Denying more is the only difference that it may make.
    """
    facts = {key.lower() for key, value in case["request"]["context"].items() if isinstance(value, str)}
    caller = case["caller"]
    facts |= {f"aws:principaltag/{key.lower()}" for key in caller.get("tags", {})}
    facts |= {"aws:username"} if caller["type"] == "user" else set()
    return any(
        key not in facts
        for layer in LAYERS
        for document in case[layer]
        if document.get("Version") == "2012-10-17"
        for statement in _listed(document["Statement"])
        for text in _listed(statement.get("NotResource", []))
        for key in Template(text, variables=True).keys
    )


def _listed(value):
    return value if isinstance(value, list) else [value]


def differences(seed, count):
    """Return the questions that the two judges answer differently, and how often each answer was given."""
    random, found, answers = Random(seed), [], {}
    for _ in range(count):
        case = draw(random)
        ours, theirs = decision(case), decide(case)
        answers[theirs] = answers.get(theirs, 0) + 1
        if ours != theirs and not (ours != "allow" and is_stricter_on_purpose(case)):
            found.append((ours, theirs, case))
    return found, answers


def test_two_thousand_questions_are_answered_as_aws_describes_it():
    found, answers = differences(SEED, CASES)
    assert not found, json.dumps(found[0], indent=1)
    # Each answer is common enough that a judge who always gave the same one would be found out.
    assert all(count > CASES / 20 for count in answers.values()), answers
    assert set(answers) == {"allow", "explicit deny", "implicit deny"}


def test_the_second_judge_is_not_ours():
    source = decide.__globals__
    assert not any(str(getattr(value, "__module__", "")).startswith("vedette") for value in source.values())
