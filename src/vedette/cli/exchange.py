"""`vedette import` and `vedette export`: labelled pictures of any format, to and from files or a server."""

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from vedette.cli.dataset_edits import DatasetKind
from vedette.clock import system_clock
from vedette.errors import Refusal, Wrong
from vedette.exchange.formats import from_lines, to_lines, write_manifest
from vedette.exchange.items import below
from vedette.exchange.move import key_of, move_lines
from vedette.exchange.places import SourceFolder, UniqueNames, local_name
from vedette.exchange.tables import sort_out
from vedette.manifest.attributes import Stamp
from vedette.manifest.lines import SOURCE, Line, change_line


class InputFormat(StrEnum):
    """The formats that can be imported."""

    FOLDER = "folder"
    MANIFEST = "manifest"
    COCO = "coco"
    VOC = "voc"
    YOLO = "yolo"
    CSV = "csv"
    GROUNDTRUTH = "groundtruth"
    LABELSTUDIO = "labelstudio"
    CVAT = "cvat"


class OutputFormat(StrEnum):
    """The formats that can be exported."""

    MANIFEST = "manifest"
    COCO = "coco"
    VOC = "voc"
    YOLO = "yolo"
    CSV = "csv"
    FOLDER = "folder"


class ServiceName(StrEnum):
    """The two services."""

    REKOGNITION = "rekognition"
    LOOKOUT = "lookoutvision"


Images = Annotated[Path | None, typer.Option(help="The folder of the pictures, if it is another.")]
Project = Annotated[str, typer.Option(help="A project on a running server, instead of files.")]
Which = Annotated[DatasetKind, typer.Option("--type", help="Which dataset of the project.")]
Of = Annotated[ServiceName, typer.Option(help="The service that the project is of.")]
Endpoint = Annotated[str, typer.Option(help="Where the server is; AWS_ENDPOINT_URL is read too.")]
Data = Annotated[Path | None, typer.Option(help="The data folder that holds the server's root key.")]


