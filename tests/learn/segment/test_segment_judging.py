"""What a segmenter's judging counts, on the whole of a picture and in tiles, with a network made by hand."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from vedette.learn.segment.head import strongest
from vedette.learn.segment.recipe import PIXEL_THRESHOLDS, DenseSegmenter, Seen, _look
from vedette.learn.segment.views import Looking, Scene, Views
from vedette.runtime.facts import Tiling
from vedette.vision.annotations import Mask, Sample
from vedette.vision.tiles import tiles

LABELS = ("rust", "moss")
COLORS = {"#ff0000": "rust", "#0000ff": "moss"}
TILED = Looking((32, 32), Tiling((32, 32), 0.25, whole=False))
WHOLE = Looking((96, 64))
HEIGHT, WIDTH = 96, 64
# A red part in the right upper corner, and a blue one across the middle of the left edge.
RUST, MOSS = (4, 40, 20, 64), (40, 0, 70, 14)


@pytest.fixture
def scene(tmp_path):
    pixels = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    for (top, left, bottom, right), color in ((RUST, (255, 0, 0)), (MOSS, (0, 0, 255))):
        pixels[top:bottom, left:right] = color
    for name in ("picture.png", "mask.png"):
        Image.fromarray(pixels).save(tmp_path / name)
    mask = Mask(tmp_path / "mask.png", COLORS)
    return Scene(Sample(tmp_path / "picture.png", is_anomalous=True, mask=mask), LABELS)


def by_color(levels):
    """A network that sees red and blue, and nothing else: places at half the size, and how red it all is."""
    pixels = torch.as_tensor(levels[0]).float()[:, ::2, ::2] / 255
    red = pixels[..., 0] * (1 - pixels[..., 2])
    blue = pixels[..., 2] * (1 - pixels[..., 0])
    places = torch.stack([torch.full_like(red, 4.0), 8 * red, 8 * blue], 1)
    return places, 10 * red.mean((1, 2))


def learnt(looking, net=by_color):
    return SimpleNamespace(eye=lambda pixels: [pixels[None].copy()], net=net, looking=looking)


def kinds_of(scene):
    return scene.kinds(HEIGHT, WIDTH)


@pytest.mark.parametrize("looking", [WHOLE, TILED], ids=["whole", "tiles"])
def test_every_view_counts_the_pixels_that_it_shows(scene, looking):
    seen = DenseSegmenter(LABELS)._see(learnt(looking), Views(scene, looking))
    kinds = kinds_of(scene)
    parts = list(tiles(HEIGHT, WIDTH, tile=(32, 32), overlap=0.25)) if looking.tiling else [None]
    shown = [kinds if p is None else kinds[p.top : p.bottom, p.left : p.right] for p in parts]
    for kind in (1, 2):
        true = sum(int((part == kind).sum()) for part in shown)
        assert seen.counts[kind - 1, :, 1].tolist() == [true] * len(PIXEL_THRESHOLDS)
        shared, _, found = seen.counts[kind - 1, PIXEL_THRESHOLDS.index(0.5)]
        # A place is two pixels wide, and soft at its edge.
        assert shared / (true + found - shared) > 0.8
    assert seen.is_anomalous


def test_a_tile_at_the_edge_is_counted_at_its_own_size(tmp_path):
    """A picture that is lower than a tile is shown whole, and counted by its own pixels."""
    pixels = np.full((20, 64, 3), 255, np.uint8)
    pixels[4:16, 40:60] = (255, 0, 0)
    for name in ("picture.png", "mask.png"):
        Image.fromarray(pixels).save(tmp_path / name)
    mask = Mask(tmp_path / "mask.png", COLORS)
    scene = Scene(Sample(tmp_path / "picture.png", is_anomalous=True, mask=mask), LABELS)
    seen = DenseSegmenter(LABELS)._see(learnt(TILED), Views(scene, TILED))
    kinds = scene.kinds(20, 64)
    windows = list(tiles(20, 64, tile=(32, 32), overlap=0.25))
    true = sum(int((kinds[w.top : w.bottom, w.left : w.right] == 1).sum()) for w in windows)
    assert seen.counts[0, 1, 1] == true


def test_a_picture_is_as_anomalous_as_its_worst_tile(scene):
    tiled = learnt(TILED)
    seen = DenseSegmenter(LABELS)._see(tiled, Views(scene, TILED))
    evidence = []
    for pixels, _ in Views(scene, TILED).served():
        places, verdict = by_color([pixels[None].copy()])
        evidence.append((float(strongest(places)[0]), float(verdict[0])))
    assert len(evidence) == len(tiles(HEIGHT, WIDTH, tile=(32, 32), overlap=0.25)) == 12
    assert seen.evidence == max(evidence, key=sum)
    assert seen.evidence not in (evidence[0], evidence[-1], min(evidence, key=sum))


@pytest.mark.parametrize("is_anomalous", [False, True], ids=["normal", "nobody drew it"])
def test_nothing_is_counted_where_nobody_drew_anything(scene, is_anomalous):
    sample = Sample(scene.picture, is_anomalous=is_anomalous)
    seen = DenseSegmenter(LABELS)._see(learnt(TILED), Views(Scene(sample, LABELS), TILED))
    assert (seen.counts, seen.is_anomalous) == (None, is_anomalous)


def test_only_tiles_are_looked_at_once(scene):
    """The whole is looked at in a mirror too, and the two are laid over each other."""
    asked = []

    def net(levels):
        asked.append(len(levels[0]))
        return by_color(levels)

    for looking, count in ((TILED, 1), (WHOLE, 2)):
        asked.clear()
        pixels, _ = next(iter(Views(scene, looking).served()))
        places, verdict = _look(learnt(looking, net), pixels)
        assert asked == [count]
        straight, plain = by_color([pixels[None].copy()])
        # What a half-sized network sees of a mirror image is off by a pixel at edges.
        assert (places.argmax(1) == straight.argmax(1)).float().mean() > 0.97
        assert float(verdict[0]) == pytest.approx(float(plain[0]), abs=0.2)


def test_the_threshold_lies_where_the_calibrated_evidence_parts_the_pictures():
    """Far from zero, so that the calibration's offset has to be heeded."""
    evidence = [(40.0 + n, 20.0 + n) for n in range(6)] + [(60.0 + n, 35.0 + n) for n in range(6)]
    truth = [False] * 6 + [True] * 6
    counts = np.zeros((2, len(PIXEL_THRESHOLDS), 3), np.int64)
    counts[:, :, 1] = 100
    counts[0, :, 0], counts[0, :, 2] = (60, 80, 90), (60, 80, 90)  # rust is best at the highest threshold
    counts[1, :, 0], counts[1, :, 2] = 50, 50  # moss is the same at all
    seen = [Seen(one, is_so, counts if is_so else None) for one, is_so in zip(evidence, truth, strict=True)]
    made = SimpleNamespace(weights=(), threshold=0.0, pixel_thresholds={}, quality=0.0)
    judgement = DenseSegmenter(LABELS)._judged(seen, made)
    places, verdict, offset = made.weights
    scores = [1 / (1 + np.exp(-(places * one + verdict * two + offset))) for one, two in evidence]
    assert [score >= made.threshold for score in scores] == truth
    assert made.pixel_thresholds == {"rust": PIXEL_THRESHOLDS[-1], "moss": 0.5}
    assert judgement.quality == made.quality == pytest.approx((0.9 + 0.5) / 2)
    assert judgement.facts == {"mean_iou": 0.7}


def test_where_nothing_was_held_out_the_half_decides():
    made = SimpleNamespace(weights=(), threshold=0.0, pixel_thresholds={}, quality=1.0)
    judgement = DenseSegmenter(LABELS)._judged([], made)
    assert (made.weights, made.threshold, judgement.quality) == ((0.5, 0.5, 0.0), 0.5, 0.0)
