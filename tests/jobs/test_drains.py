"""The list of nodes that are emptied: kept, shared by servers, and told to those who place work."""

import pytest

from vedette.jobs.drains import NodeDrains


@pytest.fixture
def drains(database, clock):
    return NodeDrains(database, clock)


def test_a_node_stays_on_the_list_until_it_is_taken_off(drains):
    heard = []
    drains.on_change(heard.append)
    drains.drain("10.0.0.3", "arn:alice")
    drains.drain("10.0.0.3", "arn:ben")
    assert [(node.name, node.by) for node in drains.list()] == [("10.0.0.3", "arn:alice")]
    assert drains.resume("10.0.0.3")
    assert not drains.resume("10.0.0.3")
    assert heard == [{"10.0.0.3"}, {"10.0.0.3"}, set(), set()]


def test_another_server_hears_of_it_when_it_looks(drains, database, clock):
    other = NodeDrains(database, clock)
    drains.drain("10.0.0.3", "arn:alice")
    assert other.names == frozenset()
    other.refresh()
    assert other.names == {"10.0.0.3"}
