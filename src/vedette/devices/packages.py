"""The archives that devices fetch: a copy of each, since a bucket's owner may change what lies there.

    devices/packages/ACCOUNT/SHA256.zip      of an object in clear
    devices/packages/ACCOUNT/SHA256.sealed   of one that lies sealed, whose key opens it (blobs/sealed_copies)

One is taken only when it is whole and the holder of a key signed it: this installation for that account, or
whom somebody vouches for who may. It is kept for as long as a device is to have it, which its caller knows.
Archives are written beside and renamed. One that was taken of two objects lies as the last of them does.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from vedette.errors import Busy, Missing, Refusal, Wrong
from vedette.file_access import create_file, open_file, sync_file
from vedette.runtime.component_archives import extract_component
from vedette.runtime.component_signatures import require_signature
from vedette.runtime.components import MOST_COMPONENT_BYTES, Component, read_component
from vedette.runtime.device_orders import OrderedModel
from vedette.runtime.signatures import PublicKey
from vedette.store.blobs.sealed_copies import (
    SealedCopies,
    SealedOrigin,
    origin_of,
    read_origin,
    size_of_copy,
)
from vedette.store.turns import FolderTurn
from vedette.store.working_copies import sealed_scratch

PIECE = 1 << 20
ENDING, SEALED = ".zip", ".sealed"
TAKING = ".taking-"


@dataclass(frozen=True, slots=True)
class TakenPackage:
    """An archive that devices may be sent, and what it says of itself."""

    model: OrderedModel
    model_arn: str


@dataclass(frozen=True, slots=True)
class KeptPackage:
    """An archive that is here, in clear or sealed."""

    place: Path
    copies: SealedCopies

    @property
    def is_sealed(self) -> bool:
        """Whether it opens by a key alone."""
        return self.place.suffix == SEALED

    @property
    def size(self) -> int:
        """How many bytes the archive has."""
        return size_of_copy(self.place) if self.is_sealed else self.place.stat().st_size

    def open(self) -> BinaryIO:
        """Return its bytes as a stream; Busy where its key is not to be had now, with the reason."""
        if not self.is_sealed:
            return self.place.open("rb")
        try:
            return self.copies.open(self.place)
        except Refusal as refusal:
            sentence = f"The package is encrypted and cannot be handed out: {refusal.sentence}"
            raise Busy(sentence, kind="package", name=self.place.stem) from refusal


class DevicePackages:
    """The archives of the installation's accounts. Its caller lets one thread change them at a time."""

    def __init__(self, folder: Path, copies: SealedCopies) -> None:
        self._folder = folder
        self._copies = copies
        # For those who change archives and rows together, on whichever server.
        self.turn = FolderTurn(folder / ".turn")

    def take(self, account: str, stream: BinaryIO, key: PublicKey) -> TakenPackage:
        """Copy an archive; refuse one that is damaged, or that the holder of the key did not sign."""
        home, origin = self._folder / account, origin_of(stream)
        home.mkdir(parents=True, exist_ok=True)
        with _beside(home, is_sealed=origin is not None) as beside:
            draft = beside / f"package{ENDING}"
            digest, size = _copied(stream, draft)
            component = _verified(draft, beside / "component", key)
            if origin is None:
                sync_file(draft)
                draft.replace(home / f"{digest}{ENDING}")
            else:
                self._write_sealed(draft, origin, beside / "copy")
                (beside / "copy").replace(home / f"{digest}{SEALED}")
        _sync(home)
        (home / f"{digest}{SEALED if origin is None else ENDING}").unlink(missing_ok=True)
        facts = component.facts
        model = OrderedModel(facts.name, facts.version, component.digest, digest, size)
        return TakenPackage(model, facts.model_arn)

    def find(self, account: str, archive: str) -> KeptPackage:
        """Return an archive."""
        for ending in (SEALED, ENDING):
            place = self._folder / account / f"{archive}{ending}"
            if place.is_file():
                return KeptPackage(place, self._copies)
        raise Missing(f"There is no package {archive}.", kind="package", name=archive)

    def origin(self, account: str, archive: str) -> SealedOrigin | None:
        """Return the sealed object that an archive was taken of; None of one in clear, or none."""
        place = self._folder / account / f"{archive}{SEALED}"
        try:
            return read_origin(place)
        except OSError:
            return None

    def is_clear(self, account: str, archive: str) -> bool:
        """Return whether an archive lies in clear."""
        return (self._folder / account / f"{archive}{ENDING}").is_file()

    def seal(self, account: str, archive: str, origin: SealedOrigin) -> None:
        """Seal an archive that lies in clear, as an earlier release left those of sealed objects."""
        home = self._folder / account
        place, sealed = home / f"{archive}{ENDING}", home / f"{archive}{SEALED}"
        if not sealed.is_file():
            with _beside(home, is_sealed=True) as beside:
                self._write_sealed(place, origin, beside / "copy")
                _require_same(self._copies, beside / "copy", archive)
                (beside / "copy").replace(sealed)
            _sync(home)
        place.unlink(missing_ok=True)

    def sweep(self, account: str, archives: Collection[str]) -> None:
        """Remove the archives of an account that no device is to have any more."""
        home = self._folder / account
        if not home.is_dir():
            return
        for place in home.iterdir():
            if place.suffix in (ENDING, SEALED) and place.stem not in archives:
                place.unlink(missing_ok=True)

    def clear_up(self) -> None:
        """Remove what a stop left of archives that were being taken."""
        for place in self._folder.glob(f"*/{TAKING}*"):
            shutil.rmtree(place, ignore_errors=True)

    def _write_sealed(self, source: Path, origin: SealedOrigin, target: Path) -> None:
        with open_file(source) as content:
            self._copies.write(content, origin, target)


@contextmanager
def _beside(home: Path, *, is_sealed: bool) -> Iterator[Path]:
    """Yield a folder for what is being taken, which is gone afterwards; its files open by a key in memory."""
    folder = Path(tempfile.mkdtemp(prefix=TAKING, dir=home))
    if is_sealed:
        with sealed_scratch(folder):
            yield folder
        return
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _require_same(copies: SealedCopies, place: Path, archive: str) -> None:
    """Refuse a copy that does not open to this archive: the clear one is not given up for it."""
    with copies.open(place) as stream:
        if hashlib.file_digest(stream, "sha256").hexdigest() != archive:
            raise Wrong("The copy on the disk is damaged: order the package again.", kind="package")


def _copied(stream: BinaryIO, draft: Path) -> tuple[str, int]:
    sums, size = hashlib.sha256(), 0
    with create_file(draft) as target:
        while piece := stream.read(PIECE):
            size += len(piece)
            if size > MOST_COMPONENT_BYTES:
                raise Wrong("The package is larger than a component may be.", kind="package")
            sums.update(piece)
            target.write(piece)
    return sums.hexdigest(), size


def _verified(draft: Path, folder: Path, key: PublicKey) -> Component:
    """Return the component in an archive that the holder of the key signed."""
    try:
        extract_component(draft, folder)
        component = read_component(folder)
        require_signature(component, (key,))
    except Wrong as refusal:
        # Where it lies for the moment is nobody's business.
        sentence = refusal.sentence.replace(str(folder), "It").replace(str(draft), "It")
        raise Wrong(
            f"The package cannot be given to devices: it was changed, or is not signed as it should be. "
            f"{sentence}",
            kind="package",
        ) from None
    return component


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
