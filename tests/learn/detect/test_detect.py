"""Objects are found, in real trainings on drawn pictures; assignment and views keep their promises."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from doubles.drawn_boxes import write_scenes
from vedette.evaluation.judge import judge
from vedette.learn.advice import LabelQuality
from vedette.learn.budget import Budget
from vedette.learn.cache import FeatureCache
from vedette.learn.candidates import candidates
from vedette.learn.choose import ConditionalRecipe, choose
from vedette.learn.detect.head import BoxHead, middles
from vedette.learn.detect.judging import LabelFindings, measure
from vedette.learn.detect.loss import BoxTruth, assign, detection_loss, overlap
from vedette.learn.detect.recipe import DenseDetector
from vedette.learn.detect.views import BoxViews, boxed_pictures, plan_input
from vedette.learn.device import Device
from vedette.learn.export import export, refuse_if_far
from vedette.learn.order import Cancelled
from vedette.learn.recipe import OUTPUTS, Judgement, RunContext, Trained
from vedette.learn.task import Plan
from vedette.runtime.facts import PackageFacts
from vedette.runtime.model import Model
from vedette.vision.annotations import Box, Sample


def a_work(effort: float = 0.15, **how) -> RunContext:
    return RunContext(FeatureCache(None), budget=Budget("test", effort), **how)


def packaged(trained: Trained, folder: Path) -> Model:
    path = folder / "model.onnx"
    export(trained, OUTPUTS["detection"], path)
    facts = PackageFacts(
        task="detection",
        labels=trained.labels,
        thresholds=trained.thresholds,
        input_size=trained.input_size,
        tiling=trained.tiling,
    )
    return Model(facts, path)


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """One training, and the pictures it was of."""
    train = write_scenes(tmp_path_factory.mktemp("train"), 24, names=["disc", "cross"], most=2, empty=2)
    recipe, work = DenseDetector(["disc", "cross"]), a_work()
    return recipe, recipe.fit(train, work, recipe.judge(train, work)), train


@pytest.mark.slow  # trains a second time
def test_a_later_training_of_the_same_pictures_goes_on_from_an_earlier(first):
    recipe, trained, train = first
    state, arrays = recipe.pause()
    later, work = DenseDetector(["disc", "cross"]), a_work()
    later.resume(json.loads(json.dumps(state)), arrays)
    judgement = later.judge(train, work)
    again = later.fit(train, work, judgement)
    assert judgement.facts["resumed"]
    assert again.thresholds == trained.thresholds
    assert again.facts["views"] < trained.facts["views"]


@pytest.mark.slow  # a whole training, forty seconds of one core
def test_shapes_are_found_where_they_are(first, tmp_path):
    _, trained, train = first
    test = write_scenes(tmp_path / "test", 12, names=["disc", "cross"], most=2, seed=1, empty=3)
    model = packaged(trained, tmp_path)
    evaluation = judge(model, test).evaluation
    assert evaluation.map50 > 0.7
    pixels = np.stack(
        [
            BoxViews(s, plan_input(boxed_pictures(train, ["disc"]))).plain()[0]
            for s in boxed_pictures(test, [])[:2]
        ]
    )
    assert refuse_if_far(trained, tmp_path / "model.onnx", pixels) < 1e-3


def test_a_cancelled_training_stops(tmp_path):
    train = write_scenes(tmp_path, 4)
    with pytest.raises(Cancelled, match="looking at the pictures"):
        DenseDetector(["disc"]).judge(train, a_work(cancelled=lambda: True))


def test_large_boxes_want_a_small_input_and_small_ones_a_large(tmp_path):
    large = write_scenes(tmp_path / "large", 3, side=600, span=(0.3, 0.5))
    small = write_scenes(tmp_path / "small", 3, side=600, span=(0.04, 0.05))
    assert plan_input(boxed_pictures(large, ["disc", "square", "cross"])).size == (320, 320)
    assert plan_input(boxed_pictures(small, ["disc", "square", "cross"])).size == (416, 416)


def test_boxes_that_would_vanish_want_tiles(tmp_path):
    tiny = write_scenes(tmp_path, 1, side=1400, span=(0.008, 0.01))
    plan = plan_input(boxed_pictures(tiny, ["disc", "square", "cross"]))
    assert plan.tiling is not None
    assert plan.tiling.tile[0] < 500


def test_a_varied_view_carries_its_boxes_along(tmp_path):
    samples = write_scenes(tmp_path, 1, names=["square"], most=1, span=(0.3, 0.31))
    scene = boxed_pictures(samples, ["square"])[0]
    views = BoxViews(scene, plan_input([scene]))
    for seed in range(8):
        pixels, truth = views.varied(np.random.default_rng(seed))
        left, top, right, bottom = truth.edges[0].round().int().tolist()
        inside = pixels[top + 3 : bottom - 3, left + 3 : right - 3].reshape(-1, 3).astype(float)
        assert inside.std(axis=0).max() < 30  # one colour: the box shows the square and no ground


def test_what_is_seen_from_afar_tells_the_finest_cells():
    head = BoxHead([4, 4, 4], [8, 16, 32], 1).eval()
    levels = [torch.ones(1, 4, 8, 8), torch.ones(1, 4, 4, 4), torch.ones(1, 4, 2, 2)]
    before, _ = head(levels)
    after, _ = head([*levels[:2], levels[2] * 9])
    assert before.shape == (1, 64 + 16 + 4, 1)
    assert (before - after)[:, :64].abs().max() > 0


def test_a_picture_without_boxes_wants_nothing_of_any_cell():
    cells = middles((64, 64), [8, 16, 32])
    count = len(cells[0])
    nothing = BoxTruth(torch.zeros(0, 4), torch.zeros(0, dtype=torch.long))
    wanted = assign(torch.zeros(1, count, 2), torch.rand(1, count, 4), [nothing], cells)
    assert wanted.scores.sum() == 0
    assert wanted.weights.sum() == 0


def test_even_a_box_smaller_than_a_cell_has_a_cell_that_answers():
    points, spans = cells = middles((64, 64), [8, 16, 32])
    boxes = torch.cat([points - spans[:, None], points + spans[:, None]], 1)
    truth = BoxTruth(torch.tensor([[9.0, 9.0, 11.0, 11.0]]), torch.tensor([1]))
    wanted = assign(torch.zeros(1, len(points), 2), boxes[None], [truth], cells)
    assert (wanted.weights > 0).any()
    assert wanted.scores[0, :, 0].sum() == 0
    assert wanted.scores[0, :, 1].max() == pytest.approx(float(overlap(boxes, truth.edges).max()), rel=0.05)


def a_batch(seed, boxes=(3, 0, 7, 1)):
    """Return logits, boxes and truths of four views, of which one has no box."""
    draw = torch.Generator().manual_seed(seed)
    cells = middles((64, 64), [8, 16, 32])
    points, spans = cells
    truths = []
    for count in boxes:
        corner = torch.rand(count, 2, generator=draw) * 44
        side = torch.rand(count, 2, generator=draw) * 30 + 2
        labels = torch.randint(3, (count,), generator=draw)
        truths.append(BoxTruth(torch.cat([corner, corner + side], 1), labels))
    logits = torch.randn(len(boxes), len(points), 3, generator=draw)
    reach = torch.rand(len(boxes), len(points), 4, generator=draw) * 2 * spans[:, None]
    edges = torch.cat([points - reach[..., :2], points + reach[..., 2:]], -1)
    return logits, edges, truths, cells


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("at_once", [2, 3, 4])
def test_a_batch_is_assigned_as_its_views_are_alone(seed, at_once):
    logits, boxes, truths, cells = a_batch(seed)
    together = assign(logits, boxes, truths, cells, at_once=at_once)
    for row, truth in enumerate(truths):
        alone = assign(logits[row : row + 1], boxes[row : row + 1], [truth], cells)
        # But for the last bits: vector instructions round otherwise than what is left over.
        assert torch.allclose(together.scores[row], alone.scores[0], atol=1e-6)
        assert torch.allclose(together.weights[row], alone.weights[0], atol=1e-6)
        answers = alone.weights[0] > 0
        assert torch.equal(together.edges[row][answers], alone.edges[0][answers])
        assert bool(answers.any()) == bool(len(truth.edges))


def test_a_view_without_boxes_costs_what_its_cells_wrongly_say_and_no_more():
    logits, boxes, truths, cells = a_batch(3)
    for part in (logits, boxes):
        part.requires_grad_()
    detection_loss(logits, boxes, truths, cells).backward()
    assert boxes.grad[1].abs().sum() == 0
    assert all(float(boxes.grad[row].abs().sum()) > 0 for row in (0, 2, 3))
    assert (logits.grad[1] > 0).all()
    assert torch.isfinite(logits.grad).all()
    assert torch.isfinite(boxes.grad).all()


def test_overlap_of_boxes_that_lie_apart_is_negative_where_generalised():
    one, other = torch.tensor([[0.0, 0.0, 1.0, 1.0]]), torch.tensor([[3.0, 0.0, 4.0, 1.0]])
    assert overlap(one, other).item() == 0
    assert overlap(one, other, generalised=True).item() == pytest.approx(-0.5, abs=1e-4)


def test_a_box_beyond_the_edge_is_cut_off(tmp_path):
    sample = Sample(tmp_path / "a.png", boxes=(("disc", Box(0.9, 0.5, 0.105, 0.2)),))
    assert boxed_pictures([sample], ["disc"])[0].edges.tolist() == [[0.9, 0.5, 1.0, 0.7]]


@pytest.mark.parametrize(
    ("work", "quality", "is_worth"),
    [
        (a_work(1.0), 0.5, False),
        (a_work(4.0), 0.5, True),
        (a_work(4.0), 0.99, False),
        (a_work(1.0, device=Device("cuda")), 0.5, True),
        (a_work(4.0, backbone="transformers:folder"), 0.5, False),
    ],
    ids=["no time", "time", "nothing to win", "a GPU", "a backbone that cannot"],
)
def test_the_backbone_learns_along_where_there_is_time_or_a_gpu(work, quality, is_worth):
    plan = Plan("detection", ("disc",), [], None, [])
    frozen, whole, tuned = candidates(plan, work)
    assert (frozen.name, whole.name, tuned.name) == (
        "dense-detector",
        "whole-detector",
        "fine-tuned-detector",
    )
    assert not isinstance(frozen, ConditionalRecipe)
    assert tuned.is_worth(Judgement(quality), [], work) is is_worth


@pytest.mark.slow  # trains two
def test_both_detectors_are_judged_on_the_same_pictures_and_the_better_is_kept(tmp_path):
    train = write_scenes(tmp_path / "train", 16, names=["disc", "cross"], most=2)
    work = a_work(0.1)
    plan = Plan("detection", ("cross", "disc"), train, None, [])
    recipes = [recipe for recipe in candidates(plan, work) if recipe.name != "whole-detector"]
    judged = [(recipe, recipe.judge(train, work)) for recipe in recipes]
    _, judgement = judged[choose(judged)]
    assert judgement.quality == max(other.quality for _, other in judged)
    tuned, carried = judged[1]
    before = carried.carry.extractor.tail().blocks[-1].project.conv.weight
    trained = tuned.fit(train, work, carried)
    assert trained.facts["recipe"] == "fine-tuned-detector"
    assert not torch.allclose(trained.graph.net.tail.blocks[-1].project.conv.weight, before)


def test_what_is_held_out_says_of_each_label_that_it_shows_how_well_it_is_found():
    here, there = np.array([[0.1, 0.1, 0.4, 0.4]]), np.array([[0.6, 0.6, 0.9, 0.9]])
    one, none = np.array([3.0]), np.zeros((0, 4))
    found_one = LabelFindings(here, one, np.array([True]), here)
    missed_one = LabelFindings(there, one, np.array([False]), here)
    never_there = LabelFindings(none, np.zeros(0), np.zeros(0, bool), none)
    measured = measure([[found_one, missed_one, never_there]] * 3, ["nut", "bolt", "washer"])
    assert measured.by_label == {"nut": LabelQuality(1.0, 3), "bolt": LabelQuality(0.0, 3)}
    assert measured.quality == 0.5
