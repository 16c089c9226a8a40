"""Thresholds that people chose for a version, beside those that its training found.

They never change the model's package nor its evaluation. Vedette's own clients and packages that leave take
them; answers of the services take them where the version is told so (docs/decisions/0318).
"""

import math
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, update

from vedette.clock import Clock, milliseconds, system_clock
from vedette.errors import Taken, Wrong
from vedette.projects.tables import versions as rows
from vedette.projects.version import ChosenThreshold, Version, VersionThresholds, dump_thresholds
from vedette.projects.versions import Versions

REASONS = ("chosen", "miss-least", "no-false-alarms", "cheapest", "best-f1")
MOST_COST = 1e12
"""A cost beyond any factory's; what is larger is a slip of the hand."""
LONGEST_CURRENCY = 8


@dataclass(frozen=True, slots=True)
class LabelThresholdChoice:
    """What a person chose for one label."""

    label: str
    threshold: float
    reason: str = "chosen"
    miss_cost: float | None = None
    false_alarm_cost: float | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class ThresholdChange:
    """What a person asks for; labels that are not named stay as they are."""

    choices: Sequence[LabelThresholdChoice] = ()
    reset: Sequence[str] = ()
    resets_all: bool = False
    on_wire: bool | None = None
    # The revision that the person saw, empty before anybody chose; None where they did not look.
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class ThresholdStore:
    """The chosen thresholds of all versions."""

    versions: Versions
    clock: Clock = system_clock
    new_revision: Callable[[], str] = field(default=lambda: secrets.token_hex(8))

    def put(
        self, version: Version, change: ThresholdChange, trained: Mapping[str, float], *, by: str
    ) -> VersionThresholds:
        """Write what a change makes of a version's thresholds; all or nothing."""
        for choice in change.choices:
            _check(choice)
        labels = [choice.label for choice in change.choices]
        _refuse_twice(labels, change.reset)
        _refuse_unknown([*labels, *change.reset], trained, version)
        result = VersionThresholds()

        def write(connection: Connection, current: Version) -> None:
            nonlocal result
            result = self._changed(current, change, by)
            text = dump_thresholds(result)
            connection.execute(update(rows).where(rows.c.id == current.id).values(thresholds=text))

        self.versions.touch(version, write)
        return result

    def _changed(self, version: Version, change: ThresholdChange, by: str) -> VersionThresholds:
        current = version.thresholds
        if change.revision is not None and change.revision != current.revision:
            sentence = f"Somebody changed the thresholds of the version {version.name} meanwhile."
            raise Taken(sentence, kind="threshold revision", name=version.path)
        now = milliseconds(self.clock())
        leaving = set(current.labels) if change.resets_all else set(change.reset)
        stay = {label: threshold for label, threshold in current.labels.items() if label not in leaving}
        new = {choice.label: _chosen(choice, by, now) for choice in change.choices}
        on_wire = current.on_wire if change.on_wire is None else change.on_wire
        return replace(current, labels=stay | new, on_wire=on_wire, revision=self.new_revision())


def _chosen(choice: LabelThresholdChoice, by: str, now_ms: int) -> ChosenThreshold:
    values: dict[str, Any] = {name: value for name, value in asdict(choice).items() if name != "label"}
    return ChosenThreshold(**values, by=by, at_ms=now_ms)


def _check(choice: LabelThresholdChoice) -> None:
    about = {"kind": "threshold", "name": choice.label}
    if not (math.isfinite(choice.threshold) and 0 <= choice.threshold <= 1):
        raise Wrong(f'The threshold of "{choice.label}" is not between 0 and 1.', **about)
    if choice.reason not in REASONS:
        raise Wrong(f"A threshold is {', '.join(REASONS)}, not {choice.reason!r:.40}.", **about)
    for cost in (choice.miss_cost, choice.false_alarm_cost):
        if cost is not None and not (math.isfinite(cost) and 0 <= cost <= MOST_COST):
            raise Wrong(f'A cost of "{choice.label}" is not between 0 and {MOST_COST:,.0f}.', **about)
    if len(choice.currency) > LONGEST_CURRENCY:
        raise Wrong(f"A currency has {LONGEST_CURRENCY} characters at most.", **about)


def _refuse_twice(labels: Sequence[str], reset: Sequence[str]) -> None:
    names = [*labels, *reset]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise Wrong(f'The label "{twice}" is named twice.', kind="label", name=twice)


def _refuse_unknown(names: Sequence[str], trained: Mapping[str, float], version: Version) -> None:
    unknown = next((name for name in names if name not in trained), None)
    if unknown is not None:
        labels = _listed(list(trained))
        sentence = f'The version {version.name} has no label "{unknown:.100}"; it has {labels}.'
        raise Wrong(sentence, kind="label", name=unknown)


def _listed(labels: Sequence[str]) -> str:
    more = f" and {len(labels) - 5} more" if len(labels) > 5 else ""
    return ", ".join(f'"{label}"' for label in labels[:5]) + more
