"""Which regions of pictures masks are learnt from as pixels: whole ones, or parts of the size of a tile."""

from collections.abc import Sequence

import numpy as np

from vedette.learn.net.crops import Region, room_for
from vedette.learn.net.dense import InputPlan
from vedette.learn.segment.views import MaskedPicture, MaskViews

# Of a picture that is shown in tiles, so many regions: every other lies around a defect (views.py).
PARTS = 6


def owners_of(pictures: Sequence[MaskedPicture], plan: InputPlan, *, seed: int) -> list[int]:
    """Return whose regions a stock holds: everybody's, or as many as it has room for, drawn ones first.

    An anomaly that nobody drew may lie outside any crop, and so it is shown in none.
    """
    masked = [number for number, picture in enumerate(pictures) if picture.is_drawn]
    normal = [number for number, picture in enumerate(pictures) if not picture.is_anomalous]
    parts = PARTS if plan.tiling else 1
    room = max(2, room_for(plan.size) // parts)
    rng = np.random.default_rng(seed)
    few = rng.permutation(normal)[: max(room - len(masked), room // 3)].tolist()
    defects = rng.permutation(masked)[: room - len(few)].tolist()
    return sorted(int(number) for number in [*defects, *few] for _ in range(parts))


def open_region(picture: MaskedPicture, plan: InputPlan, rng: np.random.Generator) -> Region:
    """Return the picture at the input's size, or a part of the size of a tile."""
    return Region(*MaskViews(picture, plan).region(rng))
