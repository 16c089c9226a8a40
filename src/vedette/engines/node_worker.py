"""What runs on a node of a cluster: an object there that the server's side calls by its methods' names.

An engine for a cluster makes actors of these classes; they know nothing of it. What they return and take is
plain. They end with their process.
"""

import atexit
import socket
import threading
import time
from pathlib import Path
from typing import Any

import vedette
from vedette.engines.carrying import NodeTrouble
from vedette.engines.node_cache import NodeCache, default_root
from vedette.engines.trees import Tree
from vedette.engines.unit_door import Ports, UnitDoor


class NodeWorker:
    """Keeps files that come to its node, for those who work with them."""

    def __init__(self, cache: str) -> None:
        self._cache = NodeCache(Path(cache) if cache else default_root())
        self._door: UnitDoor | None = None
        self._ending = threading.Event()
        atexit.register(self._cache.close)

    def greet(self) -> dict[str, Any]:
        """Return which release runs here, what this machine is called, and what its clock shows."""
        return {"release": vedette.__version__, "host": socket.gethostname(), "clock": time.time()}

    def missing(self, tree: Tree) -> list[str]:
        """Return which files of a folder must come first."""
        self._cache.sweep()
        return self._cache.missing(tree)

    def store(self, digest: str, offset: int, data: Any, is_last: bool) -> None:
        """Take a piece of a file."""
        self._cache.store(digest, offset, memoryview(data), is_last=is_last)

    def open_door(self, address: str, ports: Ports) -> dict[str, Any]:
        """Open a port of this node's address, and return where it is and by which secret one enters."""
        self._door = UnitDoor(address, ports)
        return self._door.tell()

    def line(self) -> socket.socket:
        """Return the line to who has entered."""
        assert self._door is not None, "nothing listens here"
        try:
            return self._door.line()
        except TimeoutError:
            raise NodeTrouble("Nobody has entered the worker's door.") from None

    def stay(self) -> None:
        """Return when the work here has ended; whoever waits for it learns of the end of this process too."""
        self._ending.wait()

    def leave(self) -> None:
        """Let those who wait know that the work here has ended."""
        self._ending.set()
