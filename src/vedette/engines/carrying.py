"""Files on their way between this machine and a node's worker, in pieces; only what the other lacks."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from vedette.engines.node_cache import DamagedFile, PieceReceiver, read_piece
from vedette.engines.trees import PIECE, Tree, place_in

# A file that comes damaged is sent again; a disk that damages it each time is no node for us.
TRIES = 3


class ActorLost(Exception):
    """The worker on a node has ended, or its node has."""


class ActorSilent(ActorLost):
    """The worker has not answered in time; it may yet."""


class NodeTrouble(ActorLost):
    """The node lives, and its disk refuses; the message is a sentence."""


class NodeCalls(Protocol):
    """A worker on a node (node_worker.py), wherever that is."""

    def call(self, method: str, *values: Any) -> Any:
        """Return what a method returns."""


def send_tree(worker: NodeCalls, folder: Path, tree: Tree) -> None:
    """Bring the files of a folder to a node, as many as it lacks.

    Raises:
        DamagedFile: when one of them does not arrive whole.
    """
    places = {digest: (folder / path, size) for path, (digest, size) in tree.items()}
    for _ in range(TRIES):
        lacking = worker.call("missing", tree)
        if not lacking:
            return
        for digest in lacking:
            _send(worker, digest, *places[digest])
    raise DamagedFile("A file that was sent to a node is damaged there each time.")


def _send(worker: NodeCalls, digest: str, file: Path, size: int) -> None:
    import numpy as np  # the command line names errors of this file, and does without

    for offset in range(0, max(1, size), PIECE):
        # An array's bytes go into the object store, and are read there, without being copied once more.
        data = np.frombuffer(read_piece(file, offset), np.uint8)
        worker.call("store", digest, offset, data, offset + PIECE >= size)


def fetch_changes(
    worker: NodeCalls,
    folder: Path,
    changed: Sequence[tuple[str, str, int]],
    removed: Sequence[str],
    original: Mapping[str, Any],
) -> None:
    """Bring what a job has changed into its folder here, in order; remove what it has of the original."""
    for path in removed:
        if path in original:
            place_in(folder, path).unlink(missing_ok=True)
    for path, digest, size in changed:
        receiver = PieceReceiver(place_in(folder, path))
        for offset in range(0, size, PIECE):
            receiver.write(worker.call("read", path, offset))
        receiver.finish(digest)
