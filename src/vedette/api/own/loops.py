"""Feedback loops: begun, shown, gone on with, stopped and forgotten.

What a loop does later it asks by the operations of the services, for whoever began it or gave the word last.
"""

from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.projects import find_project
from vedette.clock import from_milliseconds
from vedette.errors import Missing, Wrong
from vedette.loops.values import TEST_SHARE, LoopState, LoopWish
from vedette.projects.project import Project
from vedette.projects.version import Version

USUAL = 50


def start_loop(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Begin a loop: pictures are looked at, and the doubtful and different ones given to people."""
    project = find_project(house, caller, "StartLoop", request["ProjectArn"])
    wish = LoopWish(
        name=request["LoopName"],
        source=request.get("Address", ""),
        dataset=request.get("DatasetType"),
        alias=request.get("AliasName", ""),
        most=request.get("MaxPictures", USUAL),
        task=request.get("Task", ""),
        people=tuple(request.get("UserNames", ())),
        groups=tuple(request.get("GroupNames", ())),
        test_share=request.get("TestShare", TEST_SHARE),
        is_automatic=request.get("Automatic", False),
        stops_old=request.get("StopOld", True),
    )
    version = _version(house, project, request.get("VersionName", ""), wish.alias)
    return {"Loop": _describe(house, house.loops.begin(version, wish, caller.principal))}


def list_loops(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List a project's loops, the newest first."""
    project = find_project(house, caller, "ListLoops", request["ProjectArn"])
    return {"Loops": [_describe(house, loop) for loop in house.loops.of_project(project)]}


def describe_loop(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return where a loop is, and what came of it so far."""
    project = find_project(house, caller, "DescribeLoop", request["ProjectArn"])
    return {"Loop": _describe(house, house.loops.find(project, request["LoopId"]))}


def continue_loop(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Give the word that a loop asks for, or go on with one that was stopped or failed."""
    project = find_project(house, caller, "ContinueLoop", request["ProjectArn"])
    return {"Loop": _describe(house, house.loops.go_on(project, request["LoopId"], caller.principal))}


def stop_loop(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Leave off before the next step."""
    project = find_project(house, caller, "StopLoop", request["ProjectArn"])
    return {"Loop": _describe(house, house.loops.stop(project, request["LoopId"]))}


def delete_loop(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Forget a loop that is over; what it made stays."""
    project = find_project(house, caller, "DeleteLoop", request["ProjectArn"])
    house.loops.delete(project, request["LoopId"])
    return {}


def _version(house: House, project: Project, name: str, alias: str) -> Version:
    """Return the version that is to be improved: the one that is named, or that the alias points to."""
    try:
        behind = house.versions.aliases.find(project, alias) if alias else None
    except Missing:
        behind = None
    if not name and behind is None:
        raise Wrong("Name the VersionName that is to be improved, or an AliasName that points to it.")
    version = house.versions.find_by_id(behind.version) if behind else house.versions.find(project, name)
    if name and version.name != name:
        current = version.name
        raise Wrong(f"Behind the alias {alias} is the version {current}, and not {name}.", kind="alias")
    return version


def _describe(house: House, loop: LoopState) -> dict[str, Any]:
    wish, facts = loop.wish, loop.facts
    waits = house.loops.waits_for(loop)
    answer: dict[str, Any] = {
        "LoopId": loop.id,
        "LoopName": wish.name,
        "VersionName": loop.version_name,
        "Status": loop.status,
        "Step": loop.step,
        "Message": loop.message or waits,
        "NeedsConfirmation": bool(waits) and loop.step in ("train", "move"),
        "CreatedBy": loop.caller.get("arn", ""),
        "MaxPictures": wish.most,
        "TestShare": wish.test_share,
        "Automatic": wish.is_automatic,
        "StopOld": wish.stops_old,
        "RoundIds": list(facts.get("rounds", ())),
        "Pictures": [
            {"SourceRef": picture.source, "DatasetType": picture.side, "Doubt": picture.doubt}
            for picture in loop.chosen
        ],
        "CreationDate": from_milliseconds(loop.created_ms),
        "UpdateDate": from_milliseconds(loop.changed_ms),
    }
    texts: dict[str, Any] = {
        "Address": wish.source,
        "DatasetType": wish.dataset,
        "AliasName": wish.alias,
        "TrialId": facts.get("trial"),
        "NewVersionName": facts.get("new_name"),
        "Verdict": facts.get("verdict"),
    }
    answer |= {name: text for name, text in texts.items() if text}
    counts = {
        "LookedAt": "looked_at",
        "Labeled": "labelled",
        "Compared": "compared",
        "PValue": "p_value",
        "OldCorrect": "first_correct",
        "NewCorrect": "second_correct",
    }
    return answer | {name: facts[key] for name, key in counts.items() if key in facts}
