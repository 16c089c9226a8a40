"""`vedette import aws-history`: models that AWS trained, as versions that are figures and cannot run.

What is read is what both services left in the output bucket of each training. Lying in a folder here, the
files are put into a bucket of the server; lying in one of its buckets, they stay where they are.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from vedette.cli.remote import Server, bucket_name, make_bucket
from vedette.dialects.dialect import Dialect
from vedette.dialects.past_models import MOST_BYTES, PastModel
from vedette.dialects.registry import DIALECTS
from vedette.errors import Missing, Wrong

# As `training/order.py` reads it; the tag is the wire's, so that any client can ask for the same.
PAST_TAG = "vedette:trained-at-aws"


@dataclass(frozen=True, slots=True)
class PastFile:
    """One file that AWS left: where it lies, and its name alone."""

    place: str
    name: str


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A model of AWS by its evaluation, and the files of it that are there."""

    dialect: Dialect
    past: PastModel
    evaluation: PastFile
    files: tuple[PastFile, ...]


class LocalFiles:
    """The files below a folder of this machine."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise Missing(f"There is no folder {folder}.", kind="folder", name=str(folder))
        self._folder = folder

    def list(self) -> Iterator[PastFile]:
        """Yield every file."""
        for path in sorted(self._folder.rglob("*.json")):
            if path.is_file():
                yield PastFile(str(path), path.name)

    def read(self, file: PastFile) -> bytes:
        """Return a file's bytes, or as many as are refused."""
        with Path(file.place).open("rb") as stream:
            return stream.read(MOST_BYTES + 1)

    def put(self, s3: Any, model: FoundModel, to: str) -> tuple[str, str, str]:
        """Put a model's files into a bucket; return the bucket, the prefix and the evaluation's key.

        An object that is there already and says something else is somebody's, and not written over.
        """
        bucket, _, prefix = to.removeprefix("s3://").partition("/")
        folder = f"{prefix.strip('/')}/{model.past.project}/{model.past.name}/".lstrip("/")
        for file in model.files:
            if Path(file.place).stat().st_size > MOST_BYTES:
                raise Wrong(f"{file.place} has more than {MOST_BYTES:,} bytes.", kind="file", name=file.name)
            present = _find(s3, bucket, f"{folder}{file.name}")
            if present is not None and present != self.read(file):
                place = f"s3://{bucket}/{folder}{file.name}"
                raise Wrong(f"There is an {place} already, which says something else: say --to.")
        for file in model.files:
            key = f"{folder}{file.name}"
            s3.put_object(Bucket=bucket, Key=key, Body=self.read(file), ContentType="application/json")
        return bucket, folder, f"{folder}{model.evaluation.name}"


class BucketFiles:
    """The objects below a prefix of one of the server's buckets."""

    def __init__(self, s3: Any, address: str) -> None:
        self._s3 = s3
        self._bucket, _, self._prefix = address.removeprefix("s3://").partition("/")

    def list(self) -> Iterator[PastFile]:
        """Yield every object that may be one."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix)
        for page in pages:
            for item in page.get("Contents", ()):
                if item["Key"].endswith(".json"):
                    yield PastFile(item["Key"], item["Key"].rpartition("/")[2])

    def read(self, file: PastFile) -> bytes:
        """Return an object's bytes, or as many as are refused."""
        body = self._s3.get_object(Bucket=self._bucket, Key=file.place)["Body"]
        return bytes(body.read(MOST_BYTES + 1))

    def put(self, s3: Any, model: FoundModel, to: str) -> tuple[str, str, str]:
        """Return where the files are; they stay there."""
        del s3
        if to:
            raise Wrong("Files that lie in a bucket stay where they are: leave out --to.")
        key = model.evaluation.place
        return self._bucket, key[: -len(model.evaluation.name)], key


def find_past_models(files: LocalFiles | BucketFiles, project: str = "") -> list[FoundModel]:
    """Return the models whose evaluations are among the files, each service's oldest first.

    Two that would be one version are refused: of one model, or of two that a named project takes together.
    """
    by_place = {file.place: file for file in files.list()}
    models = []
    for file in by_place.values():
        dialect = _dialect_of(file.name)
        if dialect is None:
            continue
        past = dialect.read_past_model(files.read(file), file.place)
        start = dialect.results[dialect.past_model]
        folder, rest = file.place[: -len(file.name)], file.name.removeprefix(start)
        beside = [f"{folder}{name}{rest}" for name in dialect.results.values()]
        models.append(FoundModel(dialect, past, file, tuple(by_place[p] for p in beside if p in by_place)))
    _refuse_twins(models, project)
    return sorted(models, key=lambda item: (item.dialect.name, item.past.project, item.past.ended_ms))


