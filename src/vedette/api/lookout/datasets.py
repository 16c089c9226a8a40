"""Datasets, in Lookout for Vision's terms: by project and type, since they have no ARN."""

import hashlib
from datetime import datetime
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.lookout.tokens import client_token
from vedette.api.operations import operation
from vedette.api.paging import read_page
from vedette.clock import milliseconds
from vedette.datasets.dataset import Dataset, Filter, Kind, ManifestSource, NewDataset, NewLines, Source
from vedette.dialects.registry import LOOKOUT
from vedette.errors import Wrong
from vedette.projects.project import Project, Scope


def create_dataset(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Make a dataset from a manifest, or an empty one, which is made at once."""
    project = _project(house, caller, "CreateDataset", request)
    new_dataset = NewDataset(_kind(request), _source(request.get("DatasetSource")), caller.principal, {})
    dataset = house.datasets.create(project, new_dataset, client_token(caller, "CreateDataset", request))
    return {"DatasetMetadata": dataset_metadata(dataset)}


@operation(is_quick=True)
def describe_dataset(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return a dataset's state and counts."""
    project, dataset = _find(house, caller, "DescribeDataset", request)
    counts = dataset.counts
    return {
        "DatasetDescription": {
            "ProjectName": project.name,
            **dataset_metadata(dataset),
            "LastUpdatedTimestamp": dataset.updated,
            "ImageStats": {
                "Total": counts.total,
                "Labeled": counts.normal + counts.anomaly,
                "Normal": counts.normal,
                "Anomaly": counts.anomaly,
            },
        }
    }


def delete_dataset(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Delete a dataset, and leave its pictures alone."""
    project = _project(house, caller, "DeleteDataset", request)
    house.datasets.delete_kind(project, _kind(request), client_token(caller, "DeleteDataset", request))
    return {}


def update_dataset_entries(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Put lines in, each in the place of the one with its picture, or behind the last; all or none."""
    project, dataset = _find(house, caller, "UpdateDatasetEntries", request)
    body = request["Changes"]
    digest = hashlib.sha256(body).hexdigest()
    token = client_token(caller, "UpdateDatasetEntries", {**request, "Changes": digest})
    lines = NewLines(body, caller.principal)
    return {
        "Status": LOOKOUT.dataset_statuses.words[house.datasets.update(project, dataset, lines, token).status]
    }


def list_dataset_entries(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List entries as they were given, in the order in which they came."""
    _, dataset = _find(house, caller, "ListDatasetEntries", request)
    conditions = _filter(request)
    page = read_page(house, request, "ListDatasetEntries", dataset.id, repr(conditions))
    entries, more = house.datasets.contents.page(dataset, conditions, after=page.after(-1), most=page.size)
    lines = [entry.line for entry in entries]
    return page.answer({"DatasetEntries": lines}, entries[-1].seq if more else None)


def dataset_metadata(dataset: Dataset) -> dict[str, Any]:
    """Return a dataset as DescribeProject lists it."""
    return {
        "DatasetType": dataset.kind,
        "CreationTimestamp": dataset.created,
        "Status": LOOKOUT.dataset_statuses.words[dataset.status],
        "StatusMessage": LOOKOUT.dataset_statuses.sentence(dataset.status, dataset.message),
    }


def _filter(request: dict[str, Any]) -> Filter:
    anomaly_class = request.get("AnomalyClass")
    return Filter(
        is_labelled=request.get("Labeled"),
        is_anomalous=None if anomaly_class is None else anomaly_class == "anomaly",
        created_before_ms=_moment(request.get("BeforeCreationDate")),
        created_after_ms=_moment(request.get("AfterCreationDate")),
        contains=request.get("SourceRefContains", ""),
    )


def _moment(moment: datetime | None) -> int | None:
    return None if moment is None else milliseconds(moment)


def _kind(request: dict[str, Any]) -> Kind:
    kind = request["DatasetType"]
    if kind not in ("train", "test"):
        raise Wrong(f"The type of a dataset is train or test, not {kind}.", kind="dataset", name=kind)
    return "train" if kind == "train" else "test"


def _source(source: dict[str, Any] | None) -> Source:
    if source is None:
        return None
    place = source.get("GroundTruthManifest", {}).get("S3Object")
    if place is None:
        raise Wrong("DatasetSource needs a GroundTruthManifest with an S3Object.")
    return ManifestSource(place["Bucket"], place["Key"], place.get("VersionId", ""))


def _project(house: House, caller: Caller, action: str, request: dict[str, Any]) -> Project:
    # The service names no resource for these actions (decisions/0186).
    caller.require(action, "*")
    return house.projects.find(Scope("lookoutvision", caller.account, caller.region), request["ProjectName"])


def _find(house: House, caller: Caller, action: str, request: dict[str, Any]) -> tuple[Project, Dataset]:
    project = _project(house, caller, action, request)
    return project, house.datasets.find(project, _kind(request))
