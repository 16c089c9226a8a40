"""Who trains and who tests: stratified, seeded, and copies of one picture never on both sides.

Where neighbours look alike (neighbours.py) samples are dealt in blocks: in the order of their names, each
hand a run of every stratum, so that what judges is as far from what trains as tomorrow's pictures will be.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from vedette.vision.annotations import Sample


def stratum(sample: Sample) -> Hashable:
    """Return what a sample must be well spread by: its labels, or its anomaly types, or its boxes' labels."""
    if sample.is_anomalous is not None:
        types = tuple(sorted(set(sample.mask.colors.values()))) if sample.mask else ()
        return (sample.is_anomalous, types or tuple(sorted(set(sample.labels))))
    if sample.boxes is not None:
        return tuple(sorted({label for label, _ in sample.boxes}))
    return tuple(sorted(set(sample.labels)))


def deal(
    samples: Sequence[Sample],
    hands: int,
    *,
    digest: Callable[[Sample], str],
    seed: int,
    order: Sequence[int] | None = None,
) -> npt.NDArray[np.int64]:
    """Return for every sample its hand, 0 to hands - 1; with an `order` of the samples in blocks of it.

    Samples are dealt stratum by stratum, copies together, each stratum going on where the last one
    stopped, so that hands differ by one sample of a stratum at most where there are no copies.
    Strata of several labels are dealt rarest first.
    """
    strata: dict[Hashable, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    home: dict[str, Hashable] = {}
    for index, sample in enumerate(samples):
        content = digest(sample)
        strata[home.setdefault(content, stratum(sample))][content].append(index)
    rng = np.random.default_rng(seed)
    rank = {index: position for position, index in enumerate(order or ())}
    dealt = np.zeros(len(samples), np.int64)
    turn = 0
    for copies in sorted(strata.values(), key=len):
        if order is not None:
            runs = sorted(copies.values(), key=lambda group: min(rank[index] for index in group))
            for position, group in enumerate(runs):
                dealt[group] = (turn + position * hands // max(hands, len(runs))) % hands
            turn += min(hands, len(runs))
            continue
        groups = sorted(copies.values())
        for position in rng.permutation(len(groups)):
            dealt[groups[position]] = turn % hands
            turn += 1
    return dealt


def hold_out(  # noqa: PLR0913  (which of them stand is another matter than how many)
    samples: Sequence[Sample],
    *,
    digest: Callable[[Sample], str],
    seed: int,
    share: float = 0.2,
    least: int = 1,
    settled: Mapping[str, bool] | None = None,
    order: Sequence[int] | None = None,
) -> tuple[list[Sample], list[Sample]]:
    """Return the training and the test part; every stratum of two pictures or more gives one to the test.

    It gives `least` where it can, but never more than half.
    `settled` says of contents whether they test, from an earlier split that must stand: what was trained
    on never tests later. The others fill up the share. With an `order` of the samples they are one run of it.
    """
    settled = settled or {}
    groups: dict[Hashable, dict[str, list[Sample]]] = defaultdict(lambda: defaultdict(list))
    home: dict[str, Hashable] = {}
    for sample in samples if order is None else [samples[index] for index in order]:
        content = digest(sample)
        groups[home.setdefault(content, stratum(sample))][content].append(sample)
    rng = np.random.default_rng(seed)
    train: list[Sample] = []
    test: list[Sample] = []
    for copies in groups.values():
        contents = sorted(copies) if order is None else list(copies)
        size = min(max(least, round(share * len(contents))), len(contents) // 2)
        tests = {content for content in contents if settled.get(content)}
        if order is None:
            free = [contents[i] for i in rng.permutation(len(contents)) if contents[i] not in settled]
        else:
            free = _rotated([content for content in contents if content not in settled], size, rng)
        tests.update(free[: max(0, size - len(tests))])
        for content in contents:
            (test if content in tests else train).extend(copies[content])
    return train, test


def _rotated(contents: list[str], size: int, rng: np.random.Generator) -> list[str]:
    """Return the contents so that the first `size` are one run of them, begun anywhere."""
    begin = int(rng.integers(0, max(1, len(contents) - size + 1)))
    return contents[begin:] + contents[:begin]
