"""What each operation of Lookout for Vision asks for (decisions/0186)."""

from vedette.api.permissions import REQUEST_TAGS, RESOURCE_TAG, Permission, reads, uses_key, writes
from vedette.dialects.registry import LOOKOUT

PROJECT, MODEL, NEW_MODEL = "project/NAME", "model/NAME/VERSION", "model/NAME/*"


def _on(action: str, resource: str = "*", keys: tuple[str, ...] = (), condition: str = "") -> Permission:
    tagged = (RESOURCE_TAG,) if resource == MODEL else ()
    return Permission(f"lookoutvision:{action}", resource, (*tagged, *keys), condition)


PERMISSIONS: dict[str, tuple[Permission, ...]] = {
    "CreateDataset": (
        _on("CreateDataset"),
        *reads("the manifest, with DatasetSource"),
    ),
    "CreateModel": (
        _on("CreateModel", NEW_MODEL, REQUEST_TAGS),
        _on("TagResource", NEW_MODEL, REQUEST_TAGS, "with Tags"),
        *writes("the results, in OutputConfig"),
        *uses_key(*LOOKOUT.key_actions),
        *reads("pictures and masks"),
    ),
    "CreateProject": (_on("CreateProject", PROJECT),),
    "DeleteDataset": (_on("DeleteDataset"),),
    "DeleteModel": (_on("DeleteModel", MODEL),),
    "DeleteProject": (_on("DeleteProject", PROJECT),),
    "DescribeDataset": (_on("DescribeDataset"),),
    "DescribeModel": (_on("DescribeModel", MODEL),),
    "DescribeModelPackagingJob": (_on("DescribeModelPackagingJob"),),
    "DescribeProject": (_on("DescribeProject", PROJECT),),
    "DetectAnomalies": (_on("DetectAnomalies", MODEL),),
    "ListDatasetEntries": (_on("ListDatasetEntries"),),
    "ListModelPackagingJobs": (_on("ListModelPackagingJobs"),),
    "ListModels": (_on("ListModels"),),
    "ListProjects": (_on("ListProjects"),),
    "ListTagsForResource": (_on("ListTagsForResource", MODEL),),
    "StartModel": (_on("StartModel", MODEL),),
    "StartModelPackagingJob": (
        _on("StartModelPackagingJob", MODEL),
        *writes("the package, in S3OutputLocation"),
    ),
    "StopModel": (_on("StopModel", MODEL),),
    "TagResource": (_on("TagResource", MODEL, REQUEST_TAGS),),
    "UntagResource": (_on("UntagResource", MODEL, ("aws:TagKeys",)),),
    "UpdateDatasetEntries": (_on("UpdateDatasetEntries"),),
}
