"""An alarm's rule, and what it says of the last periods. Pure: whoever calls brings the values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson

from vedette.errors import Refusal, Unbuilt, Wrong
from vedette.monitoring.metrics import MetricName
from vedette.monitoring.queries import MetricQuery, MetricStatistic

OK, ALARM, UNKNOWN = "OK", "ALARM", "INSUFFICIENT_DATA"
STATES = (OK, ALARM, UNKNOWN)
SIGNS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}
LOW_SAMPLES = ("evaluate", "ignore")
# Where a rule has it among its actions, which have the names of states.
OF_LOW_SAMPLES = "LOW_SAMPLES"
MISSING = ("missing", "notBreaching", "breaching", "ignore")
# As far back as an alarm may look, in minutes: CloudWatch's week.
LONGEST = 7 * 24 * 60


class UnreadableRule(Exception):
    """A stored rule that this release cannot read."""


@dataclass(frozen=True, slots=True)
class AlarmRule:
    """What an alarm watches and whom it calls: its queries, of which one is returned."""

    queries: tuple[MetricQuery, ...]
    # One metric's alarm is described by its members, one of expressions by its queries.
    is_simple: bool
    period: int
    periods: int
    to_alarm: int
    threshold: float
    comparison: str
    missing: str = "missing"
    description: str = ""
    # What comes of a percentile of few samples: evaluate (also where nothing is said), or ignore.
    low_samples: str = ""
    # By the state that they are called for.
    actions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.comparison not in SIGNS:
            raise Unbuilt(f"{self.comparison} is not supported yet: bands of anomalies are not computed.")
        if self.missing not in MISSING:
            raise Wrong(f"TreatMissingData is one of {', '.join(MISSING)}, not {self.missing[:40]!r}.")
        if self.low_samples not in ("", *LOW_SAMPLES):
            raise Wrong(f"EvaluateLowSampleCountPercentile is one of {', '.join(LOW_SAMPLES)}.")
        if not 1 <= self.to_alarm <= self.periods:
            raise Wrong("DatapointsToAlarm lies between 1 and EvaluationPeriods.")
        if self.period * self.periods > LONGEST:
            raise Wrong("EvaluationPeriods times Period is seven days at most.")


def judge(rule: AlarmRule, values: Sequence[float | None], state: str, unsure: int = 0) -> tuple[str, str]:
    """Return the state by the last periods' values, the oldest first, and the reason.

    A period without figures has None; `state` is what the alarm is in, which missing figures may leave.
    Beside them are so many periods of which too few samples are there to say anything.
    """
    exceeds = SIGNS[rule.comparison]
    present = [value for value in values if value is not None]
    breaching = [value for value in present if exceeds(value, rule.threshold)]
    absent = len(values) - len(present)
    count = len(breaching) + (absent if rule.missing == "breaching" else 0)
    if count >= rule.to_alarm:
        return ALARM, _reason(rule, breaching, count, "was" if count == 1 else "were")
    if unsure and count + unsure >= rule.to_alarm:
        return state, "No new reason: periods with too few samples for the percentile are ignored."
    if rule.missing == "ignore" and len(present) < rule.periods - rule.to_alarm + 1:
        return state, "No new reason: figures are missing, and missing ones are ignored."
    if rule.missing == "missing" and not present:
        return UNKNOWN, f"Insufficient Data: {absent} datapoints were unknown."
    good = [value for value in present if not exceeds(value, rule.threshold)]
    return OK, _reason(rule, good, len(values) - count, "were not")


def _reason(rule: AlarmRule, values: Sequence[float], count: int, verb: str) -> str:
    last_values = ", ".join(f"{value:g}" for value in values[-5:])
    points = "datapoint" if count == 1 else "datapoints"
    beyond = f"{verb} beyond the threshold ({rule.threshold:g}), {rule.comparison}."
    return f"Threshold Crossed: {count} {points} [{last_values}] {beyond}"


def dump_rule(rule: AlarmRule) -> str:
    """Return a rule as the database keeps it."""
    fields = asdict(rule)
    low_samples = fields.pop("low_samples")
    if low_samples:
        # A server of an older release reads no member that it does not know, but actions of any state.
        fields["actions"] = {**fields["actions"], OF_LOW_SAMPLES: (low_samples,)}
    return orjson.dumps(fields).decode()


def load_rule(text: str) -> AlarmRule:
    """Return a rule from the database.

    Raises:
        UnreadableRule: when a newer release, or somebody by hand, wrote what this one does not know.
    """
    try:
        fields = orjson.loads(text)
        fields["queries"] = tuple(map(_query, fields["queries"]))
        fields["actions"] = {kind: tuple(names) for kind, names in fields["actions"].items()}
        low_samples = fields["actions"].pop(OF_LOW_SAMPLES, ())
        return AlarmRule(**fields | ({"low_samples": low_samples[0]} if low_samples else {}))
    except (LookupError, TypeError, ValueError, AttributeError, Refusal) as error:
        raise UnreadableRule(f"{type(error).__name__}: {error}") from error


def _query(fields: dict[str, Any]) -> MetricQuery:
    statistic = fields.pop("statistic")
    if statistic is None:
        return MetricQuery(**fields)
    metric = statistic.pop("metric")
    dimensions = tuple((name, value) for name, value in metric.pop("dimensions"))
    name = MetricName(**metric, dimensions=dimensions)
    return MetricQuery(**fields, statistic=MetricStatistic(name, **statistic))
