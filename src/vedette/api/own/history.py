"""Who changed what when: a dataset's changes, sums of them, one picture's past, and a change taken back."""

from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.entries import find_dataset
from vedette.api.own.restorations import describe_restoration
from vedette.api.paging import read_page
from vedette.clock import from_milliseconds, milliseconds
from vedette.datasets.history import DayCount, EntryEvent, JournalFilter, JournalLine
from vedette.identity.principal import Principal

USUAL = 50
MINUTE_MS = 60_000


def list_changes(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List a dataset's changes, the newest first."""
    _, dataset = find_dataset(house, caller, "ListChanges", request)
    conditions = _conditions(request)
    page = read_page(house, request, "ListChanges", dataset.id, repr(conditions), size=USUAL)
    lines, more = house.datasets.history.lines(dataset, conditions, before=page.after(None), most=page.size)
    return page.answer({"Changes": [_line(line) for line in lines]}, lines[-1].number if more else None)


def count_changes(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Count a dataset's changes by day, person and kind, and name everybody who ever changed it."""
    _, dataset = find_dataset(house, caller, "CountChanges", request)
    offset_ms = request.get("UtcOffsetMinutes", 0) * MINUTE_MS
    days = house.datasets.history.days(dataset, _conditions(request), offset_ms=offset_ms)
    people = house.datasets.history.people(dataset)
    return {
        "Days": [_day(count, offset_ms) for count in days],
        "People": [describe_person(person) for person in people],
    }


def list_entry_events(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List what happened to one picture's entry in the project's datasets, the newest first."""
    _, dataset = find_dataset(house, caller, "ListEntryEvents", request)
    events = house.datasets.history.of_picture(dataset, request["SourceRef"])
    return {"Events": [_event(event) for event in events]}


def revert_change(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Take one change back, wherever entries still are as it left them."""
    arn, number = request["ProjectArn"], request["Number"]
    # Who may not do it to one entry may not do it to many.
    caller.require("UpdateEntries", arn)
    project, dataset = find_dataset(house, caller, "RevertChange", request)
    line = house.datasets.history.find(dataset, number)
    if line is not None and line.added:
        caller.require("RemoveEntries", arn)
    if line is not None and line.has_other:
        caller.require("MoveEntries", arn)
    return describe_restoration(
        house.datasets.restorations.revert(project, dataset, number, caller.principal)
    )


def describe_person(person: Principal) -> dict[str, Any]:
    """Return a person as the history names them."""
    return {"Arn": person.arn, "Name": person.name}


def _conditions(request: dict[str, Any]) -> JournalFilter:
    since, until = request.get("Since"), request.get("Until")
    return JournalFilter(
        person=request.get("PersonArn", ""),
        kinds=tuple(request.get("Kinds", ())),
        label=request.get("Label", ""),
        source=request.get("SourceRef", ""),
        since_ms=None if since is None else milliseconds(since),
        until_ms=None if until is None else milliseconds(until),
    )


def _line(line: JournalLine) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "Number": line.number,
        "Kind": line.kind,
        "StartDate": from_milliseconds(line.began_ms),
        "EndDate": from_milliseconds(line.ended_ms),
        "Added": line.added,
        "Removed": line.removed,
        "Changed": line.changed,
        "Labels": [
            {"Name": name, "Gained": gained, "Lost": lost} for name, (gained, lost) in line.labels.items()
        ],
        "Note": line.note,
        "CanRevert": line.is_giving and (line.has_other or not line.came_whole),
    }
    if line.caller is not None:
        answer["Person"] = describe_person(line.caller)
    if line.reverts is not None:
        answer["Reverts"] = line.reverts
    if line.reverted_by is not None:
        answer["RevertedBy"] = line.reverted_by
    if line.has_other:
        answer["Moved"] = "out" if line.is_giving else "in"
    return answer


def _day(count: DayCount, offset_ms: int) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "Day": from_milliseconds(count.day - offset_ms),
        "Kind": count.kind,
        "Changes": count.lines,
        "Entries": count.entries,
    }
    return answer if count.caller is None else answer | {"Person": describe_person(count.caller)}


def _event(event: EntryEvent) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "Number": event.line,
        "Action": event.action,
        "Kind": event.kind,
        "DatasetType": event.dataset,
        "Date": from_milliseconds(event.at_ms),
        "Note": event.note,
        "LabelsBefore": list(event.before),
        "LabelsAfter": list(event.after),
    }
    return answer if event.caller is None else answer | {"Person": describe_person(event.caller)}
