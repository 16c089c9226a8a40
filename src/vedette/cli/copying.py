"""`vedette copy`: projects with their datasets from one server, account or region to another.

Both ends are reached by operations alone. Pictures go first, then entries, so that an entry at the
destination has its picture; what is there already is left as it is, and the same command again goes on where
it ended. Nothing at the destination is changed: an object or an entry that is there and differs ends it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from vedette.cli.client import open_client
from vedette.cli.copying_datasets import CopiedDataset, DatasetCopy, copy_settings, copy_tags
from vedette.cli.copying_models import copy_models
from vedette.cli.copying_objects import AddressMap, CarryOutcome, ObjectCarrier, find_key, read_place
from vedette.cli.models import Of, translate_client_errors
from vedette.cli.remote import Server, remote_dataset
from vedette.cli.remote_models import MODELS, find_project, list_projects
from vedette.cli.signatures import Argument, Exit, Option
from vedette.cli.terminal import ProgressLine
from vedette.errors import Wrong

KINDS = ("train", "test")
NAMED = 10  # missing pictures that are named

Projects = Annotated[list[str] | None, Argument(metavar="[PROJECT]...", help="Which projects; or --all.")]
Rename = Annotated[str, Option("--as", help="What the one project is called at the destination.")]
Bucket = Annotated[
    str,
    Option(help="Put all pictures below this place, s3://bucket/prefix; else each keeps its address."),
]
Models = Annotated[
    str,
    Option(help="Copy trained versions too, within one server; where their results go: s3://bucket/prefix."),
]
Key = Annotated[
    str, Option("--key", help="A KMS key of the destination that seals what is written: id, alias or ARN.")
]


@dataclass(frozen=True, slots=True)
class CopyEnds:
    """Where it is copied from and to: a server, whose keys, and which region."""

    source: Annotated[str, Option("--from", help="The server to copy from; AWS_ENDPOINT_URL without it.")] = (
        ""
    )
    source_data: Annotated[Path | None, Option("--from-data", help="Its data folder, for its root key.")] = (
        None
    )
    source_profile: Annotated[str, Option("--from-profile", help="A profile of ~/.aws for it.")] = ""
    source_region: Annotated[str, Option("--from-region", help="Its region, where not the keys' own.")] = ""
    target: Annotated[str, Option("--to", help="The server to copy to; the same one without it.")] = ""
    target_data: Annotated[Path | None, Option("--to-data", help="Its data folder, for its root key.")] = None
    target_profile: Annotated[str, Option("--to-profile", help="A profile of ~/.aws for it.")] = ""
    target_region: Annotated[str, Option("--to-region", help="Its region, where not the keys' own.")] = ""

    def open(self) -> "tuple[CopyEnd, CopyEnd]":
        """Return both ends; the destination's are the source's where nothing else is said of it."""
        source = CopyEnd(
            "rekognition", self.source, self.source_data, self.source_profile, self.source_region
        )
        has_keys = self.target_data is not None or self.target_profile
        if not (self.target or has_keys or self.target_region):
            return source, source
        target = CopyEnd(
            "rekognition",
            self.target or self.source,
            self.target_data if has_keys else self.source_data,
            self.target_profile if has_keys else self.source_profile,
            self.target_region,
        )
        return source, target


@dataclass(frozen=True, slots=True)
class CopyEnd(Server):
    """A server with the keys of a profile, or in another region than the keys' own."""

    profile: str = ""
    region: str = ""

    def client(self, service: str = "") -> Any:
        """Return a client of this service, or of another on the same server."""
        return open_client(
            service or self.service,
            endpoint=self.endpoint,
            data=self.data,
            profile=self.profile,
            region=self.region,
        )


