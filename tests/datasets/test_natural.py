"""Names in the order in which people see them, all at once."""

import re

from hypothesis import given
from hypothesis import strategies as st

from vedette.datasets.natural import rank_names


def rank(names):
    """Rank names in blocks of 50."""
    texts = [name.encode() + b"\xff" for name in names]
    return rank_names([b"".join(texts[at : at + 50]) for at in range(0, len(texts), 50)]).tolist()


def naive_key(name):
    own = name.rpartition("/")[2].encode().lower()
    return re.sub(rb"\d+", lambda digits: digits.group().zfill(12), own)


def in_order(names):
    ranks = rank(names)
    return [names[place] for place in sorted(range(len(names)), key=ranks.__getitem__)]


def test_numbers_come_by_their_value_and_case_and_folders_do_not_matter():
    names = [
        "s3://b/z/img_10.png",
        "s3://b/a/IMG_9.png",
        "s3://b/img_009a.png",
        "s3://b/y/im.png",
        "s3://b/é",
    ]
    assert in_order(names) == [names[3], names[1], names[2], names[0], names[4]]


def test_what_is_equal_has_one_rank():
    assert rank(["s3://a/x/1.png", "s3://b/y/01.PNG", "s3://b/0.png"]) == [1, 1, 0]


def test_of_no_names_there_is_no_rank():
    assert rank([]) == []


NAMES = st.lists(
    st.one_of(
        st.text("aAb/0129._", max_size=30),
        st.text(st.characters(codec="utf-8"), max_size=12),
        st.integers(0, 10**14).map(lambda number: f"s3://bucket/f/IMG_{number}.jpeg"),
    ),
    max_size=40,
)


@given(NAMES)
def test_names_come_as_one_by_one_comparing_has_them(names):
    assert in_order(names) == sorted(names, key=naive_key)


def test_names_of_many_blocks_have_one_order():
    names = [f"s3://bucket/{'long/' * 20}{number % 977}-{number}.png" for number in range(3_000)]
    assert in_order(names) == sorted(names, key=naive_key)
