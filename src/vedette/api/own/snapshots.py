"""Snapshots of a dataset: made, listed, compared with what the dataset is now, restored, deleted."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.entries import find_dataset
from vedette.api.own.history import describe_person
from vedette.api.own.projects import find_project
from vedette.api.own.restorations import describe_restoration
from vedette.clock import from_milliseconds
from vedette.datasets.blocks import hash_ref
from vedette.datasets.comparing import DifferenceKind, DifferencePage, EntryDifference
from vedette.datasets.snapshots import DatasetSnapshot, NewSnapshot
from vedette.errors import Missing
from vedette.manifest.places import split_s3

LOOK_S = 1.0
"""So long pictures are looked for in their bucket; a caller who waits longer does not learn more."""

KINDS: dict[str, DifferenceKind] = {"relabeled": "relabelled"}


def create_snapshot(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Make a snapshot of what a dataset holds now."""
    _, dataset = find_dataset(house, caller, "CreateSnapshot", request)
    new = NewSnapshot(request["Name"], caller.principal, request.get("Description", ""))
    return _snapshot(house.datasets.snapshots.create(dataset, new), {})


def list_snapshots(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List a dataset's snapshots, the newest first, and its last restoration."""
    _, dataset = find_dataset(house, caller, "ListSnapshots", request)
    snapshots = house.datasets.snapshots.list(dataset)
    names = _version_names(house, snapshots)
    if version_name := request.get("VersionName"):
        snapshots = [
            snapshot
            for snapshot in snapshots
            if snapshot.version and names.get(snapshot.version) == version_name
        ]
    answer: dict[str, Any] = {"Snapshots": [_snapshot(snapshot, names) for snapshot in snapshots]}
    latest = house.datasets.restorations.latest(dataset)
    return answer if latest is None else answer | {"Restoration": describe_restoration(latest)}


def describe_snapshot(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Say how a dataset differs from a snapshot, and which pictures would not come back."""
    _, dataset = find_dataset(house, caller, "DescribeSnapshot", request)
    kind = KINDS.get(request.get("Kind", "gone"), request.get("Kind", "gone"))
    page = DifferencePage(kind, request.get("Offset", 0), request.get("MaxResults", 100))
    compared = house.datasets.comparisons.compare(dataset, request["SnapshotId"], page)
    counts = compared.counts
    return {
        "Snapshot": _snapshot(compared.snapshot, _version_names(house, [compared.snapshot])),
        "Counts": {
            "Gone": counts["gone"],
            "New": counts["new"],
            "Relabeled": counts["relabelled"],
            "Changed": counts["changed"],
            "Moved": counts["moved"],
        },
        "Entries": _differences(house, caller, kind, compared.entries),
        "HasMore": compared.has_more,
    }


def delete_snapshot(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Delete a snapshot; the dataset stays as it is."""
    _, dataset = find_dataset(house, caller, "DeleteSnapshot", request)
    house.datasets.snapshots.delete(dataset, request["SnapshotId"])
    return {}


def restore_snapshot(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Put a dataset back to a snapshot; what it is now becomes a snapshot first."""
    only_labels = request.get("OnlyLabels", False)
    # Who may not do it to one entry may not do it to many.
    for action in ("UpdateEntries",) if only_labels else ("UpdateEntries", "RemoveEntries"):
        caller.require(action, request["ProjectArn"])
    project, dataset = find_dataset(house, caller, "RestoreSnapshot", request)
    return describe_restoration(
        house.datasets.restorations.restore(
            project, dataset, request["SnapshotId"], caller.principal, only_labels=only_labels
        )
    )


def describe_one_restoration(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return how far a restoration is."""
    project = find_project(house, caller, "DescribeRestoration", request["ProjectArn"])
    return describe_restoration(house.datasets.restorations.describe(project, request["RestorationId"]))


def _version_names(house: House, snapshots: Sequence[DatasetSnapshot]) -> Mapping[int, str]:
    """Return the names of the versions that these snapshots were kept for."""
    return house.versions.names_of({snapshot.version for snapshot in snapshots if snapshot.version})


def _snapshot(snapshot: DatasetSnapshot, versions: Mapping[int, str]) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "SnapshotId": snapshot.id,
        "Name": snapshot.name,
        "Description": snapshot.description,
        "CreationDate": from_milliseconds(snapshot.created_ms),
        "Total": snapshot.counts.total,
        "Labeled": snapshot.counts.labelled,
        "Labels": [{"Name": name, "Pictures": pictures} for name, pictures in snapshot.labels.items()],
    }
    if snapshot.reason:
        answer["Reason"] = snapshot.reason
    if name := versions.get(snapshot.version or 0):
        answer["VersionName"] = name
    return answer if snapshot.caller is None else answer | {"Person": describe_person(snapshot.caller)}


def _differences(
    house: House, caller: Caller, kind: DifferenceKind, entries: Sequence[EntryDifference]
) -> list[dict[str, Any]]:
    """Return the entries; of those that would come back also which pictures are in no bucket any more."""
    answers: list[dict[str, Any]] = [
        {
            "EntryId": hash_ref(entry.source).hex(),
            "SourceRef": entry.source,
            "LabelsThen": list(entry.then),
            "LabelsNow": list(entry.now),
        }
        for entry in entries
    ]
    until = time.monotonic() + LOOK_S
    for answer in answers if kind == "gone" else ():
        is_gone = _is_gone(house, caller, answer["SourceRef"]) if time.monotonic() < until else None
        if is_gone is not None:
            answer["PictureIsGone"] = is_gone
    return answers


def _is_gone(house: House, caller: Caller, source: str) -> bool | None:
    """Say whether a picture is in its bucket no more; None where the caller may not know."""
    bucket, key = split_s3(source)
    if not house.access.may_read(caller.principal, bucket, key):
        return None
    try:
        house.blobs.find(bucket, key)
    except Missing:
        return True
    return False
