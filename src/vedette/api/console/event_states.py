"""What there is of an account's datasets, models and studies now, as the events (events.py) that say so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from vedette.api.house import House
from vedette.clock import from_milliseconds
from vedette.datasets.dataset import Dataset
from vedette.errors import Missing
from vedette.exports.values import ExportState
from vedette.imports.values import ImportState
from vedette.projects.project import Project
from vedette.projects.version import State, Version
from vedette.suggestions.drafts import DraftState
from vedette.suggestions.suggestions import StudyState
from vedette.wire.plain_json import iso

UNDER_WAY: tuple[State, ...] = ("training", "copying", "starting", "running", "stopping", "deleting")


@dataclass(frozen=True, slots=True)
class ConsoleEvent:
    """What something is now."""

    number: int
    account: str
    kind: str
    # The project whose policies decide who may hear of it.
    project: str
    facts: Mapping[str, Any]


def states_of(house: House, account: str) -> dict[str, ConsoleEvent]:
    """Return what there is of an account's datasets, and of its models that are under way."""
    projects = house.projects.of_account(account)
    by_id = {project.id: project for project in projects}
    datasets = house.datasets.of_projects(projects) if projects else {}
    events = {
        f"dataset/{dataset.id}": _of_dataset(account, by_id[number], dataset)
        for number, pair in datasets.items()
        for dataset in pair
    }
    of_dataset = {
        dataset.id: (by_id[number], dataset) for number, pair in datasets.items() for dataset in pair
    }
    progress: tuple[tuple[str, Mapping[int, StudyState | DraftState]], ...] = (
        ("study", house.suggestions.progress(list(of_dataset))),
        ("drafts", house.drafts.progress(list(of_dataset))),
    )
    for kind, states in progress:
        for number, work in states.items():
            events[f"{kind}/{number}"] = _of_work(account, kind, *of_dataset[number], work)
    for state in house.imports.of_projects(list(by_id)) if by_id else ():
        events[f"import/{state.id}"] = _of_import(account, by_id[state.project], state)
    for export in house.exports.of_projects(list(by_id)) if by_id else ():
        events[f"export/{export.id}"] = _of_export(account, by_id[export.project], export)
    for number, (count, newest) in house.versions.tally(list(by_id)).items():
        events[f"versions/{number}"] = _of_versions(account, by_id[number], count, newest)
    for version in _versions_of(house, account):
        events[f"model/{version.id}"] = _of_version(house, account, version)
    return events


def _versions_of(house: House, account: str) -> Iterator[Version]:
    for version in house.versions.in_state(*UNDER_WAY):
        if version.project.scope.account == account:
            yield version


def _of_dataset(account: str, project: Project, dataset: Dataset) -> ConsoleEvent:
    facts = {
        "projectArn": str(project.arn),
        "datasetType": dataset.kind,
        "status": dataset.status,
        "message": dataset.message,
        "updated": iso(dataset.updated),
        "total": dataset.counts.total,
        "labelled": dataset.counts.labelled,
        "errors": dataset.counts.errors,
    }
    return ConsoleEvent(0, account, "dataset", str(project.arn), facts)


def _of_work(
    account: str, kind: str, project: Project, dataset: Dataset, state: StudyState | DraftState
) -> ConsoleEvent:
    facts = {
        "projectArn": str(project.arn),
        "datasetType": dataset.kind,
        "status": state.status,
        "message": state.message,
        "done": state.completed,
        "total": state.total,
        # A look a second sees no run that is shorter, but that there was another end.
        "ended": None if state.ended_ms is None else iso(from_milliseconds(state.ended_ms)),
    }
    return ConsoleEvent(0, account, kind, str(project.arn), facts)


def _of_import(account: str, project: Project, state: ImportState) -> ConsoleEvent:
    facts = {
        "projectArn": str(project.arn),
        "importId": state.id,
        "status": state.status,
        "message": state.message,
        "done": state.completed,
        "total": state.total,
    }
    return ConsoleEvent(0, account, "import", str(project.arn), facts)


def _of_export(account: str, project: Project, state: ExportState) -> ConsoleEvent:
    facts = {
        "projectArn": str(project.arn),
        "projectName": project.name,
        "datasetType": state.wish.dataset,
        "exportId": state.id,
        "address": state.wish.address,
        "status": state.status,
        "message": state.message,
        "done": state.completed,
        "total": state.total,
        "leftOut": state.left_out,
    }
    return ConsoleEvent(0, account, "export", str(project.arn), facts)


def _of_versions(account: str, project: Project, count: int, newest: int) -> ConsoleEvent:
    """Say that there is another version, or one less: of one that is at rest nothing else is looked at."""
    facts = {"projectArn": str(project.arn), "count": count, "newest": newest}
    return ConsoleEvent(0, account, "versions", str(project.arn), facts)


def _of_version(house: House, account: str, version: Version) -> ConsoleEvent:
    stage = house.trainings.facts.progress(version) or {}
    facts = {
        "projectArn": str(version.project.arn),
        "modelArn": str(version.arn),
        "state": version.state,
        "message": version.message,
        "stage": stage.get("stage"),
        "done": stage.get("done"),
        "of": stage.get("of"),
        "secondsLeft": stage.get("seconds_left"),
        "candidates": stage.get("candidates", []),
    }
    return ConsoleEvent(0, account, "model", str(version.project.arn), facts)


def end_of(house: House, name: str) -> dict[str, Any]:
    """Return what became of something that is not under way any more."""
    kind, _, number = name.partition("/")
    deleted = {"state": "deleted"} if kind == "model" else {"status": "deleted"}
    if kind != "model":
        return deleted
    try:
        version = house.versions.find_by_id(int(number))
    except Missing:
        return deleted
    return {"state": version.state, "message": version.message, "stage": None, "done": None, "of": None}
