"""Percentiles of periods, and what else is told from how often which values came.

rank    the value at a share of all samples: the nearest rank, and never a value between two
cut     the samples between two shares (the first floor(low), those after ceil(high) left out),
or between two values (the low one left out, the high one in)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from vedette.metering.sketch import KEYS, Column, Numbers, key_of, values_of
from vedette.metering.sums import PeriodSums

# The bits of a key in a code of period and key.
KEY_BITS = 19
# Shares are no exact binary numbers: 99.9 % of a thousand is the 999th.
SLACK = 1e-12
# Shares far below and above all; values likewise.
NOTHING, EVERYTHING = float("-inf"), float("inf")


@dataclass(frozen=True, slots=True)
class Cut:
    """A part of the samples: between two shares of them (0 to 1), or between two values."""

    low: float = NOTHING
    high: float = EVERYTHING
    is_share: bool = False


def codes_of(places: Column, keys: Column) -> Column:
    """Return numbers in the order of places and, of each, of keys."""
    return (places << KEY_BITS) + (keys + KEYS)


@dataclass(frozen=True, slots=True)
class BucketCounts:
    """How many values have a place and a key, in their order, each once."""

    codes: Column
    counts: Column

    @classmethod
    def summed(cls, parts: Sequence[tuple[Column, Column]]) -> Self:
        """Return the sums of codes and counts in any order."""
        codes = np.concatenate([part[0] for part in parts]) if parts else np.zeros(0, np.int64)
        counts = np.concatenate([part[1] for part in parts]) if parts else np.zeros(0, np.int64)
        if np.all(codes[1:] > codes[:-1]):
            return cls(codes, counts)
        order = np.argsort(codes, kind="stable")
        codes, counts = codes[order], counts[order]
        starts = np.flatnonzero(np.concatenate(([True], codes[1:] != codes[:-1])))
        return cls(codes[starts], np.add.reduceat(counts, starts))

    def part(self, since: int, until: int) -> tuple[Column, Column]:
        """Return the codes and counts of some places, as if the first one were 0."""
        first, last = np.searchsorted(self.codes, (since << KEY_BITS, until << KEY_BITS))
        return self.codes[first:last] - (since << KEY_BITS), self.counts[first:last]


@dataclass(frozen=True, slots=True)
class PeriodBuckets:
    """What was counted in periods, and in which buckets; the places of these count from the first period."""

    sums: PeriodSums
    buckets: BucketCounts

    @classmethod
    def joined(cls, parts: Sequence["PeriodBuckets"]) -> Self:
        """Return several of the same periods together."""
        buckets = [(part.buckets.codes, part.buckets.counts) for part in parts]
        return cls(PeriodSums.joined([part.sums for part in parts]), BucketCounts.summed(buckets))


@dataclass(frozen=True, slots=True)
class PeriodSpreads:
    """Periods of which it is known how often which values came, in order.

    Of each bucket: the period it is of, by its place in `minutes`, its key, a value for those in it, their
    count, and how many samples the buckets up to it have.
    """

    minutes: Column
    totals: Numbers
    samples: Column
    least: Numbers
    most: Numbers
    periods: Column
    keys: Column
    values: Numbers
    counts: Column
    ends: Column

    @classmethod
    def of(cls, whole: PeriodBuckets, since: int, period: int) -> Self:
        """Return the periods whose samples are all in buckets; of the others nothing is said."""
        sums, buckets = whole.sums, whole.buckets
        places = buckets.codes >> KEY_BITS
        numbers = (sums.minutes - since) // period
        counted = np.zeros(len(numbers) + 1, np.int64)
        of_sums = np.minimum(np.searchsorted(numbers, places), max(0, len(numbers) - 1))
        is_there = numbers[of_sums] == places if len(numbers) else np.zeros(len(places), np.bool_)
        np.add.at(counted, of_sums[is_there], buckets.counts[is_there])
        is_known = counted[:-1] == sums.samples
        is_chosen = is_there & (is_known[of_sums] if len(numbers) else False)
        of_sums, counts = of_sums[is_chosen], buckets.counts[is_chosen]
        keys = (buckets.codes[is_chosen] & ((1 << KEY_BITS) - 1)) - KEYS
        # No value of a period lies outside its least and most.
        values = np.clip(values_of(keys), sums.least[of_sums], sums.most[of_sums])
        periods = (np.cumsum(is_known) - 1)[of_sums] if len(numbers) else of_sums
        of_periods = (sums.minutes, sums.totals, sums.samples, sums.least, sums.most)
        minutes, totals, samples, least, most = (column[is_known] for column in of_periods)
        ends = np.cumsum(counts)
        return cls(minutes, totals, samples, least, most, periods, keys, values, counts, ends)

    def _before(self) -> Column:
        """Return how many samples the periods before each have."""
        before: Column = np.cumsum(self.samples) - self.samples
        return before

    def _points(self, values: Numbers) -> dict[int, float]:
        is_finite = np.isfinite(values)
        return dict(zip(self.minutes[is_finite].tolist(), values[is_finite].tolist(), strict=True))

    def _at(self, ranks: Column) -> Numbers:
        """Return the value of each period's sample of this rank, from 1 on."""
        values: Numbers = self.values[np.searchsorted(self.ends, self._before() + ranks)]
        # The first and the last one are known to the last digit.
        return np.where(ranks == self.samples, self.most, np.where(ranks == 1, self.least, values))

    def ranks(self, share: float) -> dict[int, float]:
        """Return the value at a share of each period's samples."""
        return self._points(self._at(self._ranks_at(share))) if len(self.minutes) else {}

    def _ranks_at(self, share: float) -> Column:
        ranks: Column = np.ceil(share * self.samples * (1 - SLACK)).astype(np.int64)
        return np.clip(ranks, 1, None)

    def _bounds(self, cut: Cut) -> tuple[Column, Column]:
        """Return of each period how many samples lie before a cut, and how many before its end."""
        if cut.is_share:
            low, high = max(0.0, cut.low), min(1.0, cut.high)
            first = np.floor(low * self.samples * (1 + SLACK)).astype(np.int64)
            last = np.ceil(high * self.samples * (1 - SLACK)).astype(np.int64)
            return np.minimum(first, self.samples), last
        return self._up_to(cut.low), self._up_to(cut.high)

    def _up_to(self, value: float) -> Column:
        """Return how many samples of each period are this value at the most.

        Those in its own bucket are: a limit is mostly a value that comes, and else they are a hair from it.
        """
        if not np.isfinite(value):
            return self.samples if value > 0 else np.zeros_like(self.samples)
        is_reached = (self.keys <= key_of(value)) & (self.least[self.periods] <= value)
        return self._summed(np.where(is_reached, self.counts, 0)).astype(np.int64)

    def _summed(self, numbers: Column | Numbers) -> Numbers:
        sums: Numbers = np.bincount(self.periods, numbers, len(self.minutes)).astype(np.float64)
        return sums

    def _taken(self, cut: Cut) -> tuple[Column, Numbers]:
        """Return of each period how many samples a cut leaves, and their sum."""
        first, last = self._bounds(cut)
        before = self._before()
        starts, ends = self.ends - self.counts, self.ends
        inside = np.minimum(ends, (before + last)[self.periods]) - np.maximum(
            starts, (before + first)[self.periods]
        )
        inside = np.maximum(inside, 0)
        counts = self._summed(inside).astype(np.int64)
        with np.errstate(over="ignore", invalid="ignore"):
            sums = self._summed(inside * self.values)
        # All of them is what was added up, and not what buckets come to.
        return counts, np.where(counts == self.samples, self.totals, sums)

    def cut_means(self, cut: Cut) -> dict[int, float]:
        """Return the mean of what a cut leaves (trimmed mean); of nothing there is none."""
        counts, sums = self._taken(cut)
        return self._points(np.divide(sums, counts, out=np.full(len(counts), np.nan), where=counts > 0))

    def cut_counts(self, cut: Cut) -> dict[int, float]:
        """Return how many samples a cut leaves."""
        return self._points(self._taken(cut)[0].astype(np.float64))

    def cut_sums(self, cut: Cut) -> dict[int, float]:
        """Return the sum of what a cut leaves."""
        return self._points(self._taken(cut)[1])

    def cut_shares(self, cut: Cut) -> dict[int, float]:
        """Return how many percent of the samples a cut leaves."""
        return self._points(np.divide(100.0 * self._taken(cut)[0], self.samples))

    def held_means(self, cut: Cut) -> dict[int, float]:
        """Return the mean with what lies outside a cut held to its edges (winsorized mean)."""
        if not len(self.minutes):
            return {}
        first, last = self._bounds(cut)
        _, sums = self._taken(cut)
        if cut.is_share:
            lower = self._at(np.minimum(first + 1, self.samples))
            upper = self._at(np.maximum(last, 1))
        else:
            lower, upper = np.full(len(first), cut.low), np.full(len(first), cut.high)
        below = np.multiply(lower, first, out=np.zeros(len(first)), where=first > 0)
        above = np.multiply(upper, self.samples - last, out=np.zeros(len(first)), where=last < self.samples)
        return self._points((sums + below + above) / self.samples)
