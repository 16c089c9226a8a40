"""Many pictures at once, as a GPU wants them: the same features, copies, views and answers as one by one.

A processor does it here, by the same code.
"""

import numpy as np
import pytest
import torch
from PIL import Image

from doubles.drawn_boxes import write_scenes
from doubles.small_backbone import SMALL, small_backbone
from vedette.learn.cache import FeatureCache
from vedette.learn.classify.augmented import stock as stock_copies
from vedette.learn.cores import in_batches
from vedette.learn.detect.views import BoxViews, boxed_pictures, plan_input
from vedette.learn.device import MOST_AT_ONCE, Device
from vedette.learn.net import store as store_module
from vedette.learn.net.backbones import open_backbone
from vedette.learn.net.cached import CachedExtractor
from vedette.learn.net.dense import DenseExtractor, stock
from vedette.learn.net.extract import FeatureExtractor
from vedette.learn.net.served import ask_served, opened
from vedette.learn.net.store import DeviceStore, FeatureStore, open_store
from vedette.learn.recipe import RunContext
from vedette.vision.annotations import Sample
from vedette.vision.tiles import Window

BATCHED = Device("cpu", is_batched=True)
LEVELS = ("s8", "s16", "s32")


@pytest.fixture(autouse=True)
def small():
    with small_backbone():
        yield


@pytest.fixture
def paths(tmp_path):
    """Seven pictures of noise."""
    rng = np.random.default_rng(0)
    files = [tmp_path / f"{number}.png" for number in range(7)]
    for file in files:
        Image.fromarray(rng.integers(0, 256, (48, 40, 3), np.uint8)).save(file)
    return files


def a_work(device: Device, folder=None) -> RunContext:
    return RunContext(FeatureCache(folder), backbone=SMALL, device=device)


def few_at_once(monkeypatch, count, side) -> None:
    monkeypatch.setattr("vedette.learn.device.AT_ONCE_PIXELS", count * side * side)


def test_a_processor_is_asked_for_one_picture_and_a_gpu_for_many():
    assert Device().at_once((224, 224)) == 1
    assert BATCHED.at_once((224, 224)) == 128
    assert BATCHED.at_once((224, 224), scale=41) == 3
    assert BATCHED.at_once((32, 32)) == MOST_AT_ONCE
    assert BATCHED.at_once((9000, 9000)) == 1


@pytest.mark.parametrize(("count", "sizes"), [(3, [3, 3, 1]), (7, [7]), (9, [7]), (1, [1] * 7)])
def test_batches_come_in_order_and_the_last_is_what_is_left(count, sizes):
    batches = list(in_batches(lambda number: number * 2, range(7), count))
    assert [len(batch) for batch in batches] == sizes
    assert [number for batch in batches for number in batch] == list(range(0, 14, 2))
    assert list(in_batches(abs, [], count)) == []


def test_features_of_a_batch_are_those_of_its_pictures(paths, monkeypatch):
    few_at_once(monkeypatch, 3, 64)
    levels = ("s8", "s16/statistics", "top/mean", "top/quarters")
    alone = CachedExtractor(a_work(Device()), (64, 64), levels).features(paths)
    told = []
    work = a_work(BATCHED)
    work.say = told.append
    together = CachedExtractor(work, (64, 64), levels).features(paths, stage="features")
    for one, other in zip(alone, together, strict=True):
        assert [level.shape for level in one] == [level.shape for level in other]
        for level, same in zip(one, other, strict=True):
            assert np.abs(level - same).max() < 1e-3 * max(1.0, float(np.abs(level).max()))
    assert [(progress.done, progress.of) for progress in told] == [(3, 7), (6, 7), (7, 7)]


def test_what_is_known_is_not_looked_at_again_and_stays_in_its_place(paths, tmp_path, monkeypatch):
    few_at_once(monkeypatch, 4, 64)
    cache = tmp_path / "cache"
    CachedExtractor(a_work(BATCHED, cache), (64, 64), ("top/mean",)).features(paths[1:5:2])
    later = CachedExtractor(a_work(BATCHED, cache), (64, 64), ("top/mean",))
    asked = []
    look = later.extract

    class Noting:
        levels = look.levels

        def __call__(self, pixels):
            asked.append(len(pixels))
            return look(pixels)

    monkeypatch.setattr(later, "extract", Noting())
    features = later.features(paths)
    assert asked == [2, 3]  # of four and three
    plain = CachedExtractor(a_work(Device()), (64, 64), ("top/mean",)).features(paths)
    for one, other in zip(features, plain, strict=True):
        assert np.allclose(one[0], other[0], atol=1e-3)


def test_a_batch_that_finds_no_room_is_halved_and_a_single_picture_is_refused(monkeypatch):
    extract = FeatureExtractor(open_backbone(SMALL), ("s8",), device=BATCHED)
    network = extract._network
    graph, sizes = network._graph, []

    def cramped(pictures, most=3):
        sizes.append(len(pictures))
        if len(pictures) > most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return graph(pictures)

    pixels = np.random.default_rng(1).integers(0, 256, (10, 64, 64, 3), np.uint8)
    wanted = extract(pixels)[0]
    monkeypatch.setattr(network, "_graph", cramped)
    assert np.allclose(extract(pixels)[0], wanted, atol=1e-5)
    assert max(sizes[1:]) <= 5
    assert sorted(size for size in sizes if size <= 3) == [2, 2, 3, 3]
    monkeypatch.setattr(network, "_graph", lambda pictures: cramped(pictures, most=0))
    with pytest.raises(torch.OutOfMemoryError):
        extract(pixels[:1])


