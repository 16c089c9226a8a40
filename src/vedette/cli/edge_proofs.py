"""What a package proves itself by: golden pictures with its model's answers, and a signature."""

import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from vedette.cli.signatures import Argument, Exit, Option
from vedette.errors import Missing, Refusal, Wrong
from vedette.manifest.places import is_s3, split_s3
from vedette.packaging.golden_files import (
    ANSWER,
    CANDIDATES,
    MOST_BYTES,
    GoldenFiles,
    read_golden_files,
    spread,
)

if TYPE_CHECKING:
    from vedette.cli.remote import Server

# Of a dataset's beginning; a quarter of a million entries would be listed for minutes.
LISTED = 500


def signing_key(
    place: Annotated[Path, Argument(help="The file of the private key.", metavar="FILE")],
    new: Annotated[bool, Option("--new", help="Make the key; nothing is written over.")] = False,
) -> None:
    """Print the public half of a signing key, which devices are told; with --new, make the key.

    `vedette edge package --sign FILE` signs with it, and `vedette edge agent --require-signature KEY` takes
    what it signed.
    """
    from vedette.cli.parts import require_part
    from vedette.packaging.signing import make_key, open_key

    require_part("edge")
    try:
        print((make_key if new else open_key)(place).public)
    except Refusal as refusal:
        print(refusal.sentence, file=sys.stderr)
        raise Exit(2) from None


def golden_files(package: Path, pictures: Sequence[Path], beside: Path) -> GoldenFiles:
    """Return golden pictures out of these, answered by a package's model; none where none can be read."""
    from vedette.cli.train import follow
    from vedette.engines.choose import open_engine
    from vedette.engines.port import Job

    out = beside / "golden"
    order = {
        "package": str(package),
        "thresholds": {},
        "pictures": [str(place) for place in spread(pictures, CANDIDATES)],
        "out": str(out),
    }
    last = follow(open_engine(), Job(ANSWER, order))
    if last.kind != "done":
        raise Wrong(str(last.facts.get("sentence") or last.facts.get("traceback") or "It was cancelled."))
    return read_golden_files(last.facts, out)


def pictures_at(source: Path) -> list[Path]:
    """Return the pictures that a person names: one, those of a folder, or those of a manifest."""
    from vedette.vision.files import SUFFIXES, pictures_in

    if source.is_dir():
        pictures = list(pictures_in(source))
    elif not source.is_file():
        raise Missing(f"There are no pictures at {source}.", kind="folder", name=str(source))
    elif source.suffix.lower() in SUFFIXES:
        pictures = [source]
    else:
        pictures = _of_manifest(source)
    if not pictures:
        raise Wrong(f"{source} has no pictures in it.", kind="folder", name=str(source))
    return pictures


def _of_manifest(source: Path) -> list[Path]:
    from vedette.dialects.samples import read_samples

    reading = read_samples(source)
    return [sample.picture for sample in (*reading.samples, *reading.unlabeled)]


def fetch_pictures(server: "Server", project: str, beside: Path) -> list[Path]:
    """Return a dozen pictures of a project's test dataset, else of its training, read as its caller."""
    from vedette.cli.remote import remote_dataset

    for kind in ("test", "train"):
        dataset = remote_dataset(server, project, kind)
        if dataset.describe() is None:
            continue
        sources = [line.source for line in islice(dataset.lines(), LISTED) if is_s3(line.source)]
        if files := list(_fetched(server, spread(sources, CANDIDATES), beside)):
            return files
    return []


def _fetched(server: "Server", sources: Sequence[str], beside: Path) -> Iterator[Path]:
    from botocore.exceptions import ClientError

    s3 = server.client("s3")
    for number, source in enumerate(sources):
        bucket, key = split_s3(source)
        try:
            answer = s3.get_object(Bucket=bucket, Key=key)
        except ClientError:  # a picture that is gone, or that this caller may not read
            continue
        with answer["Body"] as body:
            content = body.read(MOST_BYTES + 1)
        if len(content) <= MOST_BYTES:
            place = beside / f"candidate-{number}"
            place.write_bytes(content)
            yield place
