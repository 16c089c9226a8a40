"""Graphs of a backbone are written once for all who read the same levels at the same size."""

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from doubles.small_backbone import SMALL, small_backbone
from vedette.learn.cache import FeatureCache
from vedette.learn.candidates import anomaly_sides
from vedette.learn.net import extract
from vedette.learn.net.backbones import open_backbone
from vedette.learn.net.cached import CachedExtractor, frozen_backbone
from vedette.learn.recipe import RunContext


@pytest.fixture
def written(monkeypatch):
    """The sizes of the graphs that were written, of an empty memory of two."""
    sizes = []
    write = extract._onnx

    def noting(graph, count, size):
        sizes.append(size)
        return write(graph, count, size)

    monkeypatch.setattr(extract, "_onnx", noting)
    monkeypatch.setattr(extract, "_FILES", extract._LastFiles(most=2))
    return sizes


def look(work, side, levels=("s4",)):
    pictures = np.zeros((1, side, side, 3), np.uint8)
    return CachedExtractor(work, (side, side), levels).extract(pictures)[0]


def test_two_who_look_alike_write_one_graph_and_the_oldest_is_forgotten(written):
    work = RunContext(FeatureCache(None))
    first = look(work, 32)
    assert np.array_equal(look(work, 32), first)
    assert written == [(32, 32)]
    look(work, 64)
    look(work, 32)
    look(work, 96)  # the third; 64 was asked for least lately
    look(work, 32)
    assert written == [(32, 32), (64, 64), (96, 96)]
    look(work, 64)
    assert len(written) == 4


def test_other_levels_and_other_weights_are_other_graphs(written):
    work, other = (RunContext(FeatureCache(None)) for _ in range(2))
    frozen_backbone(other).revision = "another"
    assert look(work, 32).shape != look(work, 32, ("s8",)).shape
    look(other, 32)
    assert len(written) == 3


def test_a_picture_that_was_looked_at_is_not_looked_at_again(tmp_path, monkeypatch):
    Image.new("RGB", (40, 40), (200, 0, 0)).save(tmp_path / "a.png")
    cache = FeatureCache(tmp_path / "cache")
    first = CachedExtractor(RunContext(cache), (32, 32), ("s4", "s8")).features([tmp_path / "a.png"])
    later = CachedExtractor(RunContext(cache), (32, 32), ("s4", "s8"))
    monkeypatch.setattr(later, "extract", SimpleNamespace(levels=later.extract.levels))
    again = later.features([tmp_path / "a.png"])
    assert [[level.tolist() for level in levels] for levels in again] == [
        [level.tolist() for level in levels] for levels in first
    ]


def test_a_training_has_one_backbone_to_read_from():
    work = RunContext(FeatureCache(None))
    assert CachedExtractor(work, (32, 32), ("s4",)).backbone is frozen_backbone(work)
    assert frozen_backbone(RunContext(FeatureCache(None))) is not frozen_backbone(work)


def test_anomalies_are_looked_for_a_little_above_the_side_of_a_backbone_and_where_small_things_show():
    assert tuple(anomaly_sides(open_backbone("lite0"))) == (256, 384)
    with small_backbone():
        assert tuple(anomaly_sides(open_backbone(SMALL))) == (96, 160)
