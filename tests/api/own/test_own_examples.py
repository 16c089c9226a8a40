"""Example projects: made in one call, ready to label and to train on."""

from functools import cache

import pytest

from doubles.houses import HERE, a_caller
from vedette.api.own import OPERATIONS, examples
from vedette.api.own.examples import EXAMPLES
from vedette.manifest.lines import read_line
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject
from vedette.vision.drawn_sets import draw_set

ALICE = a_caller("vedette")


@cache
def drawn(kind, count, *, seed):
    """A set is drawn once for all tests: its seed makes it what it is (tests/cli/test_demo.py)."""
    return tuple(draw_set(kind, count, seed=seed))


@pytest.fixture(autouse=True)
def drawn_once(monkeypatch):
    monkeypatch.setattr(examples, "draw_set", drawn)


@pytest.fixture
def call(house):
    return lambda operation, **request: OPERATIONS[operation](house, ALICE, request)


def entries(call, project, kind):
    answer = call("ListEntries", ProjectArn=project, DatasetType=kind, MaxResults=1000)
    return answer["Entries"]


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_example_is_labelled_to_the_end_and_without_a_flaw(call, house, name):
    made = call("CreateExampleProject", Example=name)
    example = EXAMPLES[name]
    assert (made["ProjectName"], made["Service"]) == (name, example.service)
    train = entries(call, made["ProjectArn"], "train")
    test = entries(call, made["ProjectArn"], "test") if example.has_test else []
    assert len(train) + len(test) == example.count
    assert not {entry["SourceRef"] for entry in train} & {entry["SourceRef"] for entry in test}
    assert [entry["Problems"] for entry in (*train, *test) if entry["Problems"]] == []
    # A tray without any part has nothing to be labelled with.
    assert sum(entry["Labeled"] for entry in (*train, *test)) >= example.count * 0.8
    bucket, _, key = train[0]["SourceRef"].removeprefix("s3://").partition("/")
    assert house.blobs.owner(bucket) == HERE
    assert house.blobs.read(bucket, key).startswith(b"\x89PNG")
    lines = [read_line(entry["Line"]).values for entry in (*train, *test)]
    masks = [line["anomaly-mask-ref"] for line in lines if "anomaly-mask-ref" in line]
    assert len(masks) == (48 if name == "find-scratches" else 0)
    for mask in masks[:1]:
        bucket, _, key = mask.removeprefix("s3://").partition("/")
        assert house.blobs.read(bucket, key).startswith(b"\x89PNG")


def test_half_an_example_is_left_to_be_labelled_and_the_names_count_on(call, house):
    house.projects.create(Scope("rekognition", HERE, ALICE.region), NewProject("sort-parts"))
    first = call("CreateExampleProject", Example="sort-parts", Labeled="half")
    assert first["ProjectName"] == "sort-parts-2"
    pictures = [entry for kind in ("train", "test") for entry in entries(call, first["ProjectArn"], kind)]
    assert sum(entry["Labeled"] for entry in pictures) == len(pictures) / 2
    unlabelled = next(entry for entry in pictures if not entry["Labeled"])
    assert set(read_line(unlabelled["Line"]).values) == {"source-ref"}


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_half_that_is_labelled_shows_every_label(call, name):
    made = call("CreateExampleProject", Example=name, Labeled="half")
    counts = call("CountEntries", ProjectArn=made["ProjectArn"], DatasetType="train")
    if EXAMPLES[name].service == "lookoutvision":
        assert (counts["Normal"], counts["Anomaly"]) == (24, 24)
        assert {label["Name"] for label in counts["Labels"]} == {"scratch", "rust"}
    else:
        assert len(counts["Labels"]) == 3
