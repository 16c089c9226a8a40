"""A verdict by a whole network: what it is shown, when it is tried, and what the exported graph says."""

from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from torch import nn

from vedette.evaluation.metrics import auroc
from vedette.learn.anomaly import whole
from vedette.learn.anomaly.evidence import join
from vedette.learn.anomaly.recipe import AnomalyRecipe, DistanceLogits
from vedette.learn.anomaly.verdict import STRONGEST, JointGraph, VerdictNet, shrunk, verdict
from vedette.learn.anomaly.whole import (
    FEWEST,
    GOOD_ENOUGH,
    MOVE,
    ZOOM,
    LabelledStock,
    WholeVerdict,
    WholeViews,
)
from vedette.learn.budget import Budget
from vedette.learn.cache import FeatureCache
from vedette.learn.candidates import candidates
from vedette.learn.export import export, refuse_if_far
from vedette.learn.net.crops import RegionStock
from vedette.learn.net.weights import unload
from vedette.learn.recipe import OUTPUTS, Judgement, RunContext, Trained
from vedette.learn.task import Plan
from vedette.vision.annotations import ANOMALY, Sample

SIDE = 64


def a_work(effort: float = 1.0) -> RunContext:
    return RunContext(FeatureCache(None), budget=Budget("test", effort))


def a_stock(*truth: bool) -> LabelledStock:
    pixels = torch.zeros(len(truth), SIDE, SIDE, 3, dtype=torch.uint8)
    stock = RegionStock(pixels, torch.zeros(len(truth), SIDE, SIDE, dtype=torch.uint8), range(len(truth)))
    return LabelledStock(stock, np.array(truth))


def draw(folder: Path, count: int) -> list[Sample]:
    """Write grainy pictures, of which every third has a dark pit somewhere."""
    rng = np.random.default_rng(0)
    samples = []
    for number in range(count):
        grain = rng.normal(128, 25, (SIDE, SIDE, 1)).repeat(3, 2)
        image = Image.fromarray(np.clip(grain, 0, 255).astype(np.uint8))
        is_anomalous = number % 3 == 0
        if is_anomalous:
            x, y = rng.integers(6, SIDE - 22, 2).tolist()
            ImageDraw.Draw(image).ellipse((x, y, x + 16, y + 16), fill=(0, 0, 0))
        image.save(folder / f"{number}.png")
        samples.append(Sample(folder / f"{number}.png", is_anomalous=is_anomalous))
    return samples


def test_a_step_shows_as_many_anomalies_as_normal_pictures_and_both_to_either_half_of_a_batch():
    stock = a_stock(*[False] * 30, True)
    views = WholeViews(stock, list(range(31)), seed=0).draw(8)
    assert [bool(stock.truth[view.region]) for view in views] == [False, False, True, True] * 2


def test_a_view_shows_nearly_all_of_its_picture():
    stock = a_stock(False, True)
    for view in WholeViews(stock, [0, 1], seed=0).draw(200):
        assert ZOOM[0] <= view.zoom <= ZOOM[1]
        assert all(abs(at - SIDE / 2) <= MOVE * SIDE for at in view.middle)


def test_what_is_held_out_is_shown_in_no_view():
    stock = a_stock(False, False, True, True)
    assert {view.region for view in WholeViews(stock, [1, 2], seed=0).draw(40)} == {1, 2}


def test_a_few_strong_places_speak_for_a_picture():
    places = torch.full((2, 20, 20), -4.0)
    places[0].flatten()[:STRONGEST] = 6.0
    assert verdict(places, torch.tensor([0.5, 0.5])).tolist() == [6.5, -3.5]


