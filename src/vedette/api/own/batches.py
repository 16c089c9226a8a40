"""Batches: a version asked about all pictures below an address, as durable work with results in a bucket.

Who begins one must be allowed to ask the version by its service's own operation; that, the reading of each
picture and the writing of results are asked again whenever a part of it runs.
"""

from collections.abc import Iterator
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.imports import PieceStream
from vedette.api.own.projects import find_project
from vedette.batches.result_files import TYPES, part_name
from vedette.batches.tools import require_detection
from vedette.batches.values import BatchState, BatchWish
from vedette.clock import from_milliseconds
from vedette.errors import Missing, Wrong
from vedette.projects.project import Project
from vedette.projects.version import Version


def start_batch_detection(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Begin to ask a version about all pictures below an address."""
    project = find_project(house, caller, "StartBatchDetection", request["ProjectArn"])
    version = house.versions.find(project, request["VersionName"])
    _require_detection(house, caller, version)
    percent = request.get("MinConfidence")
    if percent is not None and project.dialect.has_one_size:
        raise Wrong("Models of this service have no MinConfidence: they judge each picture by themselves.")
    wish = BatchWish(
        request["BatchName"],
        request["Source"],
        request["Address"],
        request.get("Format", "jsonl"),
        None if percent is None else percent / 100,
    )
    return {"Batch": _describe(house.batches.begin(version, wish, caller.principal))}


def list_batch_detections(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List a project's batches, the newest first."""
    project = find_project(house, caller, "ListBatchDetections", request["ProjectArn"])
    return {"Batches": [_describe(state) for state in house.batches.of_projects([project.id])]}


def describe_batch_detection(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return how far a batch is, and what came of its pictures so far."""
    project = find_project(house, caller, "DescribeBatchDetection", request["ProjectArn"])
    return {"Batch": _describe(house.batches.find(project, request["BatchId"]))}


def stop_batch_detection(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Leave off; what is written stays."""
    project = find_project(house, caller, "StopBatchDetection", request["ProjectArn"])
    return {"Batch": _describe(house.batches.stop(project, request["BatchId"]))}


def resume_batch_detection(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Go on with a batch that was stopped or has failed, from where it was."""
    project = find_project(house, caller, "ResumeBatchDetection", request["ProjectArn"])
    state = house.batches.find(project, request["BatchId"])
    _require_detection(house, caller, _version_of(house, project, state))
    return {"Batch": _describe(house.batches.resume(project, request["BatchId"], caller.principal))}


def delete_batch_detection(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Forget a batch that is over; its results stay in the bucket."""
    project = find_project(house, caller, "DeleteBatchDetection", request["ProjectArn"])
    house.batches.delete(project, request["BatchId"])
    return {}


def get_batch_results(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Answer with the results that are written: all lines one after the other, or those of a part."""
    project = find_project(house, caller, "GetBatchResults", request["ProjectArn"])
    state = house.batches.find(project, request["BatchId"])
    number, form = request.get("Part"), state.wish.form
    if number is not None and not 1 <= number <= state.parts:
        raise Missing(f"The batch has no part {number}; it has {state.parts}.", kind="batch", name=state.id)
    pieces: Iterator[bytes] = house.batches.results(state, caller.principal, number)
    name = part_name(number, form) if number else f"{project.name}-{state.version_name}.jsonl"
    return {
        "Body": PieceStream(pieces),
        "ContentType": TYPES[form],
        "ContentDisposition": f'attachment; filename="{name}"',
    }


def _version_of(house: House, project: Project, state: BatchState) -> Version:
    version = house.versions.find_by_id(state.version)
    if version.project.id != project.id:
        raise Missing("The version was deleted.", kind="version", name=state.version_name)
    return version


def _require_detection(house: House, caller: Caller, version: Version) -> None:
    require_detection(caller.principal, version, house.projects.tags, lambda: caller.context)


def _describe(state: BatchState) -> dict[str, Any]:
    wish, tally = state.wish, state.tally
    failed = tally.get("failed", {})
    answer: dict[str, Any] = {
        "BatchId": state.id,
        "BatchName": wish.name,
        "VersionName": state.version_name,
        "Source": wish.source,
        "Address": wish.address,
        "Format": wish.form,
        "Status": state.status,
        "Message": state.message,
        "CreatedBy": state.caller.get("arn", ""),
        "Total": state.total,
        "Parts": state.parts,
        "Done": tally.get("pictures", 0),
        "Failed": sum(failed.values()),
        "Failures": [{"Name": reason, "Count": count} for reason, count in _by_count(failed)],
        "Verdicts": [{"Name": name, "Count": count} for name, count in _by_count(tally.get("verdicts", {}))],
        "Confidences": list(tally.get("bins", [])),
        "Doubtful": [
            {"SourceRef": item["source"], "Confidence": item["confidence"], "Verdict": item["verdict"]}
            for item in tally.get("doubtful", [])
        ],
        "CreationDate": from_milliseconds(state.created_ms),
        "UpdateDate": from_milliseconds(state.changed_ms),
    }
    if state.model is not None:
        answer |= {"ModelArn": state.model.arn, "PackageDigest": state.model.package}
    # As it was asked for: 57 / 100 * 100 is 56.99999999999999.
    return answer if wish.least is None else {**answer, "MinConfidence": round(wish.least * 100, 9)}


def _by_count(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
