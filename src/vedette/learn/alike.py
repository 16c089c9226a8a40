"""Pictures that are one picture to look at: saved again, at another size, shot twice in a moment.

The same bytes are known by their hash; these have others, and mostly names that say nothing. Where one of
them trains and another judges, a recipe seems better than it is. They are kept together like copies: in one
fold, and on one side of a split.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from vedette.learn.pictures import PictureCache
from vedette.learn.split import stratum
from vedette.vision.annotations import Sample
from vedette.vision.near import group_pictures

# A larger group than this share of all pictures, or of few, is no picture shot again but a camera that
# always sees the same: of twenty drawn boards ten were one group, of aliens none, of biscuits, raccoons and
# solar cells the largest had 2 of 63, 3 of 200 and 6 of 650 (docs/experiments.md, 2026-12-01).
LARGEST, FEW = 0.1, 3
EXACT_BYTES, LOOK_BYTES = 16, 32


def look_alikes(samples: Sequence[Sample], pictures: PictureCache) -> Mapping[str, str]:
    """Return of each content that looks like another one of its label the content that stands for them all.

    Nothing where a whole camera's pictures look alike, and nothing of a label whose pictures all do: none of
    them could judge what the others taught.
    """
    hashes = np.stack([_row(pictures.look(sample.picture)) for sample in samples])
    groups = group_pictures(np.zeros((len(samples), EXACT_BYTES), np.uint8), hashes).tolist()
    sizes = Counter(groups)
    if max(sizes.values()) > max(FEW, LARGEST * len(samples)):
        return {}
    strata = [stratum(sample) for sample in samples]
    of_stratum = Counter(strata)
    members: dict[tuple[int, Hashable], list[Sample]] = {}
    for sample, place in zip(samples, zip(groups, strata, strict=True), strict=True):
        if sizes[place[0]] > 1:
            members.setdefault(place, []).append(sample)
    alike: dict[str, str] = {}
    for (_, label), together in members.items():
        contents = {pictures.digest(sample.picture) for sample in together}
        if len(contents) > 1 and len(together) < of_stratum[label]:
            alike |= dict.fromkeys(contents, min(contents))
    return alike


def settled_together(settled: Mapping[str, bool], alike: Mapping[str, str]) -> Mapping[str, bool]:
    """Return of an earlier split which contents test, by the ones that stand for their groups.

    A group of which one picture was trained on never tests.
    """
    together: dict[str, bool] = {}
    for content, tests in settled.items():
        name = alike.get(content, content)
        together[name] = together.get(name, True) and tests
    return together


def _row(hashed: bytes) -> npt.NDArray[np.uint8]:
    """Return the hash as a row; of a picture that has none, zeros, which are like nothing."""
    return np.frombuffer(hashed or bytes(LOOK_BYTES), np.uint8)
