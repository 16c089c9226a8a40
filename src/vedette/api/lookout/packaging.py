"""Packaging jobs, in Lookout for Vision's terms: a model written for Greengrass into a customer's bucket."""

from collections.abc import Mapping
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.lookout.models import find_model
from vedette.api.lookout.tags import read_tags
from vedette.api.lookout.tokens import client_token
from vedette.api.paging import read_page
from vedette.clock import from_milliseconds
from vedette.errors import Wrong
from vedette.packaging.options import read_options
from vedette.packaging.values import PackagingJob, PackagingWish
from vedette.projects.project import Project, Scope
from vedette.runtime.components import EdgeTarget, Precision

METHOD = "Greengrass"
# Amazon has no parameter for it: a tag of the component asks for an 8-bit model (decisions/0349).
PRECISION_TAG = "vedette:precision"
# The one device that has a name of its own.
DEVICES = {"jetson_xavier": EdgeTarget("ARM64", "NVIDIA", "jetson_xavier")}
STATUSES = {"created": "CREATED", "running": "RUNNING", "succeeded": "SUCCEEDED", "failed": "FAILED"}


def start_model_packaging_job(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Begin to write a model's package to the customer's bucket."""
    version = find_model(house, caller, "StartModelPackagingJob", request, to_use=True)
    token = client_token(caller, "StartModelPackagingJob", request)
    if (job := house.packagings.made_by(token)) is None:
        job = house.packagings.create(version, read_wish(request), caller.principal, token)
    return {"JobName": job.wish.name}


def describe_model_packaging_job(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return all that is known of a job."""
    caller.require("DescribeModelPackagingJob", "*")
    project = _project(house, caller, request)
    job = house.packagings.describe(project, request["JobName"])
    description = _metadata(project, job)
    description["ModelPackagingConfiguration"] = {METHOD: dict(job.wish.configuration)}
    output = {"ComponentName": job.wish.component, "ComponentVersion": job.wish.component_version}
    if job.status == "succeeded":
        output["ComponentVersionArn"] = _component_arn(project.scope, job)
    description["ModelPackagingOutputDetails"] = {METHOD: output}
    return {"ModelPackagingDescription": description}


def list_model_packaging_jobs(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List a project's jobs, the newest first."""
    caller.require("ListModelPackagingJobs", "*")
    project = _project(house, caller, request)
    page = read_page(house, request, "ListModelPackagingJobs", project.id)
    jobs, more = house.packagings.list(project, before=page.after(None), most=page.size)
    metadata = [_metadata(project, job) for job in jobs]
    return page.answer({"ModelPackagingJobs": metadata}, jobs[-1].id if more else None)


def read_wish(request: Mapping[str, Any]) -> PackagingWish:
    """Return what a request orders; refuse what breaks the rules of its parameters."""
    configuration = request["Configuration"][METHOD]
    target, options = _target(configuration)
    place = configuration["S3OutputLocation"]
    tags = read_tags(configuration.get("Tags", []))
    return PackagingWish(
        component=configuration["ComponentName"],
        bucket=place["Bucket"],
        prefix=place.get("Prefix", ""),
        component_version=configuration.get("ComponentVersion", ""),
        name=request.get("JobName", ""),
        description=request.get("Description", ""),
        component_description=configuration.get("ComponentDescription", ""),
        target=target,
        options=options,
        precision=read_precision(tags),
        tags=tags,
        configuration=configuration,
    )


def read_precision(tags: Mapping[str, str]) -> Precision:
    """Return the precision that a tag asks for: as the model is, where none does."""
    match tags.get(PRECISION_TAG, "float32"):
        case "float32":
            return "float32"
        case "int8":
            return "int8"
        case other:
            raise Wrong(f'The tag {PRECISION_TAG} is int8 or float32, and not "{other}".')


def _target(configuration: Mapping[str, Any]) -> tuple[EdgeTarget, dict[str, Any]]:
    """Return what a model is ordered for: a device or a platform, and the options for a platform."""
    device, platform = configuration.get("TargetDevice"), configuration.get("TargetPlatform")
    if (device is None) == (platform is None):
        raise Wrong("Give either TargetDevice or TargetPlatform, and not both.")
    text = configuration.get("CompilerOptions", "")
    if platform is None:
        if text:
            raise Wrong("CompilerOptions go with TargetPlatform; TargetDevice has its own.")
        return DEVICES[str(device)], {}
    target = EdgeTarget(platform["Arch"], platform.get("Accelerator", ""), "", platform["Os"])
    return target, read_options(text, target)


def _metadata(project: Project, job: PackagingJob) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "JobName": job.wish.name,
        "ProjectName": project.name,
        "ModelVersion": job.version_name,
        "ModelPackagingMethod": METHOD,
        "Status": STATUSES[job.status],
        "StatusMessage": job.message,
        "CreationTimestamp": from_milliseconds(job.created_ms),
        "LastUpdatedTimestamp": from_milliseconds(job.changed_ms),
    }
    if job.wish.description:
        metadata["ModelPackagingJobDescription"] = job.wish.description
    return metadata


def _component_arn(scope: Scope, job: PackagingJob) -> str:
    wish = job.wish
    return (
        f"arn:aws:greengrass:{scope.region}:{scope.account}:components:{wish.component}"
        f":versions:{wish.component_version}"
    )


def _project(house: House, caller: Caller, request: Mapping[str, Any]) -> Project:
    return house.projects.find(Scope("lookoutvision", caller.account, caller.region), request["ProjectName"])