def test_the_backbone_itself_stays_where_it_was():
    backbone = open_backbone(SMALL)
    before = [weights.stride() for weights in backbone.parameters()]
    FeatureExtractor(backbone, ("s8",), device=BATCHED)(np.zeros((2, 64, 64, 3), np.uint8))
    assert [weights.stride() for weights in backbone.parameters()] == before


def test_copies_of_many_pictures_are_those_that_are_made_one_by_one(paths, tmp_path, monkeypatch):
    few_at_once(monkeypatch, 12, 64)  # two pictures with their four copies and a bit
    train, truth = [Sample(path, ("a",)) for path in paths], np.ones((7, 1))
    alone = stock_copies(train, truth, ("s8", 64), 4, a_work(Device()))
    folder = tmp_path / "cache"
    stock_copies(train[2:4], truth[2:4], ("s8", 64), 4, a_work(BATCHED, folder))
    for work in (a_work(BATCHED), a_work(BATCHED, folder)):
        together = stock_copies(train, truth, ("s8", 64), 4, work)
        assert together.copies.shape == alone.copies.shape
        # Halves of the same bytes: a copy's pixels do not depend on whose batch it is in.
        for name in ("copies", "plain"):
            assert torch.allclose(getattr(together, name), getattr(alone, name), atol=0.02, rtol=0.02)
    differ = (together.copies[:, 0].float() - together.copies[:, 1].float()).abs().amax((1, 2, 3))
    assert (differ > 0.1).all()


def test_both_stores_give_the_same_views_and_parts():
    shapes, rng = [(8, 12, 5), (4, 6, 7), (2, 3, 9)], np.random.default_rng(0)
    file, device = FeatureStore(shapes, 6), DeviceStore(shapes, 6, BATCHED)
    for start, count in ((0, 1), (1, 4), (5, 1)):
        levels = [rng.normal(size=(count, c, h, w)).astype(np.float32) for h, w, c in shapes]
        file.put(start, levels)
        device.put(start, [torch.from_numpy(level) for level in levels])
    for one, other in zip(file.batch([4, 0, 2]), device.batch([4, 0, 2]), strict=True):
        assert torch.equal(one, other)
        assert other.is_contiguous(memory_format=torch.channels_last)
    parts = [(0, 1, 1, 3), (1, 0, 2, 2), (0, 0, 1, 2)]
    for one, other in zip(file.parts([5, 1, 1], parts), device.parts([5, 1, 1], parts), strict=True):
        assert torch.equal(one, other)


def test_features_lie_on_the_device_unless_it_has_no_room(monkeypatch):
    shapes = [(4, 4, 2)]
    assert isinstance(open_store(shapes, 2, Device()), FeatureStore)
    assert isinstance(open_store(shapes, 2, BATCHED), DeviceStore)

    def cramped(*_, **__):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(store_module.torch, "zeros", cramped)
    store = open_store(shapes, 2, BATCHED)
    assert isinstance(store, FeatureStore)
    store.put(0, [torch.ones(2, 2, 4, 4)])
    assert float(store.batch([0, 1])[0].sum()) == 64


@pytest.mark.parametrize("most", [1, 5, 100])
def test_views_that_are_looked_at_together_are_the_same_ones(tmp_path, monkeypatch, most):
    few_at_once(monkeypatch, most, 160)
    pictures = boxed_pictures(write_scenes(tmp_path, 4, names=["disc"], most=2), ["disc"])
    plan = plan_input(pictures)
    few_at_once(monkeypatch, most, plan.size[0])
    copies = [3, 1, 2, 4]
    stocks = []
    for device in (Device(), BATCHED):
        work = a_work(device)
        extractor = DenseExtractor(open_backbone(SMALL), plan.size, LEVELS, device=device)
        stocks.append(stock(lambda n: BoxViews(pictures[n], plan), copies, extractor, plan, work))
    alone, together = stocks
    assert together.owners == alone.owners == [0, 0, 0, 1, 2, 2, 3, 3, 3, 3]
    for one, other in zip(alone.truths, together.truths, strict=True):
        assert torch.equal(one.edges, other.edges)
    rows = list(range(10))
    for one, other in zip(alone.store.batch(rows), together.store.batch(rows), strict=True):
        assert torch.allclose(one, other, atol=0.02, rtol=0.02)


class Tiled:
    """A picture of so many views, each of one colour."""

    def __init__(self, first, count):
        self.first, self.count = first, count

    def served(self):
        for number in range(self.first, self.first + self.count):
            yield np.full((2, 2, 3), number, np.uint8), Window(number, 0, number + 1, 1)


@pytest.mark.parametrize("how", [{}, {"batch": 4}, {"batch": 4, "gather": 4}, {"batch": 9, "gather": 3}])
def test_every_picture_gets_the_answers_of_its_own_views(how):
    pictures = [Tiled(0, 1), Tiled(1, 6), Tiled(7, 2), Tiled(9, 1)]
    sizes = []

    def ask(pixels):
        sizes.append(len(pixels))
        colours = torch.from_numpy(pixels[:, 0, 0, 0]).long()
        return colours, colours + 100

    answered = list(ask_served(ask, iter(pictures), **how))
    assert [picture for picture, _ in answered] == pictures
    for picture, answers in answered:
        wanted = list(range(picture.first, picture.first + picture.count))
        assert [int(first) for first, _, _ in answers] == wanted
        assert [int(second) - 100 for _, second, _ in answers] == wanted
        assert [part.left for _, _, part in answers] == wanted
    assert sum(sizes) == 10
    assert max(sizes) <= how.get("batch", 1)
    if how.get("gather"):
        assert max(sizes) > 3


def test_pictures_are_opened_in_their_order_on_every_device():
    for device in (Device(), BATCHED):
        pictures = list(opened(lambda number: Tiled(number, 1), [3, 1, 2], device))
        assert [picture.first for picture in pictures] == [3, 1, 2]
