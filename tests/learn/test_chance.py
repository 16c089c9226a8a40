"""What is drawn at random depends on a training's seed, whatever other trainings of the process draw."""

import copy
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch

from doubles.drawn_masks import write_plates
from vedette.learn.budget import Budget
from vedette.learn.cache import FeatureCache
from vedette.learn.chance import DroppedChannels, seeded
from vedette.learn.recipe import RunContext
from vedette.learn.segment.recipe import DenseSegmenter


def test_a_seed_says_what_is_drawn_and_what_comes_after_is_as_without_it():
    torch.manual_seed(1)
    undisturbed = torch.rand(3)
    torch.manual_seed(1)
    with seeded(7):
        first = torch.rand(3)
    assert torch.equal(torch.rand(3), undisturbed)
    with seeded(7):
        assert torch.equal(torch.rand(3), first)


def test_who_draws_at_the_same_time_waits():
    inside, ask = threading.Event(), threading.Event()

    def other():
        ask.set()
        with seeded(2):
            inside.set()
            torch.rand(3)

    with ThreadPoolExecutor(1) as pool:
        with seeded(1):
            first = torch.rand(2)
            waiting = pool.submit(other)
            assert ask.wait(30)
            assert not inside.wait(0.05)
            second = torch.rand(2)
        waiting.result(30)
    with seeded(1):
        assert torch.equal(torch.rand(2), first)
        assert torch.equal(torch.rand(2), second)


def test_channels_are_left_out_whole_in_their_share_and_the_mean_stays():
    with seeded(0):
        some = DroppedChannels(0.15)
    maps = torch.ones(50, 40, 2, 3)
    after = some(maps)
    assert after.unique().tolist() == pytest.approx([0, 1 / 0.85])
    assert torch.equal(after.amin((2, 3)), after.amax((2, 3)))
    assert float(after.mean()) == pytest.approx(1, abs=0.04)
    assert not torch.equal(some(maps), after)
    assert torch.equal(some.eval()(maps), maps)


def test_what_is_left_out_depends_on_the_seed_alone():
    def draw(seed):
        with seeded(seed):
            some = DroppedChannels(0.5)
        torch.rand(1)
        first = some(torch.ones(4, 9, 1, 1))
        return torch.cat([first, copy.deepcopy(some)(torch.ones(4, 9, 1, 1))])

    assert torch.equal(draw(3), draw(3))
    assert not torch.equal(draw(3), draw(4))


class BriefSegmenter(DenseSegmenter):
    """Learns in a few steps."""

    def _steps(self, *_):
        return 8


@pytest.mark.slow  # trains three times
def test_trainings_that_overlap_learn_what_they_learn_alone(tmp_path: Path):
    samples = write_plates(tmp_path, normal=6, anomalous=6, side=64)
    together = threading.Barrier(2, timeout=60)

    def train(*, waits):
        recipe = BriefSegmenter(("stain",))
        work = RunContext(FeatureCache(None), budget=Budget("test", 0.1), seed=3)
        judgement = recipe.judge(samples, work)
        if waits:
            together.wait()
        return recipe.fit(samples, work, judgement).graph.state_dict()

    alone = train(waits=False)
    with ThreadPoolExecutor(2) as pool:
        overlapping = [pool.submit(train, waits=True) for _ in range(2)]
        for future in overlapping:
            weights = future.result()
            assert [name for name in alone if not torch.equal(alone[name], weights[name])] == []
