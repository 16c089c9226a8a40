"""The archives that devices fetch: a copy of each, since a bucket's owner may change what lies there.

    devices/packages/ACCOUNT/SHA256.zip

One is taken only when it is whole and the holder of a key signed it: this installation for that account, or
whom somebody vouches for who may. It is kept for as long as a device is to have it, which its caller knows.
Archives are written beside and renamed.
"""

import hashlib
import os
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from vedette.errors import Missing, Wrong
from vedette.runtime.component_archives import extract_component
from vedette.runtime.component_signatures import require_signature
from vedette.runtime.components import MOST_COMPONENT_BYTES, Component, read_component
from vedette.runtime.device_orders import OrderedModel
from vedette.runtime.signatures import PublicKey
from vedette.store.turns import FolderTurn

PIECE = 1 << 20
ENDING = ".zip"


@dataclass(frozen=True, slots=True)
class TakenPackage:
    """An archive that devices may be sent, and what it says of itself."""

    model: OrderedModel
    model_arn: str


class DevicePackages:
    """The archives of the installation's accounts. Its caller lets one thread change them at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # For those who change archives and rows together, on whichever server.
        self.turn = FolderTurn(folder / ".turn")

    def take(self, account: str, stream: BinaryIO, key: PublicKey) -> TakenPackage:
        """Copy an archive; refuse one that is damaged, or that the holder of the key did not sign."""
        home = self._folder / account
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".taking-", dir=home) as beside:
            draft = Path(beside) / f"package{ENDING}"
            digest, size = _copied(stream, draft)
            component = _verified(draft, Path(beside) / "component", key)
            draft.replace(home / f"{digest}{ENDING}")
        _sync(home)
        facts = component.facts
        model = OrderedModel(facts.name, facts.version, component.digest, digest, size)
        return TakenPackage(model, facts.model_arn)

    def find(self, account: str, archive: str) -> Path:
        """Return the file of an archive."""
        place = self._folder / account / f"{archive}{ENDING}"
        if not place.is_file():
            raise Missing(f"There is no package {archive}.", kind="package", name=archive)
        return place

    def sweep(self, account: str, archives: Collection[str]) -> None:
        """Remove the archives of an account that no device is to have any more."""
        home = self._folder / account
        if not home.is_dir():
            return
        for place in home.iterdir():
            if place.suffix == ENDING and place.stem not in archives:
                place.unlink(missing_ok=True)


def _copied(stream: BinaryIO, draft: Path) -> tuple[str, int]:
    sums, size = hashlib.sha256(), 0
    with draft.open("wb") as target:
        while piece := stream.read(PIECE):
            size += len(piece)
            if size > MOST_COMPONENT_BYTES:
                raise Wrong("The package is larger than a component may be.", kind="package")
            sums.update(piece)
            target.write(piece)
        target.flush()
        os.fsync(target.fileno())
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
