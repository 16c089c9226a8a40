"""Percentiles and trimmed statistics by the names that CloudWatch gives them.

p99.9           the value that 99.9 % of the samples do not exceed
tm95, TM(2%:98%), TM(80:500), IQM    trimmed mean: of what lies between
tc…, ts…        how many those are, and their sum
wm…             winsorized mean: what lies outside is taken as the nearest edge
PR(:300)        how many percent of the samples lie between two values
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from vedette.errors import Wrong
from vedette.metering.spreads import Cut, PeriodSpreads

NUMBER = r"\d{1,18}(?:\.\d{1,10})?"
PERCENTILE = re.compile(rf"p({NUMBER})", re.IGNORECASE | re.ASCII)
# The letters with one number, which is the upper end in percent.
SHORT = re.compile(rf"(tm|tc|ts|wm)({NUMBER})", re.IGNORECASE | re.ASCII)
LONG = re.compile(rf"(tm|tc|ts|wm|pr)\((-?{NUMBER}%?)?:(-?{NUMBER}%?)?\)", re.IGNORECASE | re.ASCII)
CUTS: dict[str, Callable[[PeriodSpreads, Cut], dict[int, float]]] = {
    "tm": PeriodSpreads.cut_means,
    "tc": PeriodSpreads.cut_counts,
    "ts": PeriodSpreads.cut_sums,
    "wm": PeriodSpreads.held_means,
    "pr": PeriodSpreads.cut_shares,
}
# Statistical significance, as CloudWatch defines it: ten samples beyond the percentile.
SIGNIFICANT = 10


@dataclass(frozen=True, slots=True)
class ExtendedStatistic:
    """One of them: a percentile (its share of the samples), or what is done with a cut."""

    share: float | None = None
    cut: Cut | None = None
    kind: str = ""

    def points(self, spreads: PeriodSpreads) -> dict[int, float]:
        """Return it by the first minutes of the periods of which it is known."""
        if self.share is not None:
            return spreads.ranks(self.share)
        assert self.cut is not None
        return CUTS[self.kind](spreads, self.cut)

    @property
    def least_samples(self) -> float:
        """How many samples a period needs for its percentile to mean something; all else any number does."""
        if self.share is None:
            return 0
        beyond = min(self.share, 1 - self.share)
        # Not even a thousand samples say what the very largest value will be.
        return round(SIGNIFICANT / beyond, 6) if beyond > 0 else float("inf")


def read_extended(text: str) -> ExtendedStatistic | None:
    """Return the statistic of that name; None where it has none of these forms.

    Raises:
        Wrong: when it has one of them, with numbers that cannot be.
    """
    if text.upper() == "IQM":
        return ExtendedStatistic(cut=Cut(0.25, 0.75, is_share=True), kind="tm")
    if matched := PERCENTILE.fullmatch(text):
        return ExtendedStatistic(share=_share(matched[1], text))
    if matched := SHORT.fullmatch(text):
        return ExtendedStatistic(
            cut=Cut(high=_share(matched[2], text), is_share=True), kind=matched[1].lower()
        )
    if matched := LONG.fullmatch(text):
        return ExtendedStatistic(cut=_cut(text, matched[2], matched[3]), kind=matched[1].lower())
    return None


def _share(percent: str, text: str) -> float:
    share = float(percent) / 100
    if not 0 <= share <= 1:
        raise Wrong(f"The statistic {text[:40]} is out of range: percentages lie between 0 and 100.")
    return share


def _cut(text: str, low: str | None, high: str | None) -> Cut:
    ends = [end for end in (low, high) if end is not None]
    in_percent = [end.endswith("%") for end in ends]
    if not ends or any(in_percent) != all(in_percent):
        raise Wrong(f"The statistic {text[:40]} has two ends in percent or two values, one of them at least.")
    is_share = in_percent[0]
    if is_share and text[:2].lower() == "pr":
        raise Wrong(f"The statistic {text[:40]} takes values, and no percentages.")
    numbers = {
        name: _share(end[:-1], text) if is_share else float(end)
        for name, end in (("low", low), ("high", high))
        if end is not None
    }
    cut = Cut(**numbers, is_share=is_share)
    if not cut.low < cut.high:
        raise Wrong(f"The statistic {text[:40]} ends before it begins.")
    return cut
