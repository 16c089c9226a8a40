"""What a training needs, brought together in its folder by the server: lines frozen, pictures linked.

A link costs nothing and holds on to the bytes of this moment, whatever is put under the same key
later. Where there is nothing to link to (a foreign S3, another disk) the object is copied.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import orjson

from vedette.datasets.dataset import Dataset, ManifestSource
from vedette.datasets.datasets import Datasets
from vedette.datasets.snapshots import DatasetMoment
from vedette.dialects.dialect import Dialect
from vedette.errors import Missing
from vedette.file_access import create_file, is_sealed_place, open_file, size_of
from vedette.identity.access import ObjectAccess
from vedette.identity.principal import Principal
from vedette.jobs.kind import JobInterrupted
from vedette.manifest.lines import SOURCE
from vedette.manifest.places import canonical_ref, is_s3, split_s3
from vedette.runtime.package_files import MODEL, MOST_BYTES
from vedette.store.blobs.port import Blobs
from vedette.store.blobs.sealed import is_sealed_stream
from vedette.training.folder import Folder

# Between so many pictures other requests get their turn.
BATCH = 64
PAUSE_S = 0.001
# As much as is brought in of a network and of its card, asked before anything is copied.
MOST_OF_NETWORK = {".onnx": MOST_BYTES[MODEL], ".json": 4 * 1024**2}
FROZEN_AT_ONCE = 20_000
"""So many lines are written out while the caller waits, in a fifth of a second; of more, the job does it."""
MOMENTS = "moments"
"""Where a version's inputs say of which datasets its snapshots are, by part."""


class Unfit(Exception):
    """A manifest that no training can begin with, and why, in the service's words."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class PicturesSealed(Exception):
    """The folder of pictures is sealed from now on, and empty: they are brought together once more."""


@dataclass(frozen=True, slots=True)
class NamedBuckets:
    """The buckets in which a part's pictures and masks lie, and those with one that the caller may read."""

    every: frozenset[str]
    open: frozenset[str]


@dataclass(frozen=True, slots=True)
class Gatherer:
    """Brings manifests and pictures into a folder, as its caller may read them."""

    dialect: Dialect
    blobs: Blobs
    access: ObjectAccess
    caller: Principal
    pause: Callable[[float], bool]
    # Has the copies of pictures sealed that lie sealed in their bucket; None where whoever asks saw to it.
    seal: Callable[[], None] | None = None

    def sealing_by(self, seal: Callable[[], None] | None) -> "Gatherer":
        """Return one that has copies sealed by this."""
        return replace(self, seal=seal)

    def fetch(self, folder: Folder, part: str, source: ManifestSource) -> None:
        """Freeze a manifest that lies in a bucket."""
        if folder.manifest(part).exists():
            return
        self._refuse_gone()
        address = f"s3://{source.bucket}/{source.key}"
        is_readable = self.access.may_read(self.caller, source.bucket, source.key, source.version)
        exists = is_readable or self.blobs.has_bucket(source.bucket)
        if not PurePosixPath(source.key).suffix or not exists:
            self.dialect.refuse_missing_manifest(address, source.version)
        self.dialect.refuse_manifest(address, is_readable=is_readable, size=0)
        beside = folder.manifest(part).with_suffix(".new")
        try:
            stream = self.blobs.open(source.bucket, source.key, source.version)
        except Missing:
            self.dialect.refuse_missing_manifest(address, source.version)
            raise
        with stream, create_file(beside) as out:
            shutil.copyfileobj(stream, out)
        beside.replace(folder.manifest(part))

    def fetch_network(self, folder: Folder, address: str) -> str:
        """Copy a network and its card out of a bucket, where there is to be one; return its file's name.

        Raises:
            Unfit: when either is not there, or the caller may not read it.
        """
        for suffix in (".onnx", ".json") if address else ():
            bucket, key = split_s3(address.removesuffix(".onnx") + suffix)
            place = folder.network.with_suffix(suffix)
            if place.exists():
                continue
            if not self.access.may_read(self.caller, bucket, key):
                raise Unfit(f"There is no s3://{bucket}/{key}, or whoever asked for it may not read it.")
            beside = place.with_name(f".{place.name}")
            try:
                size = self.blobs.find(bucket, key).size
                if size > MOST_OF_NETWORK[suffix]:
                    most = MOST_OF_NETWORK[suffix]
                    raise Unfit(f"s3://{bucket}/{key} has {size:,} bytes; {most:,} are the most.")
                with self.blobs.open(bucket, key) as stream, create_file(beside) as out:
                    shutil.copyfileobj(stream, out)
            except Missing as missing:
                raise Unfit(f"There is no s3://{bucket}/{key}.") from missing
            beside.replace(place)
        return address.rpartition("/")[2]

    def check(self, folder: Folder, part: str) -> None:
        """Refuse a manifest that is too large, or empty where that says more than what it lacks."""
        self.dialect.refuse_frozen(size_of(folder.manifest(part)))

    def link_all(self, folder: Folder, parts: Sequence[str]) -> dict[str, NamedBuckets]:
        """Link every picture and mask of all parts."""
        try:
            return {part: self.link(folder, part) for part in parts}
        except PicturesSealed:
            return {part: self.link(folder, part) for part in parts}

    def link(self, folder: Folder, part: str) -> NamedBuckets:
        """Link every picture and mask of a part that the caller may read; return whose buckets they name."""
        folder.pictures.mkdir(parents=True, exist_ok=True)
        every: set[str] = set()
        is_open: set[str] = set()
        for number, address in enumerate(_addresses(folder.manifest(part))):
            if number % BATCH == 0 and self.pause(PAUSE_S):
                raise JobInterrupted
            bucket, key = split_s3(address)
            every.add(bucket)
            if self.access.may_read(self.caller, bucket, key):
                is_open.add(bucket)
                self._link(bucket, key, folder.place_of(address))
        # One that went meanwhile could read nothing after that: this would be a part of the pictures.
        self._refuse_gone()
        return NamedBuckets(frozenset(every), frozenset(is_open))

    def foreign(self, source: ManifestSource, buckets: NamedBuckets) -> frozenset[str]:
        """Return the buckets of another account than the manifest's."""
        owner = self.blobs.owner(source.bucket)
        return frozenset(bucket for bucket in buckets.open if self.blobs.owner(bucket) != owner)

    def _refuse_gone(self) -> None:
        if sentence := self.access.missing_caller(self.caller):
            raise Unfit(sentence)

    def _link(self, bucket: str, key: str, place: Path) -> None:
        if place.exists():
            return
        try:
            stream = self.blobs.open(bucket, key)
        except Missing:
            return  # the checks will find that the picture is not there
        with stream:
            name = getattr(stream, "name", None)
            if is_sealed_stream(stream) and self.seal is not None and not is_sealed_place(place):
                self.seal()
                raise PicturesSealed
            is_clear = isinstance(name, str) and not is_sealed_place(place)
            if is_clear and _linked(Path(str(name)), place):
                return
            beside = place.with_name(f".{place.name}")
            with create_file(beside) as out:
                shutil.copyfileobj(stream, out)
            beside.replace(place)


