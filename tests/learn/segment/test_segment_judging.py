"""What a segmenter's judging counts, on the whole of a picture and in tiles, with a network made by hand."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from vedette.learn.device import Device
from vedette.learn.net.dense import InputPlan
from vedette.learn.segment.head import strongest
from vedette.learn.segment.judging import (
    PIXEL_THRESHOLDS,
    PictureFinding,
    SegmenterMeasure,
    ask_head,
    look,
    measure,
    outcomes,
)
from vedette.learn.segment.views import MaskedPicture, MaskViews, is_mirrored
from vedette.runtime.facts import Tiling
from vedette.vision.annotations import Mask, Sample
from vedette.vision.tiles import tiles

LABELS = ("rust", "moss")
COLORS = {"#ff0000": "rust", "#0000ff": "moss"}
TILED = InputPlan((32, 32), Tiling((32, 32), 0.25, whole=False))
WHOLE = InputPlan((96, 64))
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
    return MaskedPicture(Sample(tmp_path / "picture.png", is_anomalous=True, mask=mask), LABELS)


def by_color(levels):
    """A network that sees red and blue, and nothing else: places at half the size, and how red it all is."""
    pixels = torch.as_tensor(levels[0]).float()[:, ::2, ::2] / 255
    red = pixels[..., 0] * (1 - pixels[..., 2])
    blue = pixels[..., 2] * (1 - pixels[..., 0])
    places = torch.stack([torch.full_like(red, 4.0), 8 * red, 8 * blue], 1)
    return places, 10 * red.mean((1, 2))


class HandMade(nn.Module):
    """A network that is a function of its levels."""

    def __init__(self, answer):
        super().__init__()
        self.forward = answer


# Its one level is the picture.
AS_THEY_ARE = SimpleNamespace(extract=SimpleNamespace(on_device=lambda pixels: [pixels.clone()]))


def finding_of(picture, plan, batch=1):
    ask = ask_head(HandMade(by_color), AS_THEY_ARE, Device(), is_mirrored=is_mirrored(plan))
    return look(ask, [MaskViews(picture, plan)], batch=batch)[0]


def kinds_of(scene):
    return scene.kinds(HEIGHT, WIDTH)


@pytest.mark.parametrize("plan", [WHOLE, TILED], ids=["whole", "tiles"])
def test_every_view_counts_the_pixels_that_it_shows(scene, plan):
    finding = finding_of(scene, plan)
    kinds = kinds_of(scene)
    parts = list(tiles(HEIGHT, WIDTH, tile=(32, 32), overlap=0.25)) if plan.tiling else [None]
    shown = [kinds if p is None else kinds[p.top : p.bottom, p.left : p.right] for p in parts]
    for kind in (1, 2):
        true = sum(int((part == kind).sum()) for part in shown)
        assert finding.counts[kind - 1, :, 1].tolist() == [true] * len(PIXEL_THRESHOLDS)
        shared, _, predicted = finding.counts[kind - 1, PIXEL_THRESHOLDS.index(0.5)]
        # A place is two pixels wide, and soft at its edge.
        assert shared / (true + predicted - shared) > 0.8
    assert finding.is_anomalous


def test_views_that_are_asked_together_say_what_they_say_alone(scene):
    alone, together = (finding_of(scene, TILED, batch) for batch in (1, 5))
    assert alone.evidence == pytest.approx(together.evidence, abs=1e-5)
    assert (alone.counts == together.counts).all()


def test_a_tile_at_the_edge_is_counted_at_its_own_size(tmp_path):
    """A picture that is lower than a tile is shown whole, and counted by its own pixels."""
    pixels = np.full((20, 64, 3), 255, np.uint8)
    pixels[4:16, 40:60] = (255, 0, 0)
    for name in ("picture.png", "mask.png"):
        Image.fromarray(pixels).save(tmp_path / name)
    mask = Mask(tmp_path / "mask.png", COLORS)
    scene = MaskedPicture(Sample(tmp_path / "picture.png", is_anomalous=True, mask=mask), LABELS)
    finding = finding_of(scene, TILED)
    kinds = scene.kinds(20, 64)
    windows = list(tiles(20, 64, tile=(32, 32), overlap=0.25))
    true = sum(int((kinds[w.top : w.bottom, w.left : w.right] == 1).sum()) for w in windows)
    assert finding.counts[0, 1, 1] == true


def test_a_picture_is_as_anomalous_as_its_worst_tile(scene):
    finding = finding_of(scene, TILED)
    evidence = []
    for pixels, _ in MaskViews(scene, TILED).served():
        places, verdict = by_color([pixels[None].copy()])
        evidence.append((float(strongest(places)[0]), float(verdict[0])))
    assert len(evidence) == len(tiles(HEIGHT, WIDTH, tile=(32, 32), overlap=0.25)) == 12
    assert finding.evidence == max(evidence, key=sum)
    assert finding.evidence not in (evidence[0], evidence[-1], min(evidence, key=sum))


def test_nothing_is_counted_where_nobody_drew_an_anomaly(scene):
    finding = finding_of(MaskedPicture(Sample(scene.file, is_anomalous=True), LABELS), TILED)
    assert (finding.counts, finding.is_anomalous) == (None, True)


def test_of_a_normal_picture_the_false_pixels_are_counted(scene):
    finding = finding_of(MaskedPicture(Sample(scene.file, is_anomalous=False), LABELS), WHOLE)
    assert finding.counts[:, :, :2].sum() == 0
    assert (finding.counts[:, :, 2] > 100).all()
    assert not finding.is_anomalous


def test_only_tiles_are_looked_at_once(scene):
    """The whole is looked at in a mirror too, and the two are laid over each other."""
    asked = []

    def net(levels):
        asked.append(len(levels[0]))
        return by_color(levels)

    for plan, count in ((TILED, 1), (WHOLE, 2)):
        asked.clear()
        pixels, _ = next(iter(MaskViews(scene, plan).served()))
        ask = ask_head(HandMade(net), AS_THEY_ARE, Device(), is_mirrored=is_mirrored(plan))
        places, strengths = ask(pixels[None])
        assert asked == [count]
        straight, plain = by_color([pixels[None].copy()])
        # What a half-sized network sees of a mirror image is off by a pixel at edges.
        assert (places.argmax(1) == straight.argmax(1)).float().mean() > 0.97
        assert float(strengths[0, 1]) == pytest.approx(float(plain[0]), abs=0.2)


def test_the_threshold_lies_where_the_calibrated_evidence_parts_the_pictures():
    """Far from zero, so that the calibration's offset has to be heeded."""
    evidence = [(40.0 + n, 20.0 + n) for n in range(6)] + [(60.0 + n, 35.0 + n) for n in range(6)]
    truth = [False] * 6 + [True] * 6
    counts = np.zeros((2, len(PIXEL_THRESHOLDS), 3), np.int64)
    counts[:, :, 1] = 100
    counts[0, :, 0], counts[0, :, 2] = (60, 80, 90), (60, 80, 90)  # rust is best at the highest threshold
    counts[1, :, 0], counts[1, :, 2] = 50, 50  # moss is the same at all
    findings = [
        PictureFinding(one, is_so, counts if is_so else None)
        for one, is_so in zip(evidence, truth, strict=True)
    ]
    measured = measure(findings, LABELS)
    places, verdict, offset = measured.weights
    scores = [1 / (1 + np.exp(-(places * one + verdict * two + offset))) for one, two in evidence]
    assert [score >= measured.threshold for score in scores] == truth
    assert measured.pixel_thresholds == {"rust": PIXEL_THRESHOLDS[-1], "moss": 0.5}
    assert measured.quality == pytest.approx((0.9 + 0.5) / 2)


