"""A unit on a node of a cluster: one model, in the process of its actor."""

import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from importlib import import_module
from typing import Any

from vedette.engines.frames import Frame
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
        self._turn = threading.Lock()
        self._answering: Future[Frame] = Future()
        self._model: Any = None
        self._limit: Any = None

    def open(self, order: Mapping[str, Any], tree: Tree) -> dict[str, Any]:
        """Load the model of a package whose files are here, and return what a local unit says first."""
        folder = self._cache.lay_out(tree)
        reply: dict[str, Any] = self._thread.submit(self._open, {**order, "package": str(folder)}).result()
        if "refused" in reply:  # a sentence for people who know nothing of this node's folders
            reply["refused"] = reply["refused"].replace(str(folder), str(order["package"]))
        return reply

    def _open(self, order: Mapping[str, Any]) -> dict[str, Any]:
        self._model, reply = self._worker.load(order)
        self._limit = self._worker.DecodingLimit(order["decode_s"], self._give_up)
        return dict(reply)

    def look(self, head: Mapping[str, Any], picture: Any) -> Frame:
        """Return the answer to a picture; calls that come meanwhile wait, in order."""
        answer: Future[Frame] = Future()
        self._thread.submit(self._look, head, picture, answer)
        return answer.result()

    def _look(self, head: Mapping[str, Any], picture: Any, answer: Future[Frame]) -> None:
        self._answering = answer
        frame = self._worker.answer(self._model, head, bytes(picture), limit=self._limit)
        with self._turn:
            if not answer.done():
                answer.set_result(frame)

    def _give_up(self) -> None:
        """Refuse the picture that takes too long; the process ends when this returns."""
        with self._turn:
            self._answering.set_result((dict(self._worker.TOO_LONG), b""))
        time.sleep(LEAVE_S)