def import_past_models(source: str, server: Server, *, project: str, to: str, dry_run: bool) -> int:
    """Bring along the models whose evaluations lie in a folder or a bucket; return how many."""
    is_remote = source.startswith("s3://")
    files = BucketFiles(server.client("s3"), source) if is_remote else LocalFiles(Path(source))
    models = find_past_models(files, project)
    if not models:
        raise Missing(
            f"There is no evaluation that AWS wrote below {source}: EvaluationResultSummary-….json "
            "of Custom Labels, or EvaluationResult-….json of Lookout for Vision."
        )
    for item in models:
        if dry_run:
            print(f"Would be brought along: {_told(item)}")
        else:
            _bring(server, files, item, project or item.past.project, to)
    return len(models)


def _bring(server: Server, files: LocalFiles | BucketFiles, item: FoundModel, project: str, to: str) -> None:
    of_service = Server(item.dialect.name, server.endpoint, server.data)
    client, s3 = of_service.client(), of_service.client("s3")
    is_local = isinstance(files, LocalFiles)
    if is_local and not to:
        to = f"s3://vedette-{bucket_name(project)}/aws-history"
        make_bucket(s3, to.removeprefix("s3://").partition("/")[0])
    place = files.put(s3, item, to)
    is_new = SERVICES[item.dialect.name][1](client, item.past, project, place)
    print(f"{_told(item)}: {'brought along' if is_new else 'is there already'}.")


def _ask_custom_labels(client: Any, past: PastModel, project: str, place: tuple[str, str, str]) -> bool:
    bucket, prefix, key = place
    listed = client.describe_projects(ProjectNames=[project])["ProjectDescriptions"]
    arn = listed[0]["ProjectArn"] if listed else client.create_project(ProjectName=project)["ProjectArn"]
    listing = client.describe_project_versions(ProjectArn=arn, VersionNames=[past.name])
    for version in listing["ProjectVersionDescriptions"]:
        same = version["ProjectVersionArn"].rpartition("/")[2] == str(past.created_ms)
        return _is_known(version["Status"] == "EXPIRED" and same, project, past)
    client.create_project_version(
        ProjectArn=arn,
        VersionName=past.name,
        OutputConfig={"S3Bucket": bucket, "S3KeyPrefix": prefix},
        Tags={PAST_TAG: f"s3://{bucket}/{key}"},
    )
    return True


def _ask_lookout(client: Any, past: PastModel, project: str, place: tuple[str, str, str]) -> bool:
    bucket, prefix, key = place
    try:
        model = client.describe_model(ProjectName=project, ModelVersion=past.name)["ModelDescription"]
    except ClientError as fault:
        if fault.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
    else:
        same = model.get("EvaluationEndTimestamp") is not None
        ended_ms = model["EvaluationEndTimestamp"].timestamp() * 1000 if same else 0
        return _is_known(round(ended_ms) == past.ended_ms, project, past)
    with contextlib.suppress(client.exceptions.ConflictException):  # it is there
        client.create_project(ProjectName=project)
    client.create_model(
        ProjectName=project,
        OutputConfig={"S3Location": {"Bucket": bucket, "Prefix": prefix}},
        Tags=[{"Key": PAST_TAG, "Value": f"s3://{bucket}/{key}"}],
    )
    return True


# What each service is called, and how its model is asked for.
SERVICES: dict[str, tuple[str, Callable[[Any, PastModel, str, tuple[str, str, str]], bool]]] = {
    "rekognition": ("Custom Labels", _ask_custom_labels),
    "lookoutvision": ("Lookout for Vision", _ask_lookout),
}


def _is_known(is_same: bool, project: str, past: PastModel) -> bool:
    """Return that nothing is new; refuse where the name is another version's."""
    if not is_same:
        raise Wrong(
            f"The project {project} has a version {past.name} already, which is another; "
            "bring the history into a project of its own: --project NAME."
        )
    return False


def _told(item: FoundModel) -> str:
    service = SERVICES[item.dialect.name][0]
    return f"{service} {item.past.project}/{item.past.name}, F1 {item.past.f1:.3f}"


def _dialect_of(name: str) -> Dialect | None:
    starts = {dialect: dialect.results[dialect.past_model] for dialect in DIALECTS.values()}
    return next((dialect for dialect, start in starts.items() if name.startswith(f"{start}-")), None)


def _refuse_twins(models: list[FoundModel], project: str) -> None:
    known: dict[tuple[str, str, str], FoundModel] = {}
    for item in models:
        past = item.past
        first = known.setdefault((item.dialect.name, project or past.project, past.name), item)
        if first is item:
            continue
        both = f"{first.evaluation.place} and {item.evaluation.place}"
        if first.past.arn == past.arn:
            raise Wrong(f"{both} are of the same model; leave one of them out.")
        raise Wrong(
            f"{both} would both be the version {past.name} of {project or past.project}; "
            "bring them into projects of their own."
        )


def _find(s3: Any, bucket: str, key: str) -> bytes | None:
    try:
        return bytes(s3.get_object(Bucket=bucket, Key=key)["Body"].read(MOST_BYTES + 1))
    except ClientError as fault:
        if fault.response["Error"]["Code"] in ("NoSuchKey", "404"):
            return None
        raise
