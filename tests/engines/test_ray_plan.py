"""What is set for a cluster is refused in a sentence where it cannot be."""

import importlib.util

import pytest

from vedette.engines import ray_plan
from vedette.engines.choose import open_engine, open_units, open_watch
from vedette.engines.local import LocalEngine
from vedette.engines.local_units import LocalUnits
from vedette.engines.placement import Room
from vedette.engines.ray_engine import RayEngine
from vedette.engines.ray_plan import RayPlan, read_plan, read_ports
from vedette.engines.ray_units import RayUnits
from vedette.engines.ray_words import joining_sentence
from vedette.engines.unit_door import Ports
from vedette.errors import Wrong


@pytest.fixture(autouse=True)
def as_if_ray_were_installed(monkeypatch):
    monkeypatch.setattr(ray_plan, "find_spec", lambda name: importlib.util.find_spec("json"))


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", "VEDETTE_ENGINE=ray needs VEDETTE_RAY_ADDRESS, the host and port"),
        ("ray://head:10001", "since this machine is a node of the cluster itself"),
        ("head", "write it as 10.0.0.1:6379"),
        ("head:here", "write it as 10.0.0.1:6379"),
    ],
)
def test_an_address_that_cannot_be_is_refused(address, words):
    with pytest.raises(Wrong) as refused:
        read_plan(address)
    assert words in refused.value.sentence


def test_without_ray_it_is_said_what_brings_it(monkeypatch):
    monkeypatch.setattr(ray_plan, "find_spec", lambda name: None)
    with pytest.raises(Wrong, match=r"pip install 'vedette\[ray\]'"):
        read_plan("head:6379")


def test_a_plan_crosses_to_the_processes_that_speak_to_the_cluster():
    plan = read_plan("head:6379", "cores=1,gpus=0.25", "", "/var/cache/vedette", "20000-20099")
    ports = Ports(20000, 20099)
    assert plan == RayPlan("head:6379", Room(1, 0, 0.25), Room(2, 2, 0), "/var/cache/vedette", ports)
    assert RayPlan.load(plan.dump()) == plan


@pytest.mark.parametrize(
    ("text", "ports"),
    [("", Ports()), ("  ", Ports()), ("20000", Ports(20000, 20000)), (" 1024 - 65535 ", Ports(1024, 65535))],
)
def test_ports_are_read(text, ports):
    assert read_ports(text, "VEDETTE_RAY_PORTS") == ports


@pytest.mark.parametrize(
    "text",
    ["1-2", "20000-", "-20000", "20001-20000", "20000-65536", "twenty", "20000-20010-20020", "２００００"],
)
def test_ports_that_cannot_be_are_refused(text):
    with pytest.raises(Wrong, match=r"^VEDETTE_RAY_PORTS cannot be "):
        read_ports(text, "VEDETTE_RAY_PORTS")


def test_an_installation_has_the_engine_that_it_sets():
    assert open_watch(None) is None
    watch = open_watch(read_plan("head:6379"))
    assert [type(each) for each in (open_engine(), open_units())] == [LocalEngine, LocalUnits]
    assert [type(each) for each in (open_engine(watch), open_units(watch))] == [RayEngine, RayUnits]


def test_a_cluster_of_another_python_is_named_with_both():
    told = (
        "Version mismatch: The cluster was started with:\n    Ray: 2.60.0\n    Python: 3.12.4\n"
        "This process on node 10.0.0.1 was started with:\n    Ray: 2.60.0\n    Python: 3.11.7\n"
    )
    assert joining_sentence("10.0.0.1:6379", told) == (
        "The Ray cluster at 10.0.0.1:6379 runs Ray 2.60.0 on Python 3.12.4, and this server Ray 2.60.0 on "
        "Python 3.11.7: install the same on both."
    )


def test_another_refusal_is_told_by_its_first_line_and_with_what_may_mend_it():
    assert joining_sentence("10.0.0.1:6379", "\n  no raylet here\nmore\n") == (
        "The Ray cluster at 10.0.0.1:6379 cannot be joined from here: no raylet here "
        "This machine has to be a node of it: ray start --address=10.0.0.1:6379 --num-cpus=0"
    )
