"""The drawn surfaces that masks are measured on: the same each time, their masks on the defects."""

import numpy as np
import pytest
from bench.surfaces import SURFACES, draw
from PIL import Image

from vedette.vision.masks import read_mask


@pytest.mark.parametrize("surface", SURFACES)
def test_a_seed_draws_the_same_surface_and_its_masks_lie_on_the_defects(tmp_path, surface):
    one = draw(surface, tmp_path / "one", normal=1, anomalous=2, seed=3)
    other = draw(surface, tmp_path / "other", normal=1, anomalous=2, seed=3)
    assert [a.picture.read_bytes() for a in one] == [b.picture.read_bytes() for b in other]
    assert [sample.is_anomalous for sample in one] == [False, True, True]
    whole = draw(surface, tmp_path / "whole", normal=3, anomalous=0, seed=3)
    labels = tuple(SURFACES[surface][1])
    kinds = [read_mask(sample.mask, labels, height=384, width=384) for sample in one[1:]]
    assert [sorted(np.unique(kind).tolist()) for kind in kinds] == [[0, 1], [0, 2]]
    for spoilt, clean, kind in zip(one[1:], whole[1:], kinds, strict=True):
        change = [
            np.asarray(Image.open(path), np.float64)[..., 0] for path in (spoilt.picture, clean.picture)
        ]
        changed = np.abs(change[0] - change[1])
        assert changed[kind > 0].mean() > 10
        # A soft edge of two pixels lies around it, and nothing else changes.
        assert (changed > 0).sum() < 6 * (kind > 0).sum() + 200
