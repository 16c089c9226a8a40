"""The test for drift: quiet on more of the same, quick on what differs, not fooled by another mixture."""

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter

from vedette.feedback.drift import (
    LASTING,
    DriftFinding,
    DriftReference,
    LookedAtPicture,
    is_due,
    lasting,
    look,
)
from vedette.vision.features import NAMES, measure_features


def a_part(rng, *, base=(120, 110, 100), hole=True):
    """Return a drawn part: texture, a disc and some light that differ from picture to picture."""
    height, width = 160, 200
    light = rng.normal(1, 0.05)
    picture = np.full((height, width, 3), base, np.float64) * light + rng.normal(0, 12, (height, width, 1))
    if hole:
        rows, columns = np.mgrid[:height, :width]
        center = rng.normal((80, 100), 6)
        picture[np.hypot(rows - center[0], columns - center[1]) < 30] *= 0.5
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))


def measured(pictures, answer="", doubt=0.1):
    return [LookedAtPicture(measure_features(picture), answer, doubt) for picture in pictures]


def names_after(reference, stream):
    """Return after how many pictures a warning came, and its reasons."""
    looks = 0
    for count in range(1, len(stream) + 1):
        if is_due(count):
            looks += 1
            if findings := look(DriftReference(reference), stream[max(0, count - 200) : count], looks):
                return count, [finding.name for finding in findings]
    return None, []


@pytest.fixture(scope="module")
def parts():
    rng = np.random.default_rng(3)
    return [a_part(rng) for _ in range(160)]


@pytest.fixture(scope="module")
def trained(parts):
    return measured(parts[:60])


def test_every_number_has_a_name_and_is_finite():
    for picture in (
        Image.new("RGB", (64, 64)),
        Image.new("L", (4000, 64), 255),
        Image.new("RGB", (65, 999), "red"),
    ):
        features = measure_features(picture)
        assert tuple(features) == NAMES
        assert all(np.isfinite(value) for value in features.values())


def test_more_of_the_same_is_no_drift(parts, trained):
    assert names_after(trained, measured(parts[60:])) == (None, [])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda picture: ImageEnhance.Brightness(picture).enhance(0.7), "brightness"),
        (lambda picture: picture.filter(ImageFilter.GaussianBlur(2)), "noise"),
    ],
    ids=["darker", "blurred"],
)
def test_darker_or_blurred_pictures_are_seen_within_200(parts, trained, change, reason):
    count, names = names_after(trained, measured([change(picture) for picture in parts[60:]]))
    assert count is not None
    assert count <= 200
    assert reason in names


def test_another_product_is_seen(trained):
    rng = np.random.default_rng(5)
    count, _ = names_after(
        trained, measured([a_part(rng, base=(60, 90, 140), hole=False) for _ in range(50)])
    )
    assert count == 25


def test_another_mixture_of_answers_is_no_drift():
    rng = np.random.default_rng(7)
    apples = measured([a_part(rng, base=(180, 40, 40)) for _ in range(110)], "apple")
    pears = measured([a_part(rng, base=(120, 170, 60)) for _ in range(40)], "pear")
    # Half and half in the training, apples alone in production.
    assert names_after([*apples[:40], *pears], apples[40:]) == (None, [])
    # A pear that is taken for an apple is another matter.
    liars = [LookedAtPicture(pear.features, "apple", pear.doubt) for pear in pears]
    assert names_after([*apples[:40], *pears[:20]], liars)[0] == 25


def test_a_model_that_doubts_more_than_on_test_pictures_is_a_reason(trained):
    rng = np.random.default_rng(9)
    reference = DriftReference(trained, list(rng.uniform(0, 0.2, 40)))
    doubting = [LookedAtPicture(picture.features, "", 0.9) for picture in trained[:50]]
    assert [finding.name for finding in look(reference, doubting, 1)] == ["doubt"]
    sure = [LookedAtPicture(picture.features, "", 0.0) for picture in trained[:50]]
    assert look(reference, sure, 1) == []


def test_too_small_a_training_says_nothing(trained):
    dark = [LookedAtPicture({**picture.features, "brightness": 0.0}, "", 0) for picture in trained]
    assert look(DriftReference(trained[:10]), dark, 1) == []


def test_what_lasts_is_told_as_far_as_it_is_now():
    """It began in the dark; now the light is a little off."""
    rng = np.random.default_rng(4)
    usual, now = rng.normal(170, 8, 60), rng.normal(173, 8, 200)
    reference, recent = (
        [LookedAtPicture({"light": float(light)}, "", 0.1) for light in lights] for lights in (usual, now)
    )
    began = DriftFinding("light", False, 1.0, 0.0, 170.0, 60.0, 100)
    [finding] = lasting(DriftReference(reference), recent, [began])
    assert LASTING <= finding.distance < 0.6
    assert (finding.is_higher, finding.now) == (True, np.median(now[-50:]))
