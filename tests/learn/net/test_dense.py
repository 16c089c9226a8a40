"""The store, the extractor and the average of weights that boxes and masks share."""

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from vedette.errors import Wrong
from vedette.learn.net.backbones import open_backbone
from vedette.learn.net.dense import DenseExtractor, held_out
from vedette.learn.net.store import HELD_BYTES, FeatureStore
from vedette.learn.net.weights import WeightAverage, load_into, unload

LEVELS = ("s8", "s16", "s32")
STATUS = Path("/proc/self/status")


def test_the_tail_sees_what_the_whole_backbone_sees():
    backbone = open_backbone("lite0")
    extractor = DenseExtractor(backbone, (64, 96), LEVELS)
    pixels = np.random.default_rng(0).integers(0, 256, (64, 96, 3), np.uint8)
    store = FeatureStore(extractor.shapes(), 1)
    store.put(0, extractor(pixels))
    whole = backbone(torch.from_numpy(pixels)[None].permute(0, 3, 1, 2).float(), LEVELS)
    with torch.no_grad():
        ours = extractor.tail()(store.batch([0]))
    for level, restored in zip(LEVELS, ours, strict=True):
        assert restored.shape == whole[level].shape
        # The store holds half floats.
        assert float((restored - whole[level]).abs().max()) < 0.05 * float(whole[level].abs().max())


def test_an_extractor_that_learns_no_tail_keeps_every_level():
    backbone = open_backbone("lite0")
    extractor = DenseExtractor(backbone, (64, 96), LEVELS, learns_tail=False)
    assert extractor.shapes() == [(8, 12, 40), (4, 6, 112), (2, 3, 320)]
    pixels = np.random.default_rng(0).integers(0, 256, (64, 96, 3), np.uint8)
    store = FeatureStore(extractor.shapes(), 2)
    store.put(1, extractor(pixels))
    whole = backbone(torch.from_numpy(pixels)[None].permute(0, 3, 1, 2).float(), LEVELS)
    parts = store.parts([1], [(1, 0, 2, 2)])
    for level, part, times in zip(LEVELS, parts, (4, 2, 1), strict=True):
        wanted = whole[level][:, :, times : 2 * times, : 2 * times]
        # The store holds half floats.
        assert float((part - wanted).abs().max()) < 0.05 * float(whole[level].abs().max())


def test_a_backbone_without_fine_levels_is_refused_by_name():
    class Coarse:
        name, revision, multiple, channels = "patches", "1", 32, {"s16": 8, "top": 8}

    with pytest.raises(Wrong, match="patches sees nothing at stride 8"):
        DenseExtractor(Coarse(), (64, 64), LEVELS)


def test_a_store_leaves_no_file_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    store = FeatureStore([(4, 4, 2)], 3)
    assert list(tmp_path.iterdir()) == []
    store.put(2, [np.ones((1, 2, 4, 4), np.float32)])
    assert float(store.batch([2])[0].sum()) == 32
    assert float(store.batch([0, 1])[0].sum()) == 0


@pytest.mark.skipif(not STATUS.exists(), reason="only Linux tells what is resident in this way")
def test_a_large_store_is_not_resident_as_a_whole():
    def resident():
        [line] = [line for line in STATUS.read_text().splitlines() if line.startswith("RssFile")]
        return int(line.split()[1]) * 1024

    before = resident()
    store = FeatureStore([(64, 64, 64)], 400)
    view = np.arange(64 * 64 * 64, dtype=np.float32).reshape(1, 64, 64, 64) % 999
    for row in range(400):
        store.put(row, [view + row])
    assert resident() - before < 1.5 * HELD_BYTES < store.count * view.size * 2
    for row in range(400):
        assert float(store.batch([row])[0][0, 1, 0, 0]) == view[0, 1, 0, 0] + row
    assert resident() - before < 1.5 * HELD_BYTES


def test_the_running_mean_follows_and_steadies():
    net = nn.Linear(1, 1)
    average = WeightAverage(net, horizon=50)
    for step in range(400):
        with torch.no_grad():
            net.weight.fill_(1.0 if step % 2 else 3.0)
        average.follow(net)
    assert average.net.weight.item() == pytest.approx(2.0, abs=0.1)


def test_weights_come_back_and_those_of_another_network_do_not():
    net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    other = copy.deepcopy(net)
    with torch.no_grad():
        other[0].weight.zero_()
    assert load_into(net, unload(other))
    assert float(net[0].weight.detach().abs().sum()) == 0
    assert not load_into(nn.Linear(2, 3), unload(other))


def test_a_large_fold_is_judged_by_some_of_it_from_everywhere():
    dealt = np.arange(3000) % 3
    held = held_out(dealt, most=100, seed=0)
    assert len(held) == len(set(held)) == 100
    assert all(dealt[row] == 0 for row in held)
    assert held[0] < 300
    assert held[-1] > 2700
    assert held_out(dealt[:9], most=100, seed=0) == [0, 3, 6]
