"""Entries of a dataset as a labelling tool needs them: with revisions, edited, moved and removed.

Datasets of both services are named alike here: by the project's ARN, and train or test.
"""

from collections.abc import Sequence
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.projects import find_project
from vedette.api.paging import read_page
from vedette.clock import milliseconds
from vedette.datasets.dataset import Dataset, Filter, Kind
from vedette.datasets.editing import EntryEdit, EntryName, revision_of
from vedette.datasets.listing import ListedEntry
from vedette.manifest.lines import read_line
from vedette.manifest.problems import Flaw
from vedette.projects.project import Project


def list_entries(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List entries in the order in which they came, each with its revision and its problems."""
    _, dataset = find_dataset(house, caller, "ListEntries", request)
    conditions = read_filter(request)
    page = read_page(house, request, "ListEntries", dataset.id, repr(conditions))
    entries, more = house.datasets.contents.page(dataset, conditions, after=page.after(-1), most=page.size)
    descriptions = [_description(entry) for entry in entries]
    return page.answer({"Entries": descriptions}, entries[-1].seq if more else None)


def update_entries(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Put lines in, each only where its entry is still in the revision that the edit names; all or none."""
    project, dataset = find_dataset(house, caller, "UpdateEntries", request)
    edits = [EntryEdit(edit["Line"], edit.get("Revision", "")) for edit in request["Edits"]]
    edited = house.datasets.editor.update(project, dataset, edits, caller.principal)
    return {"Entries": [{"SourceRef": entry.source, "Revision": entry.revision} for entry in edited]}


def remove_entries(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Take entries out of a dataset; their pictures stay in their bucket."""
    _, dataset = find_dataset(house, caller, "RemoveEntries", request)
    house.datasets.editor.remove(dataset, _names(request), caller.principal)
    return {}


def move_entries(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Move entries from the dataset that is named to the project's other one."""
    project, source = find_dataset(house, caller, "MoveEntries", request)
    target = house.datasets.find(project, "test" if source.kind == "train" else "train")
    house.datasets.editor.move(project, source, target, _names(request), caller.principal)
    return {}


def find_dataset(
    house: House, caller: Caller, action: str, request: dict[str, Any]
) -> tuple[Project, Dataset]:
    """Return the dataset that a request names, and its project, if the caller may do this to it."""
    project = find_project(house, caller, action, request["ProjectArn"])
    kind: Kind = request["DatasetType"]
    return project, house.datasets.find(project, kind)


def _names(request: dict[str, Any]) -> list[EntryName]:
    return [EntryName(entry["SourceRef"], entry.get("Revision", "")) for entry in request["Entries"]]


def read_filter(request: dict[str, Any], *, contains: str = "SourceRefContains") -> Filter:
    """Return the conditions that lists of the services know; `contains` is what the name's is called."""
    anomaly_class = request.get("AnomalyClass")
    before, after = request.get("BeforeCreationDate"), request.get("AfterCreationDate")
    return Filter(
        labels=tuple(sorted(set(request.get("Labels", ())))),
        is_labelled=request.get("Labeled"),
        has_errors=request.get("HasErrors", False),
        is_anomalous=None if anomaly_class is None else anomaly_class == "anomaly",
        created_before_ms=None if before is None else milliseconds(before),
        created_after_ms=None if after is None else milliseconds(after),
        contains=request.get(contains, ""),
    )


def _description(entry: ListedEntry) -> dict[str, Any]:
    return {
        "SourceRef": read_line(entry.line).source,
        "Revision": revision_of(entry.line),
        "Line": entry.line,
        "Labeled": entry.is_labelled,
        "Problems": describe_problems(entry.flaws),
    }


def describe_problems(flaws: Sequence[Flaw]) -> list[dict[str, str]]:
    """Return what is wrong with an entry, in sentences."""
    return [{"Code": flaw.code, "Message": flaw.message, "Attribute": flaw.attribute} for flaw in flaws]
