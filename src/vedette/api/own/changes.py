"""One change to every entry that passes a filter, how far it is, and its undoing."""

from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.entries import find_dataset
from vedette.api.own.projects import find_project
from vedette.api.own.queries import read_conditions
from vedette.clock import from_milliseconds
from vedette.datasets.batches import EntryChange
from vedette.datasets.many import ChangeProgress

SINGLE = {"label": "UpdateEntries", "move": "MoveEntries", "remove": "RemoveEntries"}


def change_entries(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Change labels of every entry that passes, or move or remove them."""
    project, dataset = find_dataset(house, caller, "ChangeEntries", request)
    change = request["Change"]
    # Who may not do it to one entry may not do it to many.
    caller.require(SINGLE[change["Kind"]], request["ProjectArn"])
    entry_change = EntryChange(
        change["Kind"],
        change.get("ClearLabels", False),
        tuple(change.get("RemoveLabels", ())),
        tuple((rename["From"], rename["To"]) for rename in change.get("RenameLabels", ())),
        tuple(change.get("AddLabels", ())),
        unsure=change.get("Unsure"),
    )
    conditions = read_conditions(request)
    return describe_progress(
        house.datasets.many.start(project, dataset, conditions, entry_change, caller.principal)
    )


def describe_change(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return how far a change is."""
    project = find_project(house, caller, "DescribeChange", request["ProjectArn"])
    return describe_progress(house.datasets.many.describe(project, request["ChangeId"]))


def undo_change(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Undo a change of the last minute."""
    project = find_project(house, caller, "UndoChange", request["ProjectArn"])
    return describe_progress(house.datasets.many.undo(project, request["ChangeId"]))


def describe_progress(progress: ChangeProgress) -> dict[str, Any]:
    """Return how far a change is, in the words of the shapes."""
    answer = {
        "ChangeId": progress.id,
        "Status": progress.status,
        "Message": progress.message,
        "Total": progress.total,
        "Done": progress.completed,
        "Skipped": progress.skipped,
    }
    if progress.undo_until_ms is not None:
        answer["UndoUntil"] = from_milliseconds(progress.undo_until_ms)
    return answer
