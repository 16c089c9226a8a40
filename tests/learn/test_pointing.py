"""Heat maps of really trained models point at what they are about, on pictures that the model never saw."""

import pytest

import vedette
from doubles.pointing import PointingScore, placed, points_at
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
    assert _share_of_others(model, pictures) < score.share - 0.2


def _share_of_others(model, pictures):
    """Return how often maps would hit if each were held against the next picture's truth."""
    pictures = [picture for picture in pictures if picture.places]
    hits = maps = 0
    for picture, other in zip(pictures, [*pictures[1:], pictures[0]], strict=True):
        label = next(iter(picture.places))
        if label not in other.places:
            continue
        (heat,) = model.explain(model.decode(picture.image.convert("RGB")), labels=[label]).maps
        maps += 1
        hits += points_at(heat, other.places[label])
    return hits / max(1, maps)
