"""A training's folder, the one place that the server and the worker share.

train.manifest   the lines as they were when the training was asked for, and test.manifest beside it
pictures/        a link to every picture and mask they name, by a hash of its address
network.onnx     a network that was trained elsewhere, and network.json, its card
weights/         weights that were added under a name, of a training that begins from them
tested           the addresses of the pictures that a dataset was divided by
out/             what goes to the output bucket, a file a kind, and masks/ with a file a picture
package/         the model
slices.json      facts of its test pictures
cache/           features, of a training whose files are sealed: others share theirs
scratch/         what a worker needs for a while, and a killed one leaves
result.json      written last: with it the training is over
.sealed          by which key its files are sealed (store/sealed_folders.py), of a training with one
.lock            held by the worker that is at it
"""

import hashlib
import json
import logging
import secrets
import shutil
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from vedette.errors import NoSpace
from vedette.file_access import create_file, open_file, read_file, sync_file, write_file
from vedette.manifest.lines import BadLine, Line, Manifest, read_lines
from vedette.store.disk import disk_refusal

log = logging.getLogger(__name__)

# A folder under this name is of no version: those are numbers.
ASIDE = "aside-"
LOCK = ".lock"
NO_ROOM = "The server's disk is full. Make room there, and train again."
# With less than this left it is the disk, whatever a library says of it.
LITTLE = 1 << 20


def is_full(error: BaseException, place: Path) -> bool:
    """Say whether it is for want of room on the disk of a place that something failed."""
    if isinstance(disk_refusal(error), NoSpace):
        return True
    return shutil.disk_usage(place).free < LITTLE


def disk_sentence(error: BaseException, place: Path) -> str:
    """Return what to say of an error that the disk is to blame for; nothing where it is not."""
    if is_full(error, place):
        return NO_ROOM
    refusal = disk_refusal(error)
    return "" if refusal is None else refusal.sentence


def warn_of_strangers(root: Path, versions: Container[str]) -> None:
    """Say how many folders hold models that the database does not know; they are left as they are."""
    strangers = sorted(place.name for place in root.iterdir() if place.name not in versions)
    if strangers:
        log.warning(
            "%d folders in %s are of no version that the database knows, such as %s: is it an older copy? "
            "They are left as they are.",
            len(strangers),
            root,
            strangers[0],
        )


@dataclass(frozen=True, slots=True)
class Folder:
    """The places in one training's folder."""

    root: Path

    @property
    def out(self) -> Path:
        """Where results wait for their bucket."""
        return self.root / "out"

    @property
    def masks(self) -> Path:
        """Where the masks wait that a model drew on its test pictures."""
        return self.out / "masks"

    @property
    def pictures(self) -> Path:
        """Where pictures are linked to."""
        return self.root / "pictures"

    @property
    def package(self) -> Path:
        """Where the model goes."""
        return self.root / "package"

    @property
    def scratch(self) -> Path:
        """Where temporary files go, so that those of a killed worker are found again."""
        return self.root / "scratch"

    @property
    def cache(self) -> Path:
        """Where a training keeps features for its own next try, whose files are sealed."""
        return self.root / "cache"

    @property
    def slices(self) -> Path:
        """By what its test pictures may be told apart (slices.py)."""
        return self.root / "slices.json"

    @property
    def result(self) -> Path:
        """What the worker leaves last."""
        return self.root / "result.json"

    @property
    def network(self) -> Path:
        """A network that was trained elsewhere, while it is brought in; its card beside it."""
        return self.root / "network.onnx"

    @property
    def weights(self) -> Path:
        """Where the weights lie that the training begins from, where those are not built in."""
        return self.root / "weights"

    def manifest(self, part: str) -> Path:
        """Return the place of a part's frozen lines; the part is train or test."""
        return self.root / f"{part}.manifest"

    def lines(self, part: str) -> Manifest:
        """Return what opens a part's lines anew."""

        def read() -> Iterator[Line | BadLine]:
            with open_file(self.manifest(part)) as stream:
                yield from read_lines(stream)

        return read

    def place_of(self, address: str) -> Path:
        """Return where the object of an S3 address is linked to."""
        suffix = PurePosixPath(address).suffix[:8].lower()
        return self.pictures / f"{hashlib.sha256(address.encode()).hexdigest()[:32]}{suffix}"

    def find(self, address: str) -> Path | None:
        """Return the linked file, or nothing where there was no such object."""
        place = self.place_of(address)
        return place if place.is_file() else None

    def put(self, kind: str, document: Mapping[str, Any]) -> None:
        """Write a result that is one document."""
        self.out.mkdir(parents=True, exist_ok=True)
        text = json.dumps(document, ensure_ascii=False, allow_nan=False)
        write_file(self.out / kind, text)

    def put_lines(self, kind: str, lines: Iterable[str]) -> None:
        """Write a result that is one line after another."""
        self.out.mkdir(parents=True, exist_ok=True)
        with create_file(self.out / kind) as out:
            out.writelines(f"{line}\n".encode() for line in lines)

    def divide(self, addresses: Iterable[str]) -> None:
        """Write which pictures of the training dataset are to test this model and those after it."""
        _write_whole(self.root / "tested", json.dumps(list(addresses)))

    def divided(self) -> list[str]:
        """Return which pictures are to be moved into a test dataset; none where there are none."""
        try:
            addresses: list[str] = json.loads(read_file(self.root / "tested"))
        except FileNotFoundError:
            return []
        return addresses

    def put_aside(self) -> None:
        """Make room for a version that is only being made: what lies here is another's.

        A database put back from an older copy gives numbers out again, and does not know what has them.
        """
        if self.root.exists():
            aside = self.root.with_name(f"{ASIDE}{self.root.name}-{secrets.token_hex(4)}")
            self.root.rename(aside)
            log.warning("What lay in %s is no version of this database; it is in %s now.", self.root, aside)

    def clear(self) -> None:
        """Take away what a worker that was killed was about to leave; a package beside its place is one."""
        for place in (self.out, self.scratch, *self.root.glob(f".{self.package.name}.*")):
            shutil.rmtree(place, ignore_errors=True)

    def tidy(self) -> None:
        """Keep only what a version that is no longer in training needs."""
        self.clear()
        for place in (self.pictures, self.cache, self.weights):
            shutil.rmtree(place, ignore_errors=True)
        for file in (self.network, self.network.with_suffix(".json")):
            file.unlink(missing_ok=True)

    def finish(self, result: Mapping[str, Any]) -> None:
        """Write what came of the training, whole or not at all."""
        _write_whole(self.result, json.dumps(result))

    def read_result(self) -> dict[str, Any] | None:
        """Return what came of the training; None while it is not over."""
        if not self.result.is_file():
            return None
        result: dict[str, Any] = json.loads(read_file(self.result))
        return result


def _write_whole(place: Path, text: str) -> None:
    """Write a file that is there whole or not at all."""
    beside = place.with_name(f"{place.name}.new")
    write_file(beside, text)
    sync_file(beside)
    beside.replace(place)