@pytest.mark.parametrize(
    ("anomalies", "normal", "quality", "effort", "worth"),
    [
        (FEWEST, 40, 0.9, 1.0, True),
        (FEWEST - 1, 40, 0.9, 1.0, False),
        (40, FEWEST - 1, 0.9, 1.0, False),
        (FEWEST, 40, GOOD_ENOUGH, 1.0, False),
        (FEWEST, 40, 0.9, 0.1, False),
    ],
)
def test_it_is_tried_where_there_is_enough_of_either_kind_and_much_to_win(
    anomalies: int, normal: int, quality: float, effort: float, worth: bool
):
    train = [Sample(Path("a.png"), is_anomalous=True)] * anomalies
    train += [Sample(Path("b.png"), is_anomalous=False)] * normal
    recipe = WholeVerdict(AnomalyRecipe(side=SIDE))
    assert recipe.is_worth(Judgement(quality), train, a_work(effort)) is worth


def test_it_competes_after_the_cheaper_recipes_and_goes_on_from_the_cheapest(tmp_path: Path):
    samples = draw(tmp_path, 3)
    recipes = candidates(Plan("anomaly", (ANOMALY,), samples, None, []), a_work())
    assert [type(recipe) for recipe in recipes] == [AnomalyRecipe, AnomalyRecipe, WholeVerdict]
    assert isinstance(recipes[2], WholeVerdict)
    assert recipes[2].frozen is recipes[0]


class SmallBackbone(nn.Module):
    """A backbone of a few channels, which is written as ONNX in no time."""

    name = "small"
    channels: ClassVar[dict[str, int]] = {"s16": 4, "s32": 5, "top": 6}

    def __init__(self) -> None:
        super().__init__()
        self.near, self.far = nn.Conv2d(3, 4, 16, stride=16), nn.Conv2d(4, 5, 2, stride=2)
        self.top = nn.Conv2d(5, 6, 1)

    def forward(self, pictures: torch.Tensor, levels: tuple[str, ...]) -> dict[str, torch.Tensor]:
        near = self.near(pictures / 128 - 1)
        far = self.far(near)
        return {"s16": near, "s32": far, "top": self.top(far)}


