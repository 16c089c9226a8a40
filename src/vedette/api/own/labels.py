"""The labels of a project with what people decided about them: colour and shortcut key."""

from collections.abc import Sequence
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.projects import find_project
from vedette.datasets.label_settings import LabelSetting


def list_label_settings(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the labels that have settings, in the order in which they came."""
    project = find_project(house, caller, "ListLabelSettings", request["ProjectArn"])
    return _answer(house.datasets.label_settings.list(project))


def update_label_settings(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Set colours and keys of labels, forget others, and return all; nothing where one of them is wrong."""
    project = find_project(house, caller, "UpdateLabelSettings", request["ProjectArn"])
    changed = [
        LabelSetting(label["Name"], label.get("Color", ""), label.get("Key", ""))
        for label in request.get("Labels", ())
    ]
    return _answer(house.datasets.label_settings.put(project, changed, request.get("Remove", ())))


def _answer(settings: Sequence[LabelSetting]) -> dict[str, Any]:
    return {
        "Labels": [
            {"Name": setting.name, "Color": setting.colour, "Key": setting.key} for setting in settings
        ]
    }
