"""An archive fetched from the server and unpacked: gone on with where it was cut, whole or not at all.

What comes is written beside, and belongs to the device only when its SHA-256 is the order's and every file is
as the manifest says. A disk that is too full is noticed before, and what half came goes away again.
"""

import hashlib
import logging
import shutil
from collections.abc import Callable
from pathlib import Path

from vedette.edge.durable import sync_folder
from vedette.edge.enrolment import Enrolment
from vedette.edge.installed import InstalledModels, remove_package
from vedette.edge.server_link import LinkFault, ServerLink
from vedette.errors import NoSpace, Refusal, Wrong
from vedette.runtime.component_archives import unpack_component
from vedette.runtime.component_signatures import require_signature
from vedette.runtime.components import Component, read_component
from vedette.runtime.device_orders import OrderedModel
from vedette.runtime.signatures import PublicKey

log = logging.getLogger("vedette.edge")

# The archive, and what it unpacks to, which is a little more; and room for everything else that runs here.
ROOM_FACTOR, SPARE_BYTES = 2.5, 64 << 20


class PackageFetcher:
    """Fetches what orders name."""

    def __init__(
        self,
        link: ServerLink,
        installed: InstalledModels,
        keys: tuple[PublicKey, ...],
        is_wanted: Callable[[], bool],
    ) -> None:
        self._link = link
        self._installed = installed
        self._keys = keys
        self._is_wanted = is_wanted

    def fetch(self, enrolment: Enrolment, model: OrderedModel) -> Component:
        """Return the component that an order names, which lies in the folder of packages from now on.

        Raises:
            Refusal: when it is not what was ordered, or there is no room for it.
            LinkFault: when it could not be fetched now.
        """
        folder = self._installed.packages / model.digest
        component = self._present(folder, model)
        if component is None:
            archive = self._download(enrolment, model)
            try:
                unpack_component(archive, folder)
            except OSError as error:
                raise _no_room(error) from error
            finally:
                archive.unlink(missing_ok=True)
            component = read_component(folder)
        try:
            self._refuse_other(component, model)
        except Refusal:
            remove_package(folder)
            raise
        return component

    def _present(self, folder: Path, model: OrderedModel) -> Component | None:
        """Return the component where it lies there whole: a cut came after it, or it is one from before."""
        if not folder.is_dir():
            return None
        try:
            component = read_component(folder)
        except Refusal as refusal:
            log.warning("%s %s is fetched anew: %s", model.name, model.version, refusal.sentence)
            component = None
        if component is None or component.digest != model.digest:
            remove_package(folder)
            return None
        return component

    def _refuse_other(self, component: Component, model: OrderedModel) -> None:
        facts = component.facts
        if (component.digest, facts.name, facts.version) != (model.digest, model.name, model.version):
            raise Wrong(
                f"The package is another one than ordered: {facts.name} {facts.version}, and not "
                f"{model.name} {model.version}.",
                kind="model",
            )
        if self._keys:
            require_signature(component, self._keys)

    def _download(self, enrolment: Enrolment, model: OrderedModel) -> Path:
        incoming = self._installed.incoming
        place = incoming / f"{model.archive}.zip"
        for other in incoming.iterdir():  # what an order before this one began with
            if other != place:
                other.unlink()
        self._refuse_full(place, model)
        present = place.stat().st_size if place.exists() else 0
        if present > model.size:
            place.unlink()
            present = 0
        if present < model.size:
            self._receive(enrolment, model, place, present)
        if place.stat().st_size < model.size:
            raise LinkFault(f"Only a part of {model.name} {model.version} came; it is gone on with.")
        if _sha256(place) != model.archive:
            place.unlink()
            if present:  # a power cut leaves a part as long as it was, and not always what was in it
                raise LinkFault(
                    f"The part of {model.name} {model.version} from before was damaged; it is fetched anew."
                )
            raise Wrong(
                f"What came of {model.name} {model.version} is not what was ordered (its checksum differs).",
                kind="model",
            )
        return place

    def _receive(self, enrolment: Enrolment, model: OrderedModel, place: Path, present: int) -> None:
        with (
            self._link.download(enrolment, model.archive, present) as (begins, pieces),
            PartFile(place, begins) as part,
        ):
            for piece in pieces:
                if part.size + len(piece) > model.size:
                    raise Wrong(f"More came of {model.name} than was ordered.", kind="model")
                part.write(piece)
                if not self._is_wanted():
                    raise LinkFault("The agent is being stopped.")
        sync_folder(place.parent)

    def _refuse_full(self, place: Path, model: OrderedModel) -> None:
        needed = int(model.size * ROOM_FACTOR) + SPARE_BYTES
        if place.exists():
            needed -= place.stat().st_size
        free = shutil.disk_usage(place.parent).free
        if free < needed:
            raise NoSpace(
                f"There is no room for {model.name} {model.version}: it needs {needed >> 20} MiB, and "
                f"{free >> 20} MiB are free."
            )


class PartFile:
    """The part of an archive that has come; where the disk is full it goes away, so that it fills none."""

    def __init__(self, place: Path, begins: int) -> None:
        self._place = place
        try:
            # Without a buffer, so that an error of the disk is told by the write that it is of.
            self._stream = place.open("r+b" if begins else "wb", buffering=0)
            self._stream.seek(begins)
            self._stream.truncate()
        except OSError as error:
            raise _no_room(error) from error
        self.size = begins

    def write(self, piece: bytes) -> None:
        """Write more of it."""
        try:
            view = memoryview(piece)
            while view:
                view = view[self._stream.write(view) :]
        except OSError as error:
            self._place.unlink(missing_ok=True)
            raise _no_room(error) from error
        self.size += len(piece)

    def __enter__(self) -> "PartFile":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()


def _sha256(place: Path) -> str:
    with place.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _no_room(error: OSError) -> NoSpace:
    return NoSpace(f"The package could not be written: {error.strerror or error}.")
