"""What each operation of Rekognition Custom Labels asks for (decisions/0186)."""

from vedette.api.permissions import (
    DENY_ALONE,
    REQUEST_TAGS,
    RESOURCE_TAG,
    Permission,
    reads,
    uses_key,
    writes,
)
from vedette.dialects.registry import REKOGNITION

PROJECT = "project/NAME/CREATED"
DATASET = "project/NAME/dataset/TYPE/CREATED"
VERSION = "project/NAME/version/VERSION/CREATED"
TAGGABLE = f"{PROJECT}, {DATASET} or {VERSION}"
NEW_DATASET, NEW_VERSION = "project/NAME/dataset/TYPE/*", "project/NAME/version/VERSION/*"
TAGS = "with Tags"


def _on(action: str, resource: str = "*", keys: tuple[str, ...] = (), condition: str = "") -> Permission:
    tagged = (RESOURCE_TAG,) if "CREATED" in resource else ()
    return Permission(f"rekognition:{action}", resource, (*tagged, *keys), condition)


PERMISSIONS: dict[str, tuple[Permission, ...]] = {
    "CopyProjectVersion": (
        _on("CopyProjectVersion", PROJECT, REQUEST_TAGS, "the destination"),
        _on(
            "CopyProjectVersion", VERSION, REQUEST_TAGS, "the source, unless its project's policies allow it"
        ),
        _on("TagResource", NEW_VERSION, REQUEST_TAGS, TAGS),
        *writes("the results, in OutputConfig"),
        *uses_key(*REKOGNITION.key_actions),
    ),
    "CreateDataset": (
        _on("CreateDataset", PROJECT, REQUEST_TAGS),
        _on("ListDatasetEntries", DATASET, condition="with DatasetSource.DatasetArn"),
        _on("TagResource", NEW_DATASET, REQUEST_TAGS, TAGS),
        *reads("the manifest, with DatasetSource.GroundTruthManifest"),
    ),
    "CreateProject": (
        _on("CreateProject", "project/NAME/*", REQUEST_TAGS),
        _on("TagResource", "project/NAME/*", REQUEST_TAGS, TAGS),
    ),
    "CreateProjectVersion": (
        _on("CreateProjectVersion", PROJECT, REQUEST_TAGS),
        _on("CreateProjectVersion", NEW_VERSION, REQUEST_TAGS, DENY_ALONE),
        _on("TagResource", NEW_VERSION, REQUEST_TAGS, TAGS),
        *writes("the results, in OutputConfig"),
        *uses_key(*REKOGNITION.key_actions),
        *reads("manifests that the request names, pictures and masks"),
    ),
    "DeleteDataset": (_on("DeleteDataset", DATASET),),
    "DeleteProject": (_on("DeleteProject", PROJECT),),
    "DeleteProjectPolicy": (_on("DeleteProjectPolicy", PROJECT),),
    "DeleteProjectVersion": (_on("DeleteProjectVersion", VERSION),),
    "DescribeDataset": (_on("DescribeDataset", DATASET),),
    "DescribeProjectVersions": (_on("DescribeProjectVersions", PROJECT),),
    "DescribeProjects": (_on("DescribeProjects"),),
    "DetectCustomLabels": (
        _on("DetectCustomLabels", VERSION),
        *reads("with Image.S3Object (s3:GetObjectVersion with a Version)", is_later=False),
    ),
    "DistributeDatasetEntries": (_on("DistributeDatasetEntries", DATASET, condition="both datasets"),),
    "ListDatasetEntries": (_on("ListDatasetEntries", DATASET),),
    "ListDatasetLabels": (_on("ListDatasetLabels", DATASET),),
    "ListProjectPolicies": (_on("ListProjectPolicies", PROJECT),),
    "ListTagsForResource": (_on("ListTagsForResource", TAGGABLE),),
    "PutProjectPolicy": (_on("PutProjectPolicy", PROJECT),),
    "StartProjectVersion": (_on("StartProjectVersion", VERSION),),
    "StopProjectVersion": (_on("StopProjectVersion", VERSION),),
    "TagResource": (_on("TagResource", TAGGABLE, REQUEST_TAGS),),
    "UntagResource": (_on("UntagResource", TAGGABLE, ("aws:TagKeys",)),),
    "UpdateDatasetEntries": (_on("UpdateDatasetEntries", DATASET),),
}
