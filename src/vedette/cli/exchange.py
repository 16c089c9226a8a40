"""`vedette import` and `vedette export`: labelled pictures of any format, to and from files or a server."""

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from vedette.clock import system_clock
from vedette.errors import Refusal, Wrong
from vedette.exchange.formats import from_lines, to_lines, write_manifest
from vedette.exchange.items import below
from vedette.exchange.move import key_of, move_lines
from vedette.exchange.places import SourceFolder, UniqueNames, local_name
from vedette.exchange.tables import sort_out
from vedette.manifest.attributes import Stamp
from vedette.manifest.lines import SOURCE, Line, change_line


class In(StrEnum):
    """What can come in."""

    FOLDER = "folder"
    MANIFEST = "manifest"
    COCO = "coco"
    VOC = "voc"
    YOLO = "yolo"
    CSV = "csv"
    GROUNDTRUTH = "groundtruth"


class Out(StrEnum):
    """What can go out."""

    MANIFEST = "manifest"
    COCO = "coco"
    VOC = "voc"
    YOLO = "yolo"
    CSV = "csv"


class Kind(StrEnum):
    """A project's two datasets."""

    TRAIN = "train"
    TEST = "test"


class Service(StrEnum):
    """The two services."""

    REKOGNITION = "rekognition"
    LOOKOUT = "lookoutvision"


Images = Annotated[Path | None, typer.Option(help="The folder of the pictures, if it is another.")]
Project = Annotated[str, typer.Option(help="A project on a running server, instead of files.")]
Which = Annotated[Kind, typer.Option("--type", help="Which dataset of the project.")]
Of = Annotated[Service, typer.Option(help="The service that the project is of.")]
Endpoint = Annotated[str, typer.Option(help="Where the server is; AWS_ENDPOINT_URL is read too.")]
Data = Annotated[Path | None, typer.Option(help="The data folder that holds the server's root key.")]


def import_format(  # noqa: PLR0913  (a command's options)
    form: Annotated[In, typer.Argument(metavar="FORMAT", help=", ".join(In))],
    source: Annotated[Path, typer.Argument(help="The file, or the folder.")],
    *,
    out: Annotated[Path | None, typer.Option(help="The manifest to write.")] = None,
    to: Annotated[str, typer.Option(help="Where the pictures lie or go: s3://bucket/prefix.")] = "",
    images: Images = None,
    anomalies: Annotated[bool, typer.Option(help="Labels are normal and anomaly (Lookout).")] = False,
    project: Project = "",
    kind: Which = Kind.TRAIN,
    service: Of = Service.REKOGNITION,
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Write a manifest from labelled pictures of any format, or bring them into a project's dataset."""
    with _said_in_a_sentence():
        stamp = Stamp(when=system_clock(), job="labeling-job/import")
        if form is In.CSV and source.is_file():
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
    form: Annotated[Out, typer.Argument(metavar="FORMAT", help=", ".join(Out))],
    manifest: Annotated[Path | None, typer.Argument(help="The manifest, unless --project is given.")] = None,
    *,
    out: Annotated[Path, typer.Option(help="The file, or for voc and yolo the folder, to write.")],
    cut: Annotated[str, typer.Option(help="Cut this off the pictures' names.")] = "",
    images: Images = None,
    with_pictures: Annotated[bool, typer.Option(help="Put the pictures beside what is written.")] = False,
    project: Project = "",
    kind: Which = Kind.TRAIN,
    service: Of = Service.REKOGNITION,
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Write the labels of a manifest, or of a project's dataset, in any format."""
    with _said_in_a_sentence():
        if project:
            lines, fetch = _fetched(project, (kind.value, service.value, endpoint, data))
        elif manifest:
            lines, fetch = list(to_lines("manifest", manifest, stamp=Stamp())), _finder(manifest, images)
        else:
            raise Wrong("Say what: a manifest, or --project NAME.")
        folder = out if form in (Out.VOC, Out.YOLO) else out.parent
        copied = 0
        if with_pictures:
            lines, copied = _take_along(lines, fetch, folder, cut=cut)
            cut, images = PICTURES, folder / PICTURES
        count = from_lines(form.value, lines, out, when=system_clock(), prefix=cut, images=images)
    print(f"Written: {out} ({count})." + (f" Copied {copied} files." if with_pictures else ""))


PICTURES = "images"  # the folder beside what is written

# Puts the file of a reference somewhere, and says whether there is one.
Fetch = Callable[[str, Path], bool]
# Type of dataset, service, endpoint, data folder.
There = tuple[str, str, str, Path | None]


@contextmanager
def _said_in_a_sentence() -> Iterator[None]:
    """End with status 2 and one sentence, where somebody can mend what is wrong."""
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
    """Return the relative way from one folder to another, or nothing when it is the same."""
    here, there = start.resolve(), goal.resolve()
    if here == there:
        return ""
    shared = next(folder for folder in (here, *here.parents) if there.is_relative_to(folder))
    up = [".."] * len(here.relative_to(shared).parts)
    return "/".join([*up, *there.relative_to(shared).parts])


def _bring(lines: Iterator[Line], folder: Path, to: str, project: str, there: There) -> None:
    """Put pictures and lines on the server, and make or extend the dataset."""
    from vedette.cli.remote import Server, remote_dataset, upload

    kind, service, endpoint, data = there
    server = Server(service, endpoint, data)
    remote = remote_dataset(server, project, kind)
    place = to or f"s3://vedette-{_bucket_name(project)}/{kind}"
    find = SourceFolder(folder)
    # All of it before anything is sent: a file outside the folder refuses the whole.
    moved = list(move_lines(lines, find, to=place))
    remote.ensure_project()
    manifest, kept, missing = upload(server, moved, to=place, kind=kind)
    for ref in missing:
        why = find.unfit.get(ref, f"There is no file for {ref} below {folder}")
        print(f"{why}; its picture is left out.", file=sys.stderr)
    if not kept:
        raise Wrong(f"Not one picture was found below {folder}. If they lie elsewhere, say --images DIR.")
    found = remote.fill(manifest, kept)
    counts = found.get("DatasetStats") or found.get("ImageStats") or {}
    said = ", ".join(f"{name} {count}" for name, count in counts.items())
    print(f"{found['Status']}: {len(kept)} pictures brought into {project}/{kind} ({said}).")


def _bucket_name(project: str) -> str:
    """Return a project's name as a bucket may have it."""
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in project.lower())
    return kept.strip("-")[:50] or "pictures"


def _fetched(project: str, there: There) -> tuple[list[Line], Fetch]:
    from vedette.cli.remote import Server, download, remote_dataset

    kind, service, endpoint, data = there
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
    """Put pictures and masks below the folder, and return the lines with their new places.

    A line whose picture is not there is left out, and said.
    """
    kept: list[Line] = []
    copied, names = 0, UniqueNames(ignore_case=True)
    for line in lines:
        refs = {key: ref for key, ref in line.values.items() if key.endswith("-ref") and isinstance(ref, str)}
        places = {
            key: f"{PICTURES}/{names.of(ref, local_name(key_of(below(ref, cut))))}"
            for key, ref in refs.items()
        }
        found = {key for key, ref in refs.items() if fetch(ref, folder / places[key])}
        copied += len(found)
        for key in refs.keys() - found:
            print(f"There is no file for {refs[key]}.", file=sys.stderr)
        if SOURCE in found:
            kept.append(change_line(line, {key: places[key] for key in found}))
    return kept, copied