def freeze(datasets: Datasets, folder: Folder, sources: dict[str, Dataset]) -> dict[str, DatasetMoment]:
    """Write the lines of the project's datasets as they are now; return that moment of each."""
    folder.root.mkdir(parents=True, exist_ok=True)
    moments = {}
    for part, dataset in sources.items():
        beside = folder.manifest(part).with_suffix(".new")
        with create_file(beside) as out:
            moments[part] = datasets.contents.freeze(dataset, out)
        beside.replace(folder.manifest(part))
    return moments


def freeze_moments(datasets: Datasets, folder: Folder, version: int, moments: Mapping[str, int]) -> None:
    """Write the lines that datasets had when the training was asked for, out of the version's snapshots."""
    snapshots = datasets.snapshots.of_version(version)
    for part, number in moments.items():
        if folder.manifest(part).exists():
            continue
        if number not in snapshots:
            raise Unfit(f"The snapshot of the {part} dataset was deleted before the training had read it.")
        beside = folder.manifest(part).with_suffix(".new")
        with create_file(beside) as out:
            datasets.contents.write_snapshot(snapshots[number], out)
        beside.replace(folder.manifest(part))


def _linked(source: Path, place: Path) -> bool:
    try:
        os.link(source, place)
    except FileExistsError:
        return True
    except OSError:
        return False
    return True


def picture_places(manifest: Path) -> Iterator[tuple[str, str]]:
    """Yield bucket and key of each line's picture; what is no line, or names none there, has none."""
    with open_file(manifest) as stream:
        for raw in stream:
            try:
                values = orjson.loads(raw)
            except orjson.JSONDecodeError:
                continue
            ref = canonical_ref(str(values.get(SOURCE, ""))) if isinstance(values, dict) else ""
            if is_s3(ref):
                yield split_s3(ref)


def _addresses(manifest: Path) -> Iterator[str]:
    """Yield the addresses in a manifest, of pictures and masks; what is no line has none."""
    with open_file(manifest) as stream:
        for raw in stream:
            try:
                values = orjson.loads(raw)
            except orjson.JSONDecodeError:
                continue
            if isinstance(values, dict):
                refs = (canonical_ref(value) for value in values.values() if isinstance(value, str))
                yield from filter(is_s3, refs)
