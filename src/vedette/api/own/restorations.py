"""How far a dataset's restoration is, as its operations answer."""

from typing import Any

from vedette.clock import from_milliseconds
from vedette.datasets.restoring import RestoreProgress


def describe_restoration(progress: RestoreProgress) -> dict[str, Any]:
    """Return how far a restoration is, in the words of the shapes."""
    answer: dict[str, Any] = {
        "RestorationId": progress.id,
        "SnapshotId": progress.snapshot,
        "Name": progress.note,
        "BeforeSnapshotId": progress.before,
        "Status": progress.status,
        "Message": progress.message,
        "Total": progress.total,
        "Done": progress.completed,
        "Skipped": progress.skipped,
        "CreationDate": from_milliseconds(progress.created_ms),
    }
    if progress.line is not None:
        answer["Number"] = progress.line
    if progress.ended_ms is not None:
        answer["EndDate"] = from_milliseconds(progress.ended_ms)
    return answer
