"""Datasets, in Rekognition's terms."""

from typing import Any

import orjson

from vedette.api.house import Caller, House
from vedette.api.paging import read_page
from vedette.api.rekognition.features import refuse_other_features
from vedette.datasets.dataset import (
    CopySource,
    Dataset,
    Filter,
    Kind,
    ManifestSource,
    NewDataset,
    NewLines,
    Source,
)
from vedette.datasets.listing import ListedEntry
from vedette.dialects.registry import REKOGNITION
from vedette.errors import Wrong
from vedette.manifest.lines import Line
from vedette.manifest.marks import mark_line
from vedette.projects.project import Project

CODES = {"": "SUCCESS", "client": "CLIENT_ERROR", "service": "SERVICE_ERROR"}


def create_dataset(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Make a dataset: from a manifest, from another dataset, or empty."""
    project_arn, tags = request["ProjectArn"], request.get("Tags", {})
    caller.permit("CreateDataset", project_arn, tags=tags)
    project = house.projects.find_by_arn(project_arn, caller.region)
    refuse_other_features(project)
    kind: Kind = "train" if request["DatasetType"] == "TRAIN" else "test"
    if tags:
        caller.require("TagResource", caller.own(f"project/{project.name}/dataset/{kind}/*"), tags=tags)
    source = _source(house, caller, request.get("DatasetSource"))
    dataset = house.datasets.create(project, NewDataset(kind, source, caller.principal, tags))
    return {"DatasetArn": str(dataset.arn(project))}


def describe_dataset(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return a dataset's state and counts."""
    _, dataset = _find(house, caller, "DescribeDataset", request["DatasetArn"])
    stats = {
        "LabeledEntries": dataset.counts.labelled,
        "TotalEntries": dataset.counts.total,
        "TotalLabels": dataset.counts.labels,
        "ErrorEntries": dataset.counts.errors,
    }
    description = {
        "CreationTimestamp": dataset.created,
        "LastUpdatedTimestamp": dataset.updated,
        **_state(dataset),
    }
    return {"DatasetDescription": {**description, "DatasetStats": stats}}


def delete_dataset(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Delete a dataset, and leave its pictures alone."""
    project, dataset = _find(house, caller, "DeleteDataset", request["DatasetArn"])
    house.datasets.delete(project, dataset)
    return {}


def update_dataset_entries(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Put lines in, each in the place of the one with its picture, or behind the last."""
    project, dataset = _find(house, caller, "UpdateDatasetEntries", request["DatasetArn"])
    body = request["Changes"].get("GroundTruth")
    if not body:
        raise Wrong("Changes needs GroundTruth: one or more JSON Lines.")
    house.datasets.update(project, dataset, NewLines(body, caller.principal))
    return {}


def distribute_dataset_entries(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Move a fifth of the training entries into the empty test dataset."""
    both = [
        _find(house, caller, "DistributeDatasetEntries", reference["Arn"])[1]
        for reference in request["Datasets"]
    ]
    both.sort(key=lambda dataset: dataset.kind, reverse=True)
    house.datasets.division.distribute(both[0], both[1], caller.principal)
    return {}


def list_dataset_entries(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List entries in the order in which they came, each with what is wrong with it."""
    _, dataset = _find(house, caller, "ListDatasetEntries", request["DatasetArn"])
    conditions = Filter(
        labels=tuple(sorted(set(request.get("ContainsLabels", ())))),
        is_labelled=request.get("Labeled"),
        # The guide's own client says false where it means that it does not care.
        has_errors=request.get("HasErrors", False),
        contains=request.get("SourceRefContains", ""),
    )
    page = read_page(house, request, "ListDatasetEntries", dataset.id, repr(conditions))
    entries, more = house.datasets.contents.page(dataset, conditions, after=page.after(-1), most=page.size)
    lines = [entry_text(entry) for entry in entries]
    return page.answer({"DatasetEntries": lines}, entries[-1].seq if more else None)


def list_dataset_labels(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the labels in use, in the order in which they came."""
    _, dataset = _find(house, caller, "ListDatasetLabels", request["DatasetArn"])
    page = read_page(house, request, "ListDatasetLabels", dataset.id)
    labels, more = house.datasets.contents.labels(dataset, after=page.after(0), most=page.size)
    descriptions = [
        {
            "LabelName": label.name,
            "LabelStats": {"EntryCount": label.pictures, "BoundingBoxCount": label.boxed},
        }
        for label in labels
    ]
    return page.answer({"DatasetLabelDescriptions": descriptions}, labels[-1].number if more else None)


def dataset_metadata(project: Project, dataset: Dataset) -> dict[str, Any]:
    """Return a dataset as DescribeProjects lists it."""
    return {
        "CreationTimestamp": dataset.created,
        "DatasetType": dataset.kind.upper(),
        "DatasetArn": str(dataset.arn(project)),
        **_state(dataset),
    }


def entry_text(entry: ListedEntry) -> str:
    """Return an entry's line with what the service adds: whether it is labelled, and its flaws."""
    if entry.flaws:
        extra = {"cl-metadata": {"is_labeled": entry.is_labelled}}
        # The line was judged when it came; here it is only parsed.
        line = Line(entry.line, orjson.loads(entry.line))
        return mark_line(line, entry.flaws, prefix="cl-", extra=extra).text
    # A line is a JSON object with a source-ref at least, so something stands before its last brace.
    is_labelled = "true" if entry.is_labelled else "false"
    return f'{entry.line[:-1]},"cl-metadata":{{"is_labeled":{is_labelled}}}}}'


def _find(house: House, caller: Caller, action: str, text: str) -> tuple[Project, Dataset]:
    caller.permit(action, text)
    return house.datasets.find_by_arn(text, caller.region)


def _source(house: House, caller: Caller, source: dict[str, Any] | None) -> Source:
    if source is None:
        return None
    manifest, copied = source.get("GroundTruthManifest"), source.get("DatasetArn")
    if (manifest is None) == (copied is None):
        raise Wrong("DatasetSource takes either GroundTruthManifest or DatasetArn.")
    if copied is not None:
        return CopySource(_find(house, caller, "ListDatasetEntries", copied)[1])
    place = (manifest or {}).get("S3Object") or {}
    if "Bucket" not in place or "Name" not in place:
        raise Wrong("GroundTruthManifest needs an S3Object with a Bucket and a Name.")
    return ManifestSource(place["Bucket"], place["Name"], place.get("Version", ""))


def _state(dataset: Dataset) -> dict[str, Any]:
    return {
        "Status": REKOGNITION.dataset_statuses.words[dataset.status],
        "StatusMessage": dataset.message,
        "StatusMessageCode": CODES[dataset.fault],
    }
