"""A training that knows most of its pictures from an earlier one."""

import json
from dataclasses import replace

import pytest

import vedette
from doubles.drawn import GESTURES, PLAIN, draw_gesture, write_set
from doubles.small_backbone import SMALL, small_backbone
from vedette.learn import memo as memos
from vedette.learn.budget import Budget
from vedette.learn.cache import FeatureCache
from vedette.learn.classify import finetune
from vedette.learn.classify.probe import Probe
from vedette.learn.order import Order
from vedette.learn.pipeline import run
from vedette.learn.recipe import RunContext
from vedette.learn.task import Plan
from vedette.vision.annotations import Sample


@pytest.fixture(scope="module", autouse=True)
def small():
    with small_backbone():
        yield


def samples_of(folder):
    return [Sample(path, (path.parent.name,), source=path.name) for path in sorted(folder.rglob("*.png"))]


def tried(outcome):
    return [each["recipe"] for each in outcome.facts.recipe["tried"]]


@pytest.fixture(scope="module")
def shapes(tmp_path_factory):
    return samples_of(write_set(tmp_path_factory.mktemp("shapes"), PLAIN, 8, seed=4))


def test_more_pictures_keep_the_winner_and_the_split(shapes, tmp_path):
    few = [sample for sample in shapes if sample.picture.stem < "006"]
    options = {"budget": "fast", "backbone": SMALL, "cache": tmp_path / "cache"}
    first = vedette.train(few, out=tmp_path / "one", **options)
    second = vedette.train(shapes, out=tmp_path / "two", **options)
    assert len(tried(first)) == 2
    assert tried(second) == [first.facts.recipe["recipe"]]
    memo = json.loads(min(tmp_path.glob("memos/*/*.json"), key=lambda p: len(p.read_text())).read_text())
    assert len(memo["train"]) + len(memo["test"]) == len(few)
    assert first.facts.data["test_pictures"] < second.facts.data["test_pictures"]


def plan_of(train, test=None):
    return Plan("classification", PLAIN, list(train), None if test is None else list(test), [])


@pytest.fixture
def work(tmp_path):
    return RunContext(FeatureCache(tmp_path / "cache"))


def test_a_memo_is_found_by_most_of_its_pictures_and_not_by_exactly_these(shapes, work):
    recipe = Probe(PLAIN, side=224, is_multilabel=False)
    memos.keep(plan_of(shapes[:16], shapes[16:20]), recipe, work)
    assert memos.find(plan_of(shapes), work).recipe == "probe-224"
    assert memos.find(plan_of(shapes[:20]), work) is None
    assert memos.find(plan_of(shapes[:4] + shapes[21:]), work) is None
    assert memos.find(plan_of(shapes[1:], shapes[:1]), work) is None  # it was trained on


def test_a_picture_in_both_parts_is_no_news(shapes, work):
    recipe = Probe(PLAIN, side=224, is_multilabel=False)
    memos.keep(plan_of(shapes[:16], shapes[:1]), recipe, work)
    assert memos.find(plan_of(shapes[:20], shapes[:1]), work).recipe == "probe-224"


def test_a_changed_label_is_news(shapes, work):
    memos.keep(plan_of(shapes[:20], shapes[20:]), Probe(PLAIN, side=224, is_multilabel=False), work)
    other = [replace(shapes[0], labels=("disc",)), *shapes[1:]]
    assert memos.find(plan_of(other), work) is not None


def test_what_was_tested_with_other_pictures_leaves_no_split(shapes, work):
    memos.keep(plan_of(shapes[:20], shapes[20:]), Probe(PLAIN, side=224, is_multilabel=False), work)
    assert memos.find(plan_of(shapes[:20]), work) is None


def test_a_broken_memo_is_as_if_it_were_not_there(shapes, work, tmp_path):
    memos.keep(plan_of(shapes[:16], shapes[16:20]), Probe(PLAIN, side=224, is_multilabel=False), work)
    for path in tmp_path.glob("memos/*/*.npz"):
        path.write_bytes(b"not an archive")
    assert memos.find(plan_of(shapes), work) is None


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_fine_tuning_wins_where_a_probe_fails_and_goes_on_when_pictures_come(tmp_path, monkeypatch):
    # Four signs need fewer steps than ten: 60 win too (1.0, then 0.95), in half of the time.
    monkeypatch.setattr(finetune, "FEWEST_STEPS", 60)
    labels = [label for label in GESTURES if label in {"fist", "two", "horns", "five"}]
    test = write_set(tmp_path / "test", labels, 10, draw=draw_gesture, seed=2)
    few = write_set(tmp_path / "few", labels, 9, draw=draw_gesture, seed=1)
    hurried = {"test": samples_of(test), "budget": Budget("hurried", 0.5), "cache": tmp_path / "cache"}
    first = run(Order(samples_of(few), tmp_path / "one", **hurried))
    assert first.facts.recipe["recipe"] == "fine-tune"
    assert first.evaluation.accuracy >= 0.9
    more = samples_of(few) + samples_of(write_set(tmp_path / "more", labels, 1, draw=draw_gesture, seed=7))
    second = run(Order(more, tmp_path / "two", **hurried))
    assert second.facts.recipe["went_on"] == "from an earlier training of most of these pictures"
    assert second.evaluation.accuracy >= 0.9
