"""A model that leaves: its package as one zip, made for whoever asked and gone with the last who reads it."""

import contextlib
import hashlib
import io
import logging
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

from vedette.errors import Busy, Missing, NoSpace, Wrong
from vedette.file_access import is_sealed_place, open_file
from vedette.projects.version import USABLE, WORDS, State, Version
from vedette.runtime.package import write_zip
from vedette.runtime.package_files import MODEL
from vedette.training.folder import Folder, is_full

log = logging.getLogger(__name__)

# States in which there is a package: it is there before a model starts, and stays while it runs.
PACKAGED: frozenset[State] = USABLE | {"starting", "running", "stopping"}


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file to be read from its beginning: a zip without a name, or the network itself."""

    file: IO[bytes]
    size: int
    sha256: str


def pack(version: Version, folder: Folder, *, network_alone: bool = False) -> Parcel:
    """Return a version's package, with the thresholds that people chose, or the network out of it.

    Refuses where there is none.
    """
    label = f"The version {version.name} of {version.project.name}"
    about = {"kind": "version", "name": version.name}
    if version.state not in PACKAGED:
        raise Busy(f"{label} {WORDS[version.state]}: there is no model to download.", **about)
    try:
        return _network(folder) if network_alone else _packed(folder, version.thresholds.values)
    except FileNotFoundError:
        raise Missing(f"{label} was deleted.", **about) from None
    except Wrong as error:
        log.warning("version %d: %s", version.id, error.sentence)
        raise Missing(f"{label} is damaged on the server's disk; train it again.", **about) from None
    except OSError as error:
        if is_full(error, folder.root):
            raise NoSpace(f"{label} cannot be packed: the server's disk is full.", **about) from error
        raise


def _network(folder: Folder) -> Parcel:
    with contextlib.ExitStack() as closing:
        file = closing.enter_context(open_file(folder.package / MODEL))
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.tell()
        file.seek(0)
        closing.pop_all()
    return Parcel(file, size, digest)


def _packed(folder: Folder, thresholds: Mapping[str, float]) -> Parcel:
    with contextlib.ExitStack() as closing:
        # Without a name, so that a server that is killed leaves nothing of it; of what is sealed, in memory.
        sealed = is_sealed_place(folder.package / MODEL)
        parcel: Any = io.BytesIO() if sealed else tempfile.TemporaryFile(dir=folder.root)  # noqa: SIM115
        file = closing.enter_context(parcel)
        write_zip(folder.package, file, thresholds)
        size = file.tell()
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        closing.pop_all()
    return Parcel(file, size, digest)
