"""What holds the handlers of these tests to their shapes: it fails where the wire would say nothing."""

import pytest

from doubles.shapes import held_to_shape
from vedette.api.own import OPERATIONS

ENTRY = {"Id": "e", "Name": "a", "SourceRef": "s3://b/a"}


def answer(**members):
    return held_to_shape("vedette", "QueryEntries", lambda: members)()


def test_an_answer_of_known_members_is_handed_on():
    members = {"Snapshot": "s", "Total": 1, "Entries": [{"IsRemoved": True}]}
    assert answer(**members) == members


@pytest.mark.parametrize(
    ("members", "fault"),
    [
        ({"Totals": 1}, "QueryEntries.Totals is unknown"),
        ({"Entries": [{"IsRemoved": True}, {"CreationDay": 1}]}, r"Entries\[\].CreationDay is unknown"),
        ({"Entries": [{"Boxes": [{"label": "x"}]}]}, r"Boxes\[\].label is unknown"),
    ],
)
def test_a_member_that_no_shape_knows_fails(members, fault):
    with pytest.raises(AssertionError, match=fault):
        answer(**members)


def test_every_handler_of_these_tests_is_held():
    assert all(hasattr(handler, "__wrapped__") for handler in OPERATIONS.values())
