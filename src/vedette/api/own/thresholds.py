"""The thresholds of a version: what its training found, and what people chose instead."""

from collections.abc import Mapping
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.models import find_model
from vedette.clock import from_milliseconds
from vedette.projects.thresholds import LabelThresholdChoice, ThresholdChange, ThresholdStore
from vedette.projects.version import ChosenThreshold, VersionThresholds


def get_version_thresholds(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return the threshold of every label, and whether the services' answers hold to the chosen ones."""
    version = find_model(house, caller, "GetVersionThresholds", request)
    return _answer(house.trainings.facts.trained_thresholds(version), version.thresholds)


def put_version_thresholds(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Choose thresholds, reset others, and return all; nothing where one of them is wrong."""
    version = find_model(house, caller, "PutVersionThresholds", request)
    trained = house.trainings.facts.trained_thresholds(version)
    change = ThresholdChange(
        [_choice(fields) for fields in request.get("Thresholds", ())],
        request.get("Reset", ()),
        request.get("ResetAll", False),
        request.get("UseOnWire"),
        request.get("Revision"),
    )
    store = ThresholdStore(house.versions, house.clock)
    return _answer(trained, store.put(version, change, trained, by=caller.principal.arn))


def _choice(fields: Mapping[str, Any]) -> LabelThresholdChoice:
    return LabelThresholdChoice(
        fields["Label"],
        fields["Threshold"],
        fields.get("Reason", "chosen"),
        fields.get("MissCost"),
        fields.get("FalseAlarmCost"),
        fields.get("Currency", ""),
    )


def _answer(trained: Mapping[str, float], thresholds: VersionThresholds) -> dict[str, Any]:
    rows = [_row(label, value, thresholds.labels.get(label)) for label, value in trained.items()]
    return {"Thresholds": rows, "UseOnWire": thresholds.on_wire, "Revision": thresholds.revision}


def _row(label: str, trained: float, choice: ChosenThreshold | None) -> dict[str, Any]:
    answer: dict[str, Any] = {"Label": label, "Threshold": trained, "TrainedThreshold": trained}
    if choice is None:
        return answer
    answer |= {
        "Threshold": choice.threshold,
        "Reason": choice.reason,
        "MissCost": choice.miss_cost,
        "FalseAlarmCost": choice.false_alarm_cost,
        "Currency": choice.currency or None,
        "ChangedBy": choice.by,
        "ChangedDate": from_milliseconds(choice.at_ms),
    }
    return {name: value for name, value in answer.items() if value is not None}
