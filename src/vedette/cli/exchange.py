"""`vedette import` and `vedette export`: other formats to manifests, and manifests to other formats."""

import shutil
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from vedette.clock import system_clock
from vedette.errors import Refusal
from vedette.exchange.formats import from_lines, to_lines, write_manifest
from vedette.exchange.items import short_name
from vedette.manifest.attributes import Stamp
from vedette.manifest.places import beside


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


def import_format(
    form: Annotated[In, typer.Argument(metavar="FORMAT", help="folder, manifest, coco, voc, yolo, csv, …")],
    source: Annotated[Path, typer.Argument(help="The file, or the folder.")],
    out: Annotated[Path, typer.Option(help="The manifest to write.")],
    s3_path: Annotated[str, typer.Option("--s3-path", help="Where they lie: s3://bucket/prefix.")] = "",
    images: Annotated[Path | None, typer.Option(help="Their folder, if not the source's.")] = None,
    anomalies: Annotated[bool, typer.Option(help="Labels are normal and anomaly (Lookout).")] = False,
) -> None:
    """Write a manifest from pictures labelled in another format."""
    stamp = Stamp(when=system_clock(), job="labeling-job/import")
    # Without a place in a bucket, pictures are named by the way to them from the manifest.
    prefix = s3_path or _way(out.parent, images or (source if source.is_dir() else source.parent))
    part = out.with_name(out.name + ".part")
    try:
        lines = to_lines(form.value, source, stamp=stamp, prefix=prefix, anomalies=anomalies)
        count = write_manifest(lines, part)
    except (Refusal, OSError) as fault:
        part.unlink(missing_ok=True)
        print(fault, file=sys.stderr)
        raise typer.Exit(2) from None
    part.replace(out)
    print(f"Written: {out} ({count} pictures).")


def export_format(
    form: Annotated[Out, typer.Argument(metavar="FORMAT", help="manifest, coco, voc, yolo or csv.")],
    manifest: Annotated[Path, typer.Argument(help="The manifest.")],
    out: Annotated[Path, typer.Option(help="The file, or for voc and yolo the folder, to write.")],
    s3_path: Annotated[str, typer.Option("--s3-path", help="Cut this off the pictures' names.")] = "",
    images: Annotated[Path | None, typer.Option(help="The folder of the pictures.")] = None,
    with_pictures: Annotated[bool, typer.Option(help="Copy the pictures beside what is written.")] = False,
) -> None:
    """Write a manifest's pictures and labels in another format."""
    try:
        lines = list(to_lines("manifest", manifest, stamp=Stamp()))
        count = from_lines(form.value, lines, out, when=system_clock(), prefix=s3_path, images=images)
        copied = _copy([line.source for line in lines], manifest, out, prefix=s3_path) if with_pictures else 0
    except (Refusal, OSError) as fault:
        print(fault, file=sys.stderr)
        raise typer.Exit(2) from None
    print(f"Written: {out} ({count})." + (f" Copied {copied} pictures." if with_pictures else ""))


def _copy(refs: list[str], manifest: Path, out: Path, *, prefix: str) -> int:
    """Copy the pictures that are found to images/ beside what was written; say which were not."""
    find = beside(manifest.parent)
    folder = (out if out.is_dir() else out.parent) / "images"
    copied = 0
    for ref in refs:
        picture = find(ref)
        if picture is None:
            print(f"There is no picture for {ref}.", file=sys.stderr)
            continue
        place = folder / short_name(ref, prefix)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(picture, place)
        copied += 1
    return copied


def _way(start: Path, goal: Path) -> str:
    """Return the relative way from one folder to another, or nothing when it is the same."""
    here, there = start.resolve(), goal.resolve()
    if here == there:
        return ""
    shared = next(folder for folder in (here, *here.parents) if there.is_relative_to(folder))
    up = [".."] * len(here.relative_to(shared).parts)
    return "/".join([*up, *there.relative_to(shared).parts])
