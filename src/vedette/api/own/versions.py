"""What changed from one version of a project to the next, and since the newest."""

from collections.abc import Sequence
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.projects import find_project
from vedette.errors import Busy
from vedette.projects.version import Version
from vedette.training.changes import LabelChanges

# Of so many versions the changes are listed: each is read from its frozen lines the first time.
USUAL = 20


def list_version_changes(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List what changed to each version from the one before it, the newest first, and to now."""
    project = find_project(house, caller, "ListVersionChanges", request["ProjectArn"])
    most = request.get("MaxResults", USUAL)
    versions, _ = house.versions.list(project, most=most + 1)
    changes = [
        _change(house, version, versions[place + 1 :]) for place, version in enumerate(versions[:most])
    ]
    answer: dict[str, Any] = {"Versions": changes}
    newest = next((version for version in versions if version.state not in ("failed", "copy-failed")), None)
    if newest is not None and (since := _since(house, newest)) is not None:
        answer["Since"] = {"SinceVersion": newest.name, **_numbers(since)}
    return answer


def _since(house: House, newest: Version) -> LabelChanges | None:
    """Return what changed since a version; nothing while a dataset is being made, or where there is none."""
    try:
        return house.trainings.changes_since(newest)
    except Busy:
        return None


def _change(house: House, version: Version, older: Sequence[Version]) -> dict[str, Any]:
    answer: dict[str, Any] = {"VersionName": version.name, "ModelArn": str(version.arn)}
    if budget := version.inputs.get("budget"):
        answer["Budget"] = budget
    if version.source:
        return {**answer, "IsCopy": True}
    before = next((other for other in older if not other.source), None)
    changes = None if before is None else house.trainings.changes(before, version)
    if before is None or changes is None:
        return answer
    if (earlier := before.inputs.get("budget")) and earlier != budget:
        answer["SinceBudget"] = earlier
    thresholds = house.trainings.thresholds_changed(before, version)
    return answer | {"SinceVersion": before.name, "ThresholdsChanged": thresholds, **_numbers(changes)}


def _numbers(changes: LabelChanges) -> dict[str, Any]:
    return {
        "Added": changes.added,
        "Removed": changes.removed,
        "Relabeled": changes.relabelled,
        "LabelsAdded": list(changes.labels_added),
        "LabelsRemoved": list(changes.labels_removed),
    }
