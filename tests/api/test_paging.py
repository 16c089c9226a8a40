"""Pages of lists: each entry once, in any size of page, and tokens that lead only where they came from."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.api.paging import PageMembers, read_page
from vedette.errors import BadToken

HOUSE = SimpleNamespace(page_key=bytes(32))
MARKERS = PageMembers(size="Limit", token="Marker", next_token="NextMarker")


def list_numbers(numbers, request, *list_asked, **options):
    """Answer as a handler does that lists increasing numbers."""
    page = read_page(HOUSE, request, *list_asked, **options)
    rest = [number for number in numbers if number > page.after(-1)]
    shown = rest[: page.size]
    return page.answer({"Numbers": shown}, shown[-1] if len(rest) > len(shown) else None)


@given(st.sets(st.integers(0, 10**12), max_size=40), st.integers(1, 7), st.sampled_from([None, MARKERS]))
def test_a_client_that_follows_the_tokens_meets_each_entry_once(numbers, size, members):
    named = {"members": members} if members else {}
    size_member, token, following = (
        ("Limit", "Marker", "NextMarker") if members else ("MaxResults", *["NextToken"] * 2)
    )
    met, request = [], {size_member: size}
    while True:
        answer = list_numbers(sorted(numbers), request, "List", **named)
        met += answer["Numbers"]
        assert len(answer["Numbers"]) <= size
        if following not in answer:
            break
        request[token] = answer[following]
    assert met == sorted(numbers)


def test_a_page_has_the_usual_size_where_nobody_says_another():
    assert len(list_numbers(range(200), {}, "List")["Numbers"]) == 100
    assert len(list_numbers(range(200), {}, "List", size=5)["Numbers"]) == 5


@pytest.mark.parametrize(
    "other", [("Other", "boards"), ("List", "doors"), ("List",), ("List", "boards", "x")]
)
def test_a_token_of_another_list_is_refused(other):
    token = list_numbers(range(9), {"MaxResults": 1}, "List", "boards")["NextToken"]
    assert list_numbers(range(9), {"MaxResults": 1, "NextToken": token}, "List", "boards")["Numbers"] == [1]
    with pytest.raises(BadToken):
        list_numbers(range(9), {"NextToken": token}, *other)