class FixedLogits(nn.Module):
    """What is frozen: of every picture it says one logit, and a map on which one place stands out."""

    def logits(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        heat = torch.full((len(pictures), 8, 8), -1.0)
        heat[:, 2, 5] = 3.0
        return pictures.new_full((len(pictures),), 0.75), heat


def a_net(seed: int = 0) -> VerdictNet:
    torch.manual_seed(seed)
    net = VerdictNet(SmallBackbone())  # type: ignore[arg-type]
    for layer in (net.place, net.whole):
        nn.init.normal_(layer.weight)
    return net.eval()


def test_the_exported_graph_weighs_both_and_says_what_they_say(tmp_path: Path):
    net = a_net()
    graph = JointGraph(FixedLogits(), net, SIDE, (2.0, 0.5), -1.0).eval()  # type: ignore[arg-type]
    trained = Trained(graph, (ANOMALY,), (96, 96), {ANOMALY: 0.5})
    export(trained, OUTPUTS["anomaly"], tmp_path / "model.onnx")
    pictures = np.random.default_rng(0).integers(0, 256, (3, 96, 96, 3)).astype(np.uint8)
    assert refuse_if_far(trained, tmp_path / "model.onnx", pictures) < 1e-3
    with torch.inference_mode():
        score, heat = graph(torch.from_numpy(pictures))
        small = shrunk(torch.from_numpy(pictures).permute(0, 3, 1, 2).float(), SIDE)
        places, of_all = net(small)
    expected = torch.sigmoid(2.0 * 0.75 + 0.5 * verdict(places, of_all) - 1.0)
    assert small.shape == (3, 3, SIDE, SIDE)
    assert torch.allclose(score, expected, atol=1e-5)
    assert heat.shape == (3, 8, 8)
    known = torch.sigmoid(2.0 * 3.0 + 0.5 * (places[:, 1, 2] + of_all) - 1.0)  # the place below, at 4 × 4
    assert heat[:, 2, 5].sub(known).abs().max() < 0.5
    assert (heat[:, 2, 5] > heat[:, 2, 4]).all()


def test_a_joint_logit_adds_two_on_one_scale_and_is_calibrated():
    """Of two hundred pictures two logits say the same in other units, each with noise of its own."""
    rng = np.random.default_rng(3)
    truth = np.arange(200) % 3 == 0
    first, second = (np.where(truth, 1.0, -1.0) + rng.normal(0, 1.5, 200) for _ in range(2))
    joint = join(first, 40 * second, truth)
    assert joint.shares[0] == pytest.approx(40 * joint.shares[1], rel=0.2)
    assert np.allclose(joint.logits, joint.shares[0] * first + joint.shares[1] * 40 * second + joint.offset)
    probability = 1 / (1 + np.exp(-joint.logits))
    assert probability.mean() == pytest.approx(truth.mean(), abs=0.03)
    assert auroc(joint.logits.tolist(), truth.tolist()) > max(
        auroc(values.tolist(), truth.tolist()) for values in (first, second)
    )


def test_a_logit_that_never_changes_has_no_say():
    truth = np.arange(60) % 3 == 0
    second = np.where(truth, 1.0, -1.0)
    joint = join(np.full(60, 0.3), second, truth)
    assert ((joint.logits > 0) == truth).all()
    assert np.isfinite([*joint.shares, joint.offset]).all()


def a_recipe(frozen_logits: np.ndarray, size: tuple[int, int] = (SIDE, SIDE)) -> WholeVerdict:
    """A recipe beside a frozen one that has given its answers."""
    frozen = SimpleNamespace(size=size, distances=DistanceLogits(frozen_logits, Judgement(0.8)))
    return WholeVerdict(frozen)  # type: ignore[arg-type]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, set[int], int, float]]:
    """Networks are not taught: what they would have learnt from is written down, stage by stage."""
    lessons: list[tuple[str, set[int], int, float]] = []

    def learn(net, loss, sampler, schedule, work):
        rows = {row for kind in sampler.kinds for row in kind}
        lessons.append((schedule.stage, rows, schedule.steps, schedule.rate))
        with torch.no_grad():
            net.whole.bias += len(lessons)
        return net.requires_grad_(False)

    monkeypatch.setattr(whole, "learn", learn)
    monkeypatch.setattr(whole, "SIDE", SIDE)
    monkeypatch.setattr(whole, "open_backbone", lambda _: SmallBackbone())
    return lessons


def test_branches_see_one_half_of_what_the_trunk_did_not_see_and_their_mean_ships(tmp_path: Path, quick):
    samples = draw(tmp_path, 24)
    recipe, work = a_recipe(np.linspace(-1, 1, 24)), a_work()
    recipe.enter(samples, work)
    judgement = recipe.judge(samples, work)
    third = set(np.flatnonzero(work.deal(samples, 3) == 0).tolist())
    everything = set(range(24))
    (trunk, first, second) = [rows for _, rows, _, _ in quick]
    assert trunk == everything - third
    assert first | second == everything
    assert first & second == trunk
    assert {len(first - trunk), len(second - trunk)} == {4}
    assert [steps for *_, steps, _ in quick] == [200, 80, 80]
    assert [rate for *_, rate in quick] == [2e-3, 1e-3, 1e-3]
    state = judgement.carry
    # The trunk is moved by 1, the branches by 2 and 3 from there: their mean by 3.5.
    assert float(state.net.whole.bias) == pytest.approx(3.5)
    # Each half was asked of the branch that had not seen it.
    unseen = dict(zip(state.held_out, state.logits, strict=True))
    assert {round(unseen[row], 3) for row in everything - first} == {3.0}
    assert {round(unseen[row], 3) for row in everything - second} == {4.0}
    assert judgement.outcomes is not None
    assert set(np.flatnonzero(np.isfinite(judgement.outcomes)).tolist()) == third


def test_what_is_held_out_and_was_not_judged_by_the_frozen_recipe_calibrates_nothing_and_teaches_nobody(
    tmp_path: Path, quick
):
    samples, work = draw(tmp_path, 24), a_work()
    third = np.flatnonzero(work.deal(samples, 3) == 0)
    logits = np.linspace(-1, 1, 24)
    logits[third[0]] = np.nan
    state = a_recipe(logits).judge(samples, work).carry
    assert state.held_out == third[1:].tolist()
    # It may be a copy of one that calibrates.
    assert not any(int(third[0]) in rows for _, rows, _, _ in quick)


def test_of_very_many_pictures_those_calibrate_that_the_frozen_recipe_judged(tmp_path: Path, quick):
    samples, work = draw(tmp_path, 120), a_work()
    logits = np.full(120, np.nan)
    logits[::5] = np.linspace(-1, 1, 24)
    state = a_recipe(logits).judge(samples, work).carry
    third = np.flatnonzero(work.deal(samples, 3) == 0)
    assert state.held_out == [row for row in third.tolist() if row % 5 == 0]
    assert len(state.held_out) > 3


def test_a_third_that_happens_to_be_easy_flatters_nobody(
    tmp_path: Path, quick, monkeypatch: pytest.MonkeyPatch
):
    """Distances alone are right in the third, and of all pictures in eight of ten as their judgement says."""
    monkeypatch.setattr(
        WholeVerdict,
        "_asked",
        lambda _, net, asked, work: np.array([4.0 if sample.is_anomalous else -4.0 for sample in asked]),
    )
    samples, work = draw(tmp_path, 24), a_work()
    truth = np.array([bool(sample.is_anomalous) for sample in samples])
    judgement = a_recipe(np.where(truth, 9.0, -9.0)).judge(samples, work)
    assert judgement.outcomes is not None
    assert np.nanmean(judgement.outcomes) > 0.9
    assert judgement.quality <= 0.8


def test_a_later_training_keeps_the_calibration_and_goes_on_with_all_pictures(tmp_path: Path, quick):
    samples, work = draw(tmp_path, 24), a_work()
    recipe = a_recipe(np.linspace(-1, 1, 24))
    state = recipe.judge(samples, work).carry
    recipe._last = state
    later = a_recipe(np.linspace(-1, 1, 24))
    later.resume(*recipe.pause())
    quick.clear()
    again = later.judge(samples, work)
    assert quick == []
    assert again.facts["resumed"] is True
    assert (again.carry.shares, again.carry.offset) == (state.shares, state.offset)
    assert again.carry.threshold == state.threshold
    taken_up = unload(again.carry.net)
    assert all(np.array_equal(taken_up[name], weights) for name, weights in unload(state.net).items())


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_pits_in_grain_are_learnt_from_labels_alone_and_a_later_training_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(whole, "SIDE", SIDE)  # these pits are large enough for it
    samples = draw(tmp_path, 72)
    train, test = samples[:60], samples[60:]
    recipe, work = WholeVerdict(AnomalyRecipe(side=96)), a_work(0.4)
    recipe.enter(train, work)
    judgement = recipe.judge(train, work)
    assert judgement.outcomes is not None
    assert np.isfinite(judgement.outcomes).sum() == 20
    trained = recipe.fit(train, work, judgement)
    pixels = np.stack([np.asarray(Image.open(s.picture).resize(trained.input_size[::-1])) for s in test])
    with torch.inference_mode():
        score, _ = trained.graph(torch.from_numpy(pixels))
    right = (score.numpy() >= trained.thresholds[ANOMALY]) == [s.is_anomalous for s in test]
    assert right.mean() >= 0.9
    later = WholeVerdict(AnomalyRecipe(side=96))
    later.resume(*recipe.pause())
    again = later.judge(train, work)
    assert later.fit(train, work, again).thresholds == trained.thresholds
