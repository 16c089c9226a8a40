"""Heat maps of really trained models point at what they are about, on pictures that the model never saw."""

import pytest

import vedette
from doubles.pointing import PointingScore, heat_over, placed
from vedette.learn.budget import Budget
from vedette.learn.order import Order
from vedette.learn.pipeline import run

KINDS = ("classification", "multilabel", "detection", "anomaly", "segmentation")
# A faithful map points at the thing nearly always; docs/experiments.md has the figures.
LEAST = 0.8
# Less than whole networks enter a race with, which took five minutes of a core here.
HURRIED = Budget("hurried", 0.15)


@pytest.mark.slow
@pytest.mark.timeout(900)  # on a busy machine masks learn for minutes
@pytest.mark.parametrize("kind", KINDS)
def test_maps_point_at_what_they_are_about(kind, tmp_path):
    learnt = [picture.sample for picture in placed(kind, 40, tmp_path / "learnt", seed=1)]
    run(Order(learnt, tmp_path / "model", budget=HURRIED))
    model, score = vedette.load(tmp_path / "model"), PointingScore()
    pictures = list(placed(kind, 24, tmp_path / "judged", seed=9))
    for picture in pictures:
        score.add(model, picture)
    assert score.maps >= 12
    assert score.share >= LEAST
    assert score.share >= 2 * score.blind / score.maps
    assert _share_hotter_here(model, pictures) >= LEAST


def _share_hotter_here(model, pictures):
    """Return how often a map is hotter where its own thing alone is than where the next such thing alone is.

    Things lie near the middle in some sets, so that the hottest place of one is often on another's too.
    """
    pictures = [picture for picture in pictures if picture.places]
    hotter = []
    for number, picture in enumerate(pictures):
        label = next(iter(picture.places))
        others = [*pictures[number + 1 :], *pictures[:number]]
        there = next((other.places[label] for other in others if label in other.places), None)
        here = picture.places[label]
        if there is None or not ((here & ~there).any() and (there & ~here).any()):
            continue
        (heat,) = model.explain(model.decode(picture.image.convert("RGB")), labels=[label]).maps
        values = heat_over(heat, here.shape)
        hotter.append(values[here & ~there].mean() > values[there & ~here].mean())
    assert len(hotter) >= 6
    return sum(hotter) / len(hotter)
