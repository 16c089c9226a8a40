"""The exported graph looks at a picture and at its mirror image."""

import numpy as np
import pytest
import torch

from vedette.learn.net.backbones import open_backbone
from vedette.learn.net.dense import DenseExtractor
from vedette.learn.segment.head import MaskHead, SegmentGraph
from vedette.learn.segment.normal import MapVoice, fit_normal_map, strangest
from vedette.learn.segment.recipe import DenseSegmenter


@pytest.fixture(scope="module")
def graph():
    """A graph of a head that has learnt nothing, and three pictures."""
    torch.manual_seed(0)
    levels = DenseSegmenter.settings.levels
    extractor = DenseExtractor(open_backbone("lite0"), (64, 96), levels, learns_tail=False)
    head = MaskHead(extractor.channels, 2)
    return SegmentGraph(extractor, head, (1.0, 0.5, 0.0), silence=0.0, is_mirrored=True).eval()


@pytest.fixture(scope="module")
def pictures():
    return torch.from_numpy(np.random.default_rng(0).integers(0, 256, (3, 64, 96, 3), np.uint8))


def test_a_mirrored_picture_has_the_mirrored_answer(graph, pictures):
    with torch.inference_mode():
        scores, places = graph(pictures)
        again, mirrored = graph(pictures.flip(2))
    assert torch.allclose(scores, again, atol=1e-6)
    assert torch.allclose(places, mirrored.flip(3), atol=1e-6)
    assert not torch.allclose(places, mirrored, atol=1e-6)


def test_pictures_of_a_batch_are_answered_one_by_one(graph, pictures):
    with torch.inference_mode():
        scores, places = graph(pictures)
        alone = [graph(pictures[row : row + 1]) for row in range(3)]
    assert torch.allclose(scores, torch.cat([score for score, _ in alone]), atol=1e-5)
    assert torch.allclose(places, torch.cat([place for _, place in alone]), atol=1e-5)


def test_the_map_of_what_is_normal_sees_the_picture_as_it_is(graph, pictures):
    with torch.inference_mode():
        levels = [level[:1] for level in graph.frozen(pictures[:1])]
        normal = fit_normal_map([levels[1:3]] * 6, seed=0)[0]
        graph.fall_back_to(normal, threshold=0.0)
        normal.limit = -100.0
        everywhere = graph(pictures[:1])[1]
        normal.limit = float(normal(levels).max()) + normal.limit + 1.0
        nowhere = graph(pictures[:1])[1]
        graph.normal = None
        assert torch.equal(nowhere, graph(pictures[:1])[1])
    assert float(everywhere[:, 0].max()) < 0.01


def test_what_is_strange_beyond_its_bound_is_anomalous_whatever_the_network_says(pictures):
    """Wherever the map's limit lies; within the bound the network alone is heard."""
    levels = DenseSegmenter.settings.levels
    extractor = DenseExtractor(open_backbone("lite0"), (64, 96), levels, learns_tail=False)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        head = MaskHead(extractor.channels, 1)
    blind = SegmentGraph(extractor, head, (0.0, 0.0, -2.0), silence=0.7, is_mirrored=False).eval()
    with torch.inference_mode():
        rows = [[level[row : row + 1] for level in blind.frozen(pictures)][1:3] for row in range(3)]
        normal, _ = fit_normal_map([*rows[:2]] * 3, seed=0)
        strange = strangest(normal(blind.frozen(pictures)).flatten(1))
        assert float(strange[2]) > float(strange[:2].max()) + 0.5  # the bank does not remember it
        blind.fall_back_to(normal, threshold=0.7)
        unheard, silent = blind(pictures)
        normal.voice = MapVoice(2.0, (float(strange[2]) + float(strange[:2].max())) / 2)
        for limit in (0.0, -1.0):
            normal.limit = limit
            scores, places = blind(pictures)
            assert torch.equal(scores[:2], unheard[:2])
            assert 0.7 < float(scores[2]) < 1
            assert torch.equal(places[:2], silent[:2])
            assert float(places[2, 1].max()) > 0.5
        normal.voice = MapVoice(2.0, float(strange[2]) + 0.01)
        assert torch.equal(blind(pictures)[0], unheard)
