"""The reference page on policies names every operator, and every key that a request can answer."""

import re
from pathlib import Path

from vedette.access.conditions import OPERATORS
from vedette.access.keys import is_known_key
from vedette.access.public import FIXING
from vedette.api.s3.facts import HEADERS, LOCKS, QUERY

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "policies.md").read_text("utf-8")
NAMED = {name.lower() for name in re.findall(r"`((?:aws|s3|sts):[^`{}$\s]+)`", PAGE)}


def test_every_operator_is_there():
    (listed,) = re.findall(r"^Operators: (.*?)\.$", PAGE, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"`(\w+)`", listed.partition(";")[0])) == set(OPERATORS)


def test_every_key_that_is_named_is_known():
    actions = {"sts:assumerole", "sts:tagsession", "sts:setsourceidentity"}
    assert {name for name in NAMED - actions if not is_known_key(name.replace("…", "x"))} == set()


def test_every_key_that_s3_answers_is_named():
    answered = {f"s3:{name}" for name in HEADERS} | set(LOCKS.values())
    assert answered | set(QUERY.values()) <= NAMED


def test_what_fixes_the_caller_is_named():
    assert {key for key in FIXING if key.startswith("aws:")} <= NAMED