def copy_projects(  # noqa: PLR0913  (a command's options)
    projects: Projects = None,
    *,
    is_all: Annotated[bool, Option("--all", help="Every project of both services.")] = False,
    name: Rename = "",
    bucket: Bucket = "",
    models: Models = "",
    key: Key = "",
    adds: Annotated[
        bool, Option("--add", help="Add to a dataset that holds other entries; none of them is changed.")
    ] = False,
    is_rehearsal: Annotated[
        bool, Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    service: Of = "",
    ends: CopyEnds,
) -> None:
    """Copy projects with their datasets and pictures to another server, account or region.

    Nothing at the destination is overwritten, and the same command again goes on where it was ended.
    """
    with translate_client_errors():
        source, target = ends.open()
        projects_to_copy = _wanted(source, projects or (), service, is_all=is_all, name=name)
        places = AddressMap(read_place(bucket) if bucket else None)
        sealing = find_key(target.client("kms"), key) if key else ""
        carrier = ObjectCarrier(source.client("s3"), target.client("s3"), sealing)
        is_whole = True
        for of, project, arn in projects_to_copy:
            copy = ProjectCopy(source, target, of, project, arn, name or project)
            is_whole &= copy.run(places, carrier, adds=adds, is_rehearsal=is_rehearsal)
            if models and not is_rehearsal:
                copy_models(source, target, of, (project, name or project), models, sealing)
    if not is_whole:
        raise Exit(1)


def _wanted(
    source: Server, names: Sequence[str], service: str, *, is_all: bool, name: str
) -> list[tuple[str, str, str]]:
    """Return the service, the name and the ARN of each project."""
    if is_all == bool(names):
        raise Wrong("Say which projects to copy, or --all.")
    if name and len(names) != 1:
        raise Wrong("--as names the copy of one project.")
    if is_all:
        return [project for project in list_projects(source) if service in ("", project[0])]
    places = [(name, find_project(source, name, service)) for name in names]
    return [(of, name, arn) for name, (of, arn) in places]


@dataclass(frozen=True, slots=True)
class ProjectCopy:
    """One project at both ends."""

    source: CopyEnd
    target: CopyEnd
    service: str
    project: str
    arn: str
    name: str

    def run(self, places: AddressMap, carrier: ObjectCarrier, *, adds: bool, is_rehearsal: bool) -> bool:
        """Copy it, and print what was done; return whether every picture was there."""
        ends = replace(self.source, service=self.service), replace(self.target, service=self.service)
        copies = [DatasetCopy(self.service, self.project, self.name, kind) for kind in KINDS]
        datasets = [
            dataset for copy in copies if (dataset := copy.read(*ends, places.of, adds=adds)) is not None
        ]
        refs = {ref: place for dataset in datasets for ref, place in dataset.addresses.items()}
        with ProgressLine(f"{self.project}: pictures", len(refs)) as line:
            outcome = carrier.carry(refs, line.advance, is_rehearsal=is_rehearsal)
        if not is_rehearsal:
            self._write(datasets)
        self._print(datasets, outcome, "Would copy" if is_rehearsal else "Copied")
        return not outcome.missing

    def _write(self, datasets: Sequence[CopiedDataset]) -> None:
        remote_dataset(replace(self.target, service=self.service), self.name, KINDS[0]).ensure_project()
        arn = find_project(self.target, self.name, self.service)[1]
        for dataset in datasets:
            with ProgressLine(f"{self.project}: {dataset.kind} entries", len(dataset.new)) as line:
                dataset.write(self.target, arn, line.advance)
        copy_settings(self.source, self.arn, self.target, arn)
        if MODELS[self.service].project_has_tags:
            copy_tags(self.source, self.arn, self.target, arn)

    def _print(self, datasets: Sequence[CopiedDataset], outcome: CarryOutcome, verb: str) -> None:
        counts = ", ".join(f"{dataset.kind} {len(dataset.new)} new entries" for dataset in datasets)
        print(f"{verb} {self.project} ({self.service}) as {self.name}: {counts or 'it has no dataset'}.")
        print(f"  {outcome.sentence()}")
        for ref in outcome.missing[:NAMED]:
            print(f"  missing at the source, its entry is copied as it is: {ref}")
        if len(outcome.missing) > NAMED:
            print(f"  and {len(outcome.missing) - NAMED} more")
