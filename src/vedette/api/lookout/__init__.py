"""Lookout for Vision: one small function an operation."""

from vedette.api.lookout.datasets import (
    create_dataset,
    delete_dataset,
    describe_dataset,
    list_dataset_entries,
    update_dataset_entries,
)
from vedette.api.lookout.faults import translate
from vedette.api.lookout.inference import detect_anomalies, start_model, stop_model
from vedette.api.lookout.models import create_model, delete_model, describe_model, list_models
from vedette.api.lookout.packaging import (
    describe_model_packaging_job,
    list_model_packaging_jobs,
    start_model_packaging_job,
)
from vedette.api.lookout.permissions import PERMISSIONS
from vedette.api.lookout.projects import create_project, delete_project, describe_project, list_projects
from vedette.api.lookout.tags import list_tags_for_resource, tag_resource, untag_resource
from vedette.api.operations import Handler, OperationsDoor
from vedette.api.protocols import RestJsonProtocol

OPERATIONS: dict[str, Handler] = {
    "CreateDataset": create_dataset,
    "DeleteDataset": delete_dataset,
    "DescribeDataset": describe_dataset,
    "ListDatasetEntries": list_dataset_entries,
    "UpdateDatasetEntries": update_dataset_entries,
    "CreateProject": create_project,
    "DeleteProject": delete_project,
    "DescribeProject": describe_project,
    "ListProjects": list_projects,
    "CreateModel": create_model,
    "DeleteModel": delete_model,
    "DescribeModel": describe_model,
    "ListModels": list_models,
    "StartModel": start_model,
    "StopModel": stop_model,
    "DetectAnomalies": detect_anomalies,
    "DescribeModelPackagingJob": describe_model_packaging_job,
    "ListModelPackagingJobs": list_model_packaging_jobs,
    "StartModelPackagingJob": start_model_packaging_job,
    "ListTagsForResource": list_tags_for_resource,
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
}

DOOR = OperationsDoor(
    RestJsonProtocol("lookoutvision", root="/2020-11-20/"),
    OPERATIONS,
    translate,
    title="Amazon Lookout for Vision",
    permissions=PERMISSIONS,
)

__all__ = ["DOOR", "OPERATIONS", "translate"]
