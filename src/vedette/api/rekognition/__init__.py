"""Rekognition Custom Labels: one small function an operation."""

from vedette.api.operations import Handler, OperationsDoor
from vedette.api.protocols import JsonProtocol
from vedette.api.rekognition.datasets import (
    create_dataset,
    delete_dataset,
    describe_dataset,
    distribute_dataset_entries,
    list_dataset_entries,
    list_dataset_labels,
    update_dataset_entries,
)
from vedette.api.rekognition.faults import translate
from vedette.api.rekognition.inference import (
    detect_custom_labels,
    start_project_version,
    stop_project_version,
)
from vedette.api.rekognition.permissions import PERMISSIONS
from vedette.api.rekognition.policies import (
    copy_project_version,
    delete_project_policy,
    list_project_policies,
    put_project_policy,
)
from vedette.api.rekognition.projects import create_project, delete_project, describe_projects
from vedette.api.rekognition.tags import list_tags_for_resource, tag_resource, untag_resource
from vedette.api.rekognition.versions import (
    create_project_version,
    delete_project_version,
    describe_project_versions,
)

OPERATIONS: dict[str, Handler] = {
    "CreateDataset": create_dataset,
    "DeleteDataset": delete_dataset,
    "DescribeDataset": describe_dataset,
    "DistributeDatasetEntries": distribute_dataset_entries,
    "ListDatasetEntries": list_dataset_entries,
    "ListDatasetLabels": list_dataset_labels,
    "UpdateDatasetEntries": update_dataset_entries,
    "CreateProject": create_project,
    "DeleteProject": delete_project,
    "DescribeProjects": describe_projects,
    "CopyProjectVersion": copy_project_version,
    "DeleteProjectPolicy": delete_project_policy,
    "ListProjectPolicies": list_project_policies,
    "PutProjectPolicy": put_project_policy,
    "CreateProjectVersion": create_project_version,
    "DeleteProjectVersion": delete_project_version,
    "DescribeProjectVersions": describe_project_versions,
    "StartProjectVersion": start_project_version,
    "StopProjectVersion": stop_project_version,
    "DetectCustomLabels": detect_custom_labels,
    "ListTagsForResource": list_tags_for_resource,
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
}

DOOR = OperationsDoor(
    JsonProtocol("rekognition"),
    OPERATIONS,
    translate,
    title="Amazon Rekognition Custom Labels",
    permissions=PERMISSIONS,
)

__all__ = ["DOOR", "OPERATIONS", "translate"]
