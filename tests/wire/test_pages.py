"""Page tokens come back as they went, and only to where they came from."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.errors import BadToken
from vedette.wire import pages

KEY = b"k" * 32
positions = st.lists(
    st.integers(-(2**53), 2**53) | st.text(st.characters(codec="utf-8"), max_size=60), max_size=3
)


@given(positions, st.text(max_size=60))
def test_a_token_leads_back_to_its_place(position, scope):
    token = pages.encode(KEY, scope, position)
    assert set(token) <= set(string.ascii_letters + string.digits + "/+=")
    assert len(token) <= 1024
    assert pages.decode(KEY, scope, token) == position


@pytest.mark.parametrize("token", ["", None])
def test_no_token_is_the_first_page(token):
    assert pages.decode(KEY, "any", token) is None


def test_a_token_is_bound_to_key_and_scope():
    token = pages.encode(KEY, "ListProjects", [1])
    for key, scope in [(b"x" * 32, "ListProjects"), (KEY, "ListModels")]:
        with pytest.raises(BadToken):
            pages.decode(key, scope, token)


@given(st.data())
def test_a_token_with_one_changed_character_is_refused(data):
    token = pages.encode(KEY, "s", {"after": "boards-v2", "at": 1627045542080})
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(
        st.sampled_from(string.ascii_letters + string.digits + "/+=-_ \0é").filter(
            lambda c: c != token[place]
        )
    )
    with pytest.raises(BadToken):
        pages.decode(KEY, "s", token[:place] + other + token[place + 1 :])


@pytest.mark.parametrize("token", ["A", "AAAA", "=", "é", "A" * 1024, "A" * 5000, "next", " ", "bnVsbA=="])
def test_what_we_did_not_give_out_is_refused(token):
    with pytest.raises(BadToken):
        pages.decode(KEY, "s", token)


def test_scopes_of_different_questions_differ():
    asked = [
        ("List", "1", None),
        ("List", "1", ""),
        ("List", "1"),
        ("Lis", "t1"),
        ("List", ["1"]),
        ("List", 1),
    ]
    assert len({pages.scope(*parts) for parts in asked}) == len(asked)
    assert pages.scope("L", {"b": 1, "a": 2}) == pages.scope("L", {"a": 2, "b": 1})


def test_a_place_that_does_not_fit_a_token_is_a_fault_of_ours():
    with pytest.raises(ValueError, match="shorter"):
        pages.encode(KEY, "s", ["x" * 1024])
