"""Edge packages of both services' models: ordered, listed, and their files to download."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from vedette.api.file_pieces import FilePieces
from vedette.api.house import Caller, House
from vedette.api.own.models import find_model
from vedette.api.own.projects import find_project
from vedette.api.paging import read_page
from vedette.api.training_keys import find_training_key
from vedette.clock import from_milliseconds
from vedette.errors import Busy, Denied, Missing, Wrong
from vedette.packaging.options import read_options
from vedette.packaging.values import PackagingJob, PackagingWish
from vedette.runtime.components import EdgeTarget

# What S3 asks of a key for who puts an object under it.
WRITING = ("GenerateDataKey",)
DEVICES = {"jetson_xavier": EdgeTarget("ARM64", "NVIDIA", "jetson_xavier")}


def start_edge_package(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Begin to write a model's edge package to a bucket."""
    version = find_model(house, caller, "StartEdgePackage", request)
    key = find_training_key(house, replace(caller, service="s3"), request.get("KmsKeyId", ""), WRITING)
    wish = replace(_wish(request), encryption_key="" if key is None else str(key.arn))
    job = house.packagings.create(version, wish, caller.principal)
    return {"Package": _describe(job)}


def list_edge_packages(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List a project's edge packages, the newest first, by whichever operation they were ordered."""
    project = find_project(house, caller, "ListEdgePackages", request["ProjectArn"])
    page = read_page(house, request, "ListEdgePackages", project.id)
    jobs, more = house.packagings.list(project, before=page.after(None), most=page.size)
    return page.answer({"Packages": [_describe(job) for job in jobs]}, jobs[-1].id if more else None)


def download_edge_package(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Answer with one of a package's files, read from its bucket with the caller's rights."""
    file = open_package_file(house, caller, request)
    return {
        "Body": FilePieces(file.stream),
        "ContentLength": file.size,
        "ContentType": file.content_type or "application/octet-stream",
        "ContentDisposition": f'attachment; filename="{file.name}"',
    }


@dataclass(frozen=True, slots=True)
class PackageFile:
    """One of a package's files, open."""

    name: str
    stream: BinaryIO
    size: int
    content_type: str


def open_package_file(house: House, caller: Caller, request: Mapping[str, Any]) -> PackageFile:
    """Return one of a package's files, if the caller may download it and read it in its bucket."""
    project = find_project(house, caller, "DownloadEdgePackage", request["ProjectArn"])
    job = house.packagings.describe(project, request["JobName"])
    key, bucket = job.files.get(request["Part"]), job.wish.bucket
    if key is None:
        raise Busy(
            f"The packaging job {job.wish.name} has written nothing yet.",
            kind="packaging job",
            name=job.wish.name,
        )
    return _opened(house, caller, bucket, key, "order the package again")


def open_object(house: House, caller: Caller, address: str) -> PackageFile:
    """Return the package at s3://bucket/key, if the caller may read it."""
    scheme, _, rest = address.strip().partition("://")
    bucket, _, key = rest.partition("/")
    if scheme.lower() != "s3" or not bucket or not key:
        raise Wrong(f"{address[:100]!r} is no package in a bucket: it has the form s3://bucket/NAME.zip.")
    return _opened(house, caller, bucket, key, "or was never there")


def _opened(house: House, caller: Caller, bucket: str, key: str, advice: str) -> PackageFile:
    if not house.access.may_read(caller.principal, bucket, key):
        raise Denied(
            f"User: {caller.principal.arn} is not authorized to perform: s3:GetObject on {bucket}/{key}"
        )
    try:
        item, stream = house.blobs.find(bucket, key), house.blobs.open(bucket, key)
    except Missing:
        raise Missing(f"s3://{bucket}/{key} was deleted; {advice}.", kind="key", name=key) from None
    return PackageFile(key.rpartition("/")[2], stream, item.size, item.content_type)


def _wish(request: Mapping[str, Any]) -> PackagingWish:
    bucket, prefix = _place(request["Address"])
    device = request.get("Device")
    target = (
        DEVICES[device]
        if device
        else EdgeTarget(request.get("Arch", "X86_64"), request.get("Accelerator", ""))
    )
    options = {}
    if text := request.get("CompilerOptions", ""):
        if device:
            raise Wrong("A device has compiler options of its own; leave them out.")
        options = read_options(text, target)
    return PackagingWish(
        component=request["ComponentName"],
        component_version=request.get("ComponentVersion", ""),
        bucket=bucket,
        prefix=prefix,
        component_description=request.get("Description", ""),
        target=target,
        options=options,
        precision=request.get("Precision", "float32"),
        kms_key=request.get("KmsKeyId", ""),
    )


def _place(address: str) -> tuple[str, str]:
    """Return bucket and prefix of s3://bucket/folder/; a place that a person names is a folder."""
    scheme, _, rest = address.strip().partition("://")
    bucket, _, prefix = rest.partition("/")
    if scheme.lower() != "s3" or not bucket:
        raise Wrong(f"{address[:100]!r} is no folder in a bucket: it has the form s3://bucket/folder.")
    return bucket, f"{prefix.rstrip('/')}/" if prefix.strip("/") else ""


def _describe(job: PackagingJob) -> dict[str, Any]:
    wish, target = job.wish, job.wish.target
    facts = {
        "JobName": wish.name,
        "VersionName": job.version_name,
        "ModelArn": job.model_arn,
        "ComponentName": wish.component,
        "ComponentVersion": wish.component_version,
        "Description": wish.component_description,
        "Arch": target.arch,
        "Accelerator": target.accelerator,
        "Device": target.device,
        "Precision": job.precision or wish.precision,
        "Status": job.status,
        "Message": job.message,
        "Address": f"s3://{wish.bucket}/{wish.prefix}",
        "KmsKeyId": wish.kms_key,
        "Parts": list(job.files),
        "CreationDate": from_milliseconds(job.created_ms),
        "UpdateDate": from_milliseconds(job.changed_ms),
    }
    return {name: value for name, value in facts.items() if value != ""}
