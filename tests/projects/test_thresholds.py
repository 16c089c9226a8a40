"""Thresholds that people choose for a version: kept with who and when, checked, and never half written."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doubles.houses import HERE, NOON
from vedette.clock import milliseconds
from vedette.errors import Missing, Taken, Wrong
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject
from vedette.projects.thresholds import LabelThresholdChoice, ThresholdChange, ThresholdStore
from vedette.projects.version import (
    ChosenThreshold,
    VersionThresholds,
    dump_thresholds,
    read_thresholds,
)
from vedette.projects.version_states import NewVersion

TRAINED = {"dent": 0.5, "scratch": 0.7}
ALICE = "arn:aws:iam::111122223333:user/alice"


@pytest.fixture
def version(house):
    project = house.projects.create(Scope("rekognition", HERE, "eu-west-1"), NewProject("boards"))
    return house.versions.create(project, NewVersion("v1"))[0]


@pytest.fixture
def put(house, version):
    store = ThresholdStore(house.versions, house.clock)

    def change(*choices, **more):
        return store.put(version, ThresholdChange(choices, **more), TRAINED, by=ALICE)

    return change


def stored(house, version):
    return house.versions.find_by_id(version.id).thresholds


def test_what_was_chosen_is_kept_with_who_when_and_why(house, version, put):
    written = put(LabelThresholdChoice("dent", 0.25, "cheapest", 100, 2, "€"), on_wire=True)
    chosen = ChosenThreshold(0.25, "cheapest", 100, 2, "€", ALICE, milliseconds(NOON))
    assert (written.labels, written.on_wire) == ({"dent": chosen}, True)
    assert stored(house, version) == written


def test_labels_that_are_not_named_stay_as_they_are(house, version, put):
    put(LabelThresholdChoice("dent", 0.25), on_wire=True)
    put(LabelThresholdChoice("scratch", 0.9))
    assert stored(house, version).values == {"dent": 0.25, "scratch": 0.9}
    put(reset=["dent"])
    assert stored(house, version).values == {"scratch": 0.9}
    put(LabelThresholdChoice("dent", 0.1), resets_all=True)
    assert stored(house, version).values == {"dent": 0.1}
    assert stored(house, version).on_wire is True


def test_of_two_people_who_saw_the_same_the_second_is_told(house, version, put):
    first = put(LabelThresholdChoice("dent", 0.25))
    put(LabelThresholdChoice("dent", 0.3), revision=first.revision)
    with pytest.raises(Taken, match="Somebody changed the thresholds"):
        put(LabelThresholdChoice("dent", 0.4), revision=first.revision)
    assert stored(house, version).values == {"dent": 0.3}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"choices": [LabelThresholdChoice("rust", 0.5)]}, 'has no label "rust"; it has "dent", "scratch"'),
        ({"choices": [LabelThresholdChoice("dent", -0.1)]}, "not between 0 and 1"),
        ({"choices": [LabelThresholdChoice("dent", 1.01)]}, "not between 0 and 1"),
        ({"choices": [LabelThresholdChoice("dent", math.nan)]}, "not between 0 and 1"),
        ({"choices": [LabelThresholdChoice("dent", math.inf)]}, "not between 0 and 1"),
        ({"choices": [LabelThresholdChoice("dent", 0.5, "because")]}, "not 'because'"),
        ({"choices": [LabelThresholdChoice("dent", 0.5, miss_cost=-1)]}, "A cost of"),
        ({"choices": [LabelThresholdChoice("dent", 0.5, miss_cost=math.nan)]}, "A cost of"),
        ({"choices": [LabelThresholdChoice("dent", 0.5, currency="x" * 9)]}, "A currency"),
        ({"choices": [LabelThresholdChoice("dent", 0.5)] * 2}, "named twice"),
        ({"choices": [LabelThresholdChoice("dent", 0.5)], "reset": ["dent"]}, "named twice"),
        ({"reset": ["rust"]}, 'has no label "rust"'),
    ],
)
def test_what_is_wrong_changes_nothing(change, sentence, house, version, put):
    before = put(LabelThresholdChoice("scratch", 0.6))
    more = {name: value for name, value in change.items() if name != "choices"}
    with pytest.raises(Wrong, match=sentence):
        put(LabelThresholdChoice("scratch", 0.1), *change.get("choices", ()), **more)
    assert stored(house, version) == before


def test_a_version_that_was_deleted_meanwhile_gets_none(house, version, put):
    house.versions.move(version, "failed")
    house.versions.remove(house.versions.move(version, "deleting"))
    with pytest.raises(Missing, match="deleted"):
        put(LabelThresholdChoice("dent", 0.5))


costs = st.none() | st.floats(0, 1e12)
chosen_thresholds = st.builds(
    ChosenThreshold,
    threshold=st.floats(0, 1),
    reason=st.sampled_from(["chosen", "cheapest"]),
    miss_cost=costs,
    false_alarm_cost=costs,
    currency=st.text(max_size=8),
    by=st.text(),
    at_ms=st.integers(0, 2**45),
)


@settings(max_examples=30)
@given(
    st.builds(
        VersionThresholds, st.dictionaries(st.text(), chosen_thresholds, max_size=3), st.booleans(), st.text()
    )
)
def test_what_is_written_is_read_back(thresholds):
    assert read_thresholds(dump_thresholds(thresholds)) == thresholds
