"""Sums of periods as columns of numbers: a statistic of a year costs no object a value."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from vedette.metering.figure import Figure

# Numbers of one kind: of the rows as they are kept, of the sums 64 bits wide.
Column = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class PeriodSums:
    """What was counted in periods, by their first minutes, in order; periods without figures are left out."""

    minutes: Column
    totals: Column
    samples: Column
    least: Column
    most: Column

    @classmethod
    def of(cls, rows: Sequence[tuple[int, float, int, float, float]]) -> Self:
        """Return the sums of rows in any order: minute, total, samples, least and most of each."""
        columns = list(zip(*rows, strict=True)) or [(), (), (), (), ()]
        kinds = (np.int64, np.float64, np.int64, np.float64, np.float64)
        arrays: list[Column] = [np.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
        return cls(*arrays).summed()

    @classmethod
    def joined(cls, parts: Sequence["PeriodSums"]) -> Self:
        """Return the sums of several together."""
        columns: list[Column] = [
            np.concatenate([getattr(part, name) for part in parts]) if parts else np.zeros(0, np.int64)
            for name in ("minutes", "totals", "samples", "least", "most")
        ]
        return cls(*columns).summed()

    def summed(self) -> Self:
        """Return the same in order, each minute once; narrower numbers become wide ones."""
        minutes = self.minutes
        columns: tuple[Column, ...] = (self.totals, self.samples, self.least, self.most)
        if not len(minutes):
            return self
        if np.any(minutes[1:] < minutes[:-1]):
            order = np.argsort(minutes, kind="stable")
            minutes, columns = minutes[order], tuple(column[order] for column in columns)
        starts = np.flatnonzero(np.concatenate(([True], minutes[1:] != minutes[:-1])))
        totals, samples, least, most = columns
        # A customer's figures may be so large that their sum is infinite: that is no value, and no fault.
        with np.errstate(over="ignore", invalid="ignore"):
            return type(self)(
                minutes[starts],
                np.add.reduceat(totals, starts, dtype=np.float64),
                np.add.reduceat(samples, starts, dtype=np.int64),
                np.minimum.reduceat(least, starts).astype(np.float64),
                np.maximum.reduceat(most, starts).astype(np.float64),
            )

    def chosen(self, is_wanted: npt.NDArray[np.bool_]) -> Self:
        """Return the rows that are wanted."""
        columns = (self.minutes, self.totals, self.samples, self.least, self.most)
        return type(self)(*(column[is_wanted] for column in columns))

    def part(self, since: int, until: int) -> Self:
        """Return what lies between two minutes, as if the first one were 0."""
        first, last = np.searchsorted(self.minutes, (since, until))
        columns = (self.totals, self.samples, self.least, self.most)
        return type(self)(self.minutes[first:last] - since, *(column[first:last] for column in columns))

    def moved(self, since: int, period: int) -> Self:
        """Return the sums of periods that were numbered from 0 on, by their first minutes."""
        return type(self)(since + self.minutes * period, self.totals, self.samples, self.least, self.most)

    def points(self, statistic: str) -> dict[int, float]:
        """Return a statistic by the first minutes of the periods; what is no finite number is left out."""
        values = self._values(statistic)
        is_finite = np.isfinite(values)
        return dict(zip(self.minutes[is_finite].tolist(), values[is_finite].tolist(), strict=True))

    def _values(self, statistic: str) -> Column:
        match statistic:
            case "Sum":
                return self.totals
            case "SampleCount":
                return self.samples.astype(np.float64)
            case "Average":
                return np.divide(self.totals, self.samples)
            case "Minimum":
                return self.least
            case _:
                return self.most

    def figures(self) -> dict[int, Figure]:
        """Return the figures by the first minutes of their periods."""
        columns = (self.totals, self.samples, self.least, self.most)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return {minute: Figure(*numbers) for minute, numbers in zip(self.minutes.tolist(), rows, strict=True)}
