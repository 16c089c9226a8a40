"""The exported graph looks at a picture and at its mirror image."""

import numpy as np
import pytest
import torch

from vedette.learn.net.backbones import open_backbone
from vedette.learn.net.dense import DenseExtractor
from vedette.learn.segment.head import MaskHead, SegmentGraph
from vedette.learn.segment.normal import fit_normal_map
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
        normal = fit_normal_map([levels[1:3]] * 6, seed=0)
        graph.fall_back_to(normal, threshold=0.0)
        normal.limit = -100.0
        everywhere = graph(pictures[:1])[1]
        normal.limit = float(normal(levels).max()) + normal.limit + 1.0
        nowhere = graph(pictures[:1])[1]
        graph.normal = None
        assert torch.equal(nowhere, graph(pictures[:1])[1])
    assert float(everywhere[:, 0].max()) < 0.01
