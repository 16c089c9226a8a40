"""Wildcards and variables: what a text of a policy means."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from doubles.naive_policies import glob
from vedette.access.patterns import Template

LETTERS = st.text("ab*?:", max_size=8)


@given(pattern=LETTERS, value=st.text("ab*:", max_size=8))
@example(pattern="a*a", value="a")
@example(pattern="*?", value="")
@example(pattern="??*", value="a")
@example(pattern="*a*b", value="ab")
@example(pattern="a?*b?a*", value="abbba")
def test_a_pattern_means_what_its_letters_say(pattern, value):
    assert Template(pattern, variables=False).matches(value, {}) is glob(pattern, value)


@pytest.mark.parametrize(
    ("pattern", "value", "means"),
    [
        ("[ab]*", "a", False),
        ("[ab]*", "[ab]x", True),
        ("a.b", "axb", False),
        ("a?b", "a\nb", True),
        ("a*", "a\nb", True),
        ("a\\*", "a\\x", True),
        ("", "", True),
        ("", "a", False),
        ("*", "", True),
        ("?", "", False),
        ("a", "A", False),
    ],
)
def test_only_two_characters_are_wildcards(pattern, value, means):
    assert Template(pattern, variables=False).matches(value, {}) is means


@pytest.mark.parametrize("pattern", ["*a" * 500, "*?a" * 300, "a*" * 500 + "b", "*" * 4000 + "?"])
def test_no_pattern_takes_long(pattern):
    began = time.process_time()
    Template(pattern, variables=False).matches("a" * 1024 + "c", {})
    assert time.process_time() - began < 0.5


CONTEXT = {
    "aws:username": "alice",
    "aws:useragent": "*",
    "aws:principaltag/team": "red",
    "aws:tagkeys": ("a", "b"),
}


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("home/${aws:username}/x", "home/alice/x"),
        ("${AWS:UserName}", "alice"),
        ("${aws:PrincipalTag/team}", "red"),
        ("${aws:userid}", None),
        ("${aws:userid, 'nobody'}", "nobody"),
        ("${aws:userid,'nobody'}", "nobody"),
        ("${aws:userid, ''}", ""),
        ("${aws:username, 'nobody'}", "alice"),
        ("${aws:TagKeys}", None),
        ("${*}${?}${$}{aws:username}", "*?${aws:username}"),
        ("$aws:username}", "$aws:username}"),
        ("${aws:username}${aws:username}", "alicealice"),
    ],
)
def test_a_variable_is_replaced_by_its_one_value(text, plain):
    assert Template(text, variables=True).plain(CONTEXT) == plain


def test_what_a_variable_says_is_never_a_wildcard():
    agent = Template("${aws:UserAgent}", variables=True)
    assert (agent.matches("*", CONTEXT), agent.matches("anything", CONTEXT)) == (True, False)
    escaped = Template("a${*}b*", variables=True)
    assert [escaped.matches(value, {}) for value in ("a*bc", "axbc")] == [True, False]
    assert Template("*/${aws:username}/?", variables=True).matches("a/b/alice/x", CONTEXT)
    assert not Template("${aws:userid}*", variables=True).matches("", CONTEXT)


def test_without_variables_the_text_is_itself():
    assert Template("${aws:username}", variables=False).plain(CONTEXT) == "${aws:username}"
    assert Template("${aws:username}", variables=False).keys == ()


@pytest.mark.parametrize("text", ["${aws:username", "${}", "${a b}", "${aws:username, nobody}", "x${"])
def test_a_variable_that_cannot_be_read_is_refused(text):
    with pytest.raises(ValueError, match="variable"):
        Template(text, variables=True)


def test_a_template_says_whether_it_is_resolved():
    assert Template("x", variables=True).is_resolved({})
    assert Template("${aws:username}", variables=True).is_resolved(CONTEXT)
    assert not Template("${aws:userid}", variables=True).is_resolved(CONTEXT)
