"""A unit on a node of a cluster: one model, in the process of its worker, at the end of a line of its own."""

import contextlib
import socket
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

from vedette.engines.frames import frame_start
from vedette.engines.local_units import WORKER
from vedette.engines.node_worker import NodeWorker
from vedette.engines.trees import Tree

# An answer that is the last one is on its way within this.
LEAVE_S = 0.5


class NodeUnit(NodeWorker):
    """Answers one picture after the other, in a thread of its own, which may have a core of its own."""

    def __init__(self, cache: str) -> None:
        super().__init__(cache)
        # By name: this room may not import that one, and the server's process must not.
        self._worker: Any = import_module(WORKER)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="unit")
        self._model: Any = None

    def open(self, order: Mapping[str, Any], tree: Tree) -> dict[str, Any]:
        """Load the model of a package whose files are here, and return what a local unit says first.

        From then on whoever has entered the worker's door is answered, until one of both ends.
        """
        folder = self._cache.lay_out(tree)
        reply: dict[str, Any] = self._thread.submit(self._load, {**order, "package": str(folder)}).result()
        if "refused" in reply:  # a sentence for people who know nothing of this node's folders
            reply["refused"] = reply["refused"].replace(str(folder), str(order["package"]))
            return reply
        self._thread.submit(self._serve, self.line(), float(order["decode_s"]))
        return reply

    def _load(self, order: Mapping[str, Any]) -> dict[str, Any]:
        self._model, reply = self._worker.load(order)
        return dict(reply)

    def _serve(self, line: socket.socket, decode_s: float) -> None:
        def give_up() -> None:
            line.sendall(frame_start(self._worker.TOO_LONG))
            time.sleep(LEAVE_S)

        try:
            with line, contextlib.suppress(OSError):  # the server has gone
                limit = self._worker.DecodingLimit(decode_s, give_up)
                self._worker.serve(self._model, line, limit=limit)
        finally:
            self.leave()