def import_format(  # noqa: PLR0913  (a command's options)
    form: Annotated[InputFormat, typer.Argument(metavar="FORMAT", help=", ".join(InputFormat))],
    source: Annotated[Path, typer.Argument(help="The file, or the folder.")],
    *,
    out: Annotated[Path | None, typer.Option(help="The manifest to write.")] = None,
    to: Annotated[str, typer.Option(help="Where the pictures lie or go: s3://bucket/prefix.")] = "",
    images: Images = None,
    anomalies: Annotated[bool, typer.Option(help="Labels are normal and anomaly (Lookout).")] = False,
    project: Project = "",
    kind: Which = DatasetKind.TRAIN,
    service: Of = ServiceName.REKOGNITION,
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Write a manifest from labelled pictures of any format, or add them to a project's dataset."""
    with _client_errors_as_sentence():
        stamp = Stamp(moment=system_clock(), job="labeling-job/import")
        if form is InputFormat.CSV and source.is_file():
            sort_out(source, anomalies=anomalies)
        folder = images or (source if source.is_dir() else source.parent)
        if project:
            lines = to_lines(form.value, source, stamp=stamp, anomalies=anomalies)
            _bring(lines, folder, to, project, (kind.value, service.value, endpoint, data))
        elif out:
            # Without a place in a bucket, pictures are named by the way to them from the manifest.
            prefix = to or _way(out.parent, folder)
            _write(to_lines(form.value, source, stamp=stamp, prefix=prefix, anomalies=anomalies), out)
        else:
            raise Wrong("Say where to: --out FILE for a manifest, or --project NAME for a dataset.")


def export_format(  # noqa: PLR0913  (a command's options)
    form: Annotated[OutputFormat, typer.Argument(metavar="FORMAT", help=", ".join(OutputFormat))],
    manifest: Annotated[Path | None, typer.Argument(help="The manifest, unless --project is given.")] = None,
    *,
    out: Annotated[
        Path | None, typer.Option(help="The file, or for voc and yolo the folder, to write.")
    ] = None,
    to: Annotated[str, typer.Option(help="A folder of a bucket to write into: s3://bucket/folder.")] = "",
    replace: Annotated[bool, typer.Option(help="With --to: replace objects of the same names.")] = False,
    cut: Annotated[str, typer.Option(help="Cut this off the pictures' names.")] = "",
    images: Images = None,
    with_pictures: Annotated[bool, typer.Option(help="Put the pictures beside what is written.")] = False,
    project: Project = "",
    kind: Which = DatasetKind.TRAIN,
    service: Of = ServiceName.REKOGNITION,
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Write the labels of a manifest, or of a project's dataset, in any format."""
    with _client_errors_as_sentence():
        if to:
            from vedette.cli.bucket_export import BucketExport

            BucketExport(form.value, to, with_pictures, replace).run(
                project, (kind.value, service.value, endpoint, data)
            )
            return
        if out is None:
            raise Wrong("Say where to: --out for a file or folder here, or --to s3://bucket/folder.")
        if form.value == "folder":
            raise Wrong("Folders of labels are written into a bucket: --to s3://bucket/folder.")
        if project:
            lines, fetch = _fetched(project, (kind.value, service.value, endpoint, data))
        elif manifest:
            lines, fetch = list(to_lines("manifest", manifest, stamp=Stamp())), _finder(manifest, images)
        else:
            raise Wrong("Say what: a manifest, or --project NAME.")
        folder = out if form in (OutputFormat.VOC, OutputFormat.YOLO) else out.parent
        copied = 0
        if with_pictures:
            lines, copied = _take_along(lines, fetch, folder, cut=cut)
            cut, images = PICTURES, folder / PICTURES
        count = from_lines(form.value, lines, out, written_at=system_clock(), prefix=cut, images=images)
    print(f"Written: {out} ({count})." + (f" Copied {copied} files." if with_pictures else ""))


PICTURES = "images"  # the folder beside what is written

# Writes the file of a reference to a path, and returns whether there is one.
Fetch = Callable[[str, Path], bool]
# Type of dataset, service, endpoint, data folder.
RemoteDataset = tuple[str, str, str, Path | None]


@contextmanager
def _client_errors_as_sentence() -> Iterator[None]:
    """Turn refusals and client errors into a sentence and the exit status 2."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (Refusal, OSError, BotoCoreError, ClientError) as fault:
        print(fault, file=sys.stderr)
        raise typer.Exit(2) from None


def _write(lines: Iterator[Line], out: Path) -> None:
    part = out.with_name(out.name + ".part")
    try:
        count = write_manifest(lines, part)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    print(f"Written: {out} ({count} pictures).")


def _way(start: Path, goal: Path) -> str:
    """Return the relative path from one folder to another, or nothing when they are the same."""
    origin, target = start.resolve(), goal.resolve()
    if origin == target:
        return ""
    shared = next(folder for folder in (origin, *origin.parents) if target.is_relative_to(folder))
    up = [".."] * len(origin.relative_to(shared).parts)
    return "/".join([*up, *target.relative_to(shared).parts])


def _bring(lines: Iterator[Line], folder: Path, to: str, project: str, dataset: RemoteDataset) -> None:
    """Upload pictures and lines, and create or extend the dataset."""
    from vedette.cli.remote import Server, remote_dataset, upload

    kind, service, endpoint, data = dataset
    server = Server(service, endpoint, data)
    remote = remote_dataset(server, project, kind)
    place = to or f"s3://vedette-{_bucket_name(project)}/{kind}"
    find = SourceFolder(folder)
    # All before anything is sent: a file outside the folder refuses everything.
    uploads = list(move_lines(lines, find, to=place))
    remote.ensure_project()
    manifest, usable, missing = upload(server, uploads, to=place, kind=kind)
    for ref in missing:
        problem = find.unfit.get(ref, f"There is no file for {ref} below {folder}")
        print(f"{problem}; its picture is left out.", file=sys.stderr)
    if not usable:
        raise Wrong(f"Not one picture was found below {folder}. If they lie elsewhere, say --images DIR.")
    description = remote.fill(manifest, usable)
    counts = description.get("DatasetStats") or description.get("ImageStats") or {}
    summary = ", ".join(f"{name} {count}" for name, count in counts.items())
    print(f"{description['Status']}: {len(usable)} pictures brought into {project}/{kind} ({summary}).")


def _bucket_name(project: str) -> str:
    """Return a project's name as a bucket may have it."""
    letters = "".join(c if c.isascii() and c.isalnum() else "-" for c in project.lower())
    return letters.strip("-")[:50] or "pictures"


def _fetched(project: str, dataset: RemoteDataset) -> tuple[list[Line], Fetch]:
    from vedette.cli.remote import Server, download, remote_dataset

    kind, service, endpoint, data = dataset
    server = Server(service, endpoint, data)

    def fetch(ref: str, place: Path) -> bool:
        download(server, ref, place)
        return True

    return list(remote_dataset(server, project, kind).lines()), fetch


def _finder(manifest: Path, images: Path | None) -> Fetch:
    find = SourceFolder(images or manifest.parent)

    def fetch(ref: str, place: Path) -> bool:
        path = find(ref)
        if path is None:
            return False
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
        return True

    return fetch


def _take_along(lines: list[Line], fetch: Fetch, folder: Path, *, cut: str) -> tuple[list[Line], int]:
    """Copy pictures and masks below the folder, and return the lines with their new paths.

    A line whose picture is missing is left out, with a message.
    """
    usable: list[Line] = []
    copied, names = 0, UniqueNames(ignore_case=True)
    for line in lines:
        refs = {key: ref for key, ref in line.values.items() if key.endswith("-ref") and isinstance(ref, str)}
        places = {
            key: f"{PICTURES}/{names.of(ref, local_name(key_of(below(ref, cut))))}"
            for key, ref in refs.items()
        }
        present = {key for key, ref in refs.items() if fetch(ref, folder / places[key])}
        copied += len(present)
        for key in refs.keys() - present:
            print(f"There is no file for {refs[key]}.", file=sys.stderr)
        if SOURCE in present:
            usable.append(change_line(line, {key: places[key] for key in present}))
    return usable, copied
