"""Which models came over the air, and where they lie: `.over-the-air` in the folder of models.

    .over-the-air/
    ├── device.json      who this device is to its server (enrolment.py)
    ├── installed.json   which package of a model is in use, which one was before, which were refused
    ├── incoming/        archives on their way
    └── packages/SHA256  components, unpacked, by the SHA-256 of their manifests

One line of installed.json says which package counts: that file changes whole or not at all. A package
appears under its name when all of it is on the disk, and goes only when installed.json names it no more.
"""

import fcntl
import logging
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from vedette.edge.catalogue import ModelOnDisk
from vedette.edge.durable import read_document, write_document
from vedette.errors import Taken, Wrong
from vedette.runtime.components import MODEL_FOLDER

log = logging.getLogger("vedette.edge")

FOLDER, RECORD, INCOMING, PACKAGES = ".over-the-air", "installed.json", "incoming", "packages"
LOCK = "lock"
FORMAT = 1
MODE = 0o700


@dataclass(frozen=True, slots=True)
class InstalledPackage:
    """A package that lies in the folder, by the SHA-256 of its manifest."""

    digest: str
    version: str
    arn: str = ""


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model that came over the air: its package, and the one before, which stays to go back to.

    `refused_digest` is of a package that was tried and did not answer as it should: it is not tried again
    until the server orders it anew. `number` is the order by which that was. `is_proven`: the current one ran
    through its probation; where it fails at a start months later (no memory, a damaged disk), the one before
    answers meanwhile, and it is fetched and tried again.
    """

    current: InstalledPackage | None = None
    previous: InstalledPackage | None = None
    refused_digest: str = ""
    number: int = 0
    problem: str = ""
    is_proven: bool = False


@dataclass(frozen=True, slots=True)
class InstalledRecord:
    """All that installed.json says: the newest order that was obeyed, and the models."""

    number: int = 0
    models: Mapping[str, InstalledModel] = field(default_factory=dict)


class InstalledModels:
    """The models that came over the air. One thread changes them, many read."""

    def __init__(self, models: Path) -> None:
        self.root = models / FOLDER
        self.record = _read(self.root / RECORD)
        self._lock = -1

    @property
    def incoming(self) -> Path:
        """Where archives come in."""
        return self.root / INCOMING

    @property
    def packages(self) -> Path:
        """Where components lie."""
        return self.root / PACKAGES

    def open(self) -> None:
        """Make the folders, and clear what no install has finished."""
        for folder in (self.root, self.incoming, self.packages):
            folder.mkdir(mode=MODE, exist_ok=True)
        self._lock = os.open(self.root / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.close()
            raise Taken(f"Another agent takes models over the air into {self.root.parent}.") from None
        self.record = _read(self.root / RECORD)  # the other one may have changed it just now
        self.sweep()

    def close(self) -> None:
        """Let another agent change it."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def on_disk(self) -> dict[str, ModelOnDisk]:
        """Return the models as the catalogue has them."""
        return {
            name: self.model_of(name, model.current)
            for name, model in self.record.models.items()
            if model.current is not None
        }

    def model_of(self, name: str, package: InstalledPackage) -> ModelOnDisk:
        """Return a package as a model to start."""
        folder = self.packages / package.digest
        return ModelOnDisk(name, folder / MODEL_FOLDER, package.arn, package.version, folder)

    def obeyed(self, number: int) -> None:
        """Write down that an order is obeyed; an older one is not any more."""
        self._write(replace(self.record, number=max(number, self.record.number)))

    def put(self, name: str, model: InstalledModel) -> None:
        """Write down what there is of a model."""
        self._write(replace(self.record, models={**self.record.models, name: model}))

    def drop(self, name: str) -> None:
        """Write down that a model is not here any more."""
        models = {other: model for other, model in self.record.models.items() if other != name}
        self._write(replace(self.record, models=models))

    def sweep(self) -> None:
        """Remove packages that the record does not name, and what was being unpacked when the agent ended."""
        digests = set(self._digests())
        for place in self.packages.iterdir():
            if place.name not in digests:
                log.info("the package %s is not needed any more", place.name)
                remove_package(place)

    def _digests(self) -> Iterator[str]:
        for model in self.record.models.values():
            for package in (model.current, model.previous):
                if package is not None:
                    yield package.digest

    def _write(self, record: InstalledRecord) -> None:
        models = {name: asdict(model) for name, model in record.models.items()}
        write_document(self.root / RECORD, {"format": FORMAT, "number": record.number, "models": models})
        self.record = record


def remove_package(place: Path) -> None:
    """Take a package away: under its name it is whole or not there, also where power is cut meanwhile."""
    doomed = place.with_name(f".gone-{place.name}")
    if not place.name.startswith("."):
        shutil.rmtree(doomed, ignore_errors=True)
        with suppress(OSError):  # it is not there, or the disk writes no more
            place.rename(doomed)
            place = doomed
    shutil.rmtree(place, ignore_errors=True)


def _read(place: Path) -> InstalledRecord:
    document = read_document(place)
    if document is None:
        if place.exists():
            raise Wrong(
                f"{place} and the copy beside it are damaged. Remove the folder {place.parent} to begin anew "
                "with a new token; models in it are then fetched again.",
                kind="model",
            )
        return InstalledRecord()
    if document["format"] != FORMAT:
        raise Wrong(f"{place} was written by a later Vedette: upgrade this one.", kind="model")
    models = {name: _model(fields) for name, fields in document["models"].items()}
    return InstalledRecord(document["number"], models)


def _model(fields: Mapping[str, Any]) -> InstalledModel:
    packages = {
        name: None if fields[name] is None else InstalledPackage(**fields[name])
        for name in ("current", "previous")
    }
    return InstalledModel(
        **packages,
        refused_digest=fields["refused_digest"],
        number=fields["number"],
        problem=fields["problem"],
        is_proven=fields.get("is_proven", False),
    )
