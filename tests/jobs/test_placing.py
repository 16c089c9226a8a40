"""Where work runs decides what is asked before a training begins."""

from types import SimpleNamespace

import pytest

from vedette.jobs.placing import EMPTIED, Placing


def placing(*, cluster=None, is_shared=True, emptied=()):
    roll = SimpleNamespace(is_shared=is_shared, name="http://127.0.0.1:8081")
    return Placing(cluster, roll, SimpleNamespace(names=frozenset(emptied)))


def test_a_server_that_is_emptied_begins_no_training_and_is_not_ready():
    here = placing(emptied=["http://127.0.0.1:8081"])
    assert here.is_emptied
    assert here.gate is not None
    assert here.gate(0) == EMPTIED


def test_another_one_goes_on():
    here = placing(emptied=["http://127.0.0.1:8082"])
    assert not here.is_emptied
    assert here.gate(0) == ""


def test_a_server_alone_has_no_gate_and_one_with_a_cluster_asks_that():
    assert placing(is_shared=False, emptied=["http://127.0.0.1:8081"]).gate is None
    cluster = SimpleNamespace(why_no_training=lambda under_way: f"{under_way} are enough.")
    here = placing(cluster=cluster, emptied=["http://127.0.0.1:8081"])
    assert here.gate(3) == "3 are enough."
    assert not here.is_emptied, "there nodes are emptied, and no servers"


@pytest.mark.parametrize("is_shared", [True, False])
def test_nothing_is_emptied_at_first(is_shared):
    assert not placing(is_shared=is_shared).is_emptied