def test_hundredths_of_a_logit_from_a_network_that_has_learnt_nothing_weigh_little():
    """What it says for sure one day must not be outweighed by them: measured on plates with rust."""
    evidence = [(-4.0 - n / 100, -1.2 - n / 10) for n in range(4)]
    evidence += [(-3.92 - n / 100, -0.2 - n / 10) for n in range(4)]
    truth = [False] * 4 + [True] * 4
    rows = zip(evidence, truth, strict=True)
    places, verdict, offset = measure(
        [PictureFinding(one, is_so, None) for one, is_so in rows], LABELS
    ).weights
    assert places < 0.2
    assert verdict > 5 * places
    # Two pictures as the same network sees them when it has learnt: rust that is nowhere drawn, and nothing.
    rust, nothing = (-6.5 * places + 3.0 * verdict + offset, -2.7 * places - 5.5 * verdict + offset)
    assert rust > 0 > nothing


def test_a_picture_that_only_the_map_calls_anomalous_counts_by_what_is_shown():
    counts = np.zeros((2, len(PIXEL_THRESHOLDS), 3), np.int64)
    counts[0] = (50, 100, 50)
    finding = PictureFinding((-5.0, -5.0), True, counts)
    measured = SegmenterMeasure(0.5, (1.0, 1.0, 0.0), 0.5, dict.fromkeys(LABELS, 0.5))
    missed, called = (
        outcomes([one], [0], measured, 1).tolist() for one in (finding, replace(finding, is_strange=True))
    )
    assert (missed, called) == ([0.0], [0.5])


def test_where_nothing_was_held_out_the_half_decides():
    measured = measure([], LABELS)
    assert (measured.weights, measured.threshold, measured.quality) == ((0.5, 0.5, 0.0), 0.5, 0.0)
