"""What changed from one version of a project to the next, and since the newest."""

from collections.abc import Sequence
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.backbones import used_backbone
from vedette.api.own.projects import find_project
from vedette.api.paging import read_page
from vedette.errors import Busy
from vedette.projects.version import Version
from vedette.training.changes import LabelChanges

# Of so many versions a page has the changes: each is read from its frozen lines the first time.
USUAL = 20


def list_version_changes(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List what changed to each version from the one before it, the newest first, a page at a time.

    What changed since the newest one that did not fail comes with the first page.
    """
    project = find_project(house, caller, "ListVersionChanges", request["ProjectArn"])
    page = read_page(house, request, "ListVersionChanges", project.id, size=USUAL)
    versions, more = house.versions.list(project, before=page.after(None), most=page.size)
    answer: dict[str, Any] = {"Versions": _changes(house, versions)}
    if page.position is None and (newest := house.versions.newest_whole(project)) is not None:
        since = _since(house, newest)
        if since is not None:
            answer["Since"] = {"SinceVersion": newest.name, **_numbers(since)}
    return page.answer(answer, versions[-1].id if more else None)


def _changes(house: House, versions: Sequence[Version]) -> list[dict[str, Any]]:
    """Return the changes of a page; the version before its last one lies on another page."""
    answers = []
    before = house.versions.learnt_before(versions[-1]) if versions else None
    for version in reversed(versions):
        answers.append(_change(house, version, before))
        before = before if version.source or version.is_archived else version
    return answers[::-1]


def _since(house: House, newest: Version) -> LabelChanges | None:
    """Return what changed since a version; nothing while a dataset is being made, or where there is none."""
    try:
        return house.trainings.facts.changes_since(newest)
    except Busy:
        return None


def _change(house: House, version: Version, before: Version | None) -> dict[str, Any]:
    answer: dict[str, Any] = {"VersionName": version.name, "ModelArn": str(version.arn)}
    if budget := version.inputs.get("budget"):
        answer["Budget"] = budget
    if backbone := used_backbone(version):
        answer["Backbone"] = backbone
    if version.source:
        return {**answer, "IsCopy": True}
    if version.is_archived:
        return answer
    changes = None if before is None else house.trainings.facts.changes(before, version)
    if before is None or changes is None:
        return answer
    if (earlier := before.inputs.get("budget")) and earlier != budget:
        answer["SinceBudget"] = earlier
    if (began := used_backbone(before)) and backbone and began != backbone:
        answer["SinceBackbone"] = began
    thresholds = house.trainings.facts.thresholds_changed(before, version)
    return answer | {"SinceVersion": before.name, "ThresholdsChanged": thresholds, **_numbers(changes)}


def _numbers(changes: LabelChanges) -> dict[str, Any]:
    return {
        "Added": changes.added,
        "Removed": changes.removed,
        "Relabeled": changes.relabelled,
        "LabelsAdded": list(changes.labels_added),
        "LabelsRemoved": list(changes.labels_removed),
    }
