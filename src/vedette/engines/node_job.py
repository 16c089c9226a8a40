"""A job on a node of a cluster: a local engine there runs it, in a process of its own, as it would here.

So whatever ends a job's process, by itself, for want of memory or by being asked, is told in the same words.
"""

import queue
import threading
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vedette.cores import SHARE
from vedette.engines.local import LocalEngine
from vedette.engines.node_cache import read_piece
from vedette.engines.node_worker import NodeWorker
from vedette.engines.port import Event, Job, JobFiles
from vedette.engines.trees import Tree, digest_of, place_in, read_tree

# The process that speaks to this node has ten seconds itself (local.py).
GRACE_S = 8.0
# Events that cross at once: a training says some a second.
MOST_EVENTS = 64


class NodeJob(NodeWorker):
    """One run of one job."""

    def __init__(self, cache: str) -> None:
        super().__init__(cache)
        self._messages: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._engine = LocalEngine(grace_s=GRACE_S)
        self._folder: Path | None = None
        self._run = ""
        self._at_first: Tree = {}
        self._stamps: dict[str, tuple[int, int]] = {}

    def begin(
        self, name: str, order: Mapping[str, Any], files: Mapping[str, str], tree: Tree, cores: int
    ) -> None:
        """Start the job on files that are here."""
        places = JobFiles(**files)
        local_order = dict(order)
        if places.folder:
            self._folder = self._cache.lay_out(tree)
            self._at_first = dict(tree)
            self._stamps = self._changed({})
            local_order[places.folder] = str(self._folder)
        if places.cache:
            local_order[places.cache] = str(self._cache.features)
        self._engine.environment = {SHARE: str(cores)}
        self._run = self._engine.submit(Job(name, local_order))
        threading.Thread(target=self._follow, name="events", daemon=True).start()

    def _follow(self) -> None:
        for event in self._engine.events(self._run):
            message: dict[str, Any] = {"event": asdict(event), "changed": [], "removed": []}
            if event.kind == "done":
                message |= self._all_changes()
            else:
                changed = self._changed(self._stamps)
                self._stamps |= changed
                message["changed"] = [self._describe(name) for name in changed]
            self._messages.put(message)

    def _changed(self, stamps: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
        """Return the files directly in the folder that are not as they were."""
        if self._folder is None:
            return {}
        now = {file.name: file.stat() for file in self._folder.iterdir() if file.is_file()}
        facts = {name: (fact.st_mtime_ns, fact.st_ino) for name, fact in now.items()}
        return {name: fact for name, fact in facts.items() if stamps.get(name) != fact}

    def _all_changes(self) -> dict[str, Any]:
        """Return what the job has changed and removed; files directly in the folder come last."""
        if self._folder is None:
            return {}
        folder, now = self._folder, read_tree(self._folder)
        changed = [path for path, fact in now.items() if tuple(self._at_first.get(path, ())) != fact]
        changed.sort(key=lambda path: ("/" not in path, (folder / path).stat().st_mtime_ns))
        return {
            "changed": [(path, *now[path]) for path in changed],
            "removed": [path for path in self._at_first if path not in now],
        }

    def _describe(self, name: str) -> tuple[str, str, int]:
        assert self._folder is not None
        file = self._folder / name
        return name, digest_of(file), file.stat().st_size

    def listen(self, wait_s: float) -> list[dict[str, Any]]:
        """Return what happened since the last call, in order; wait so long where nothing did."""
        try:
            messages = [self._messages.get(timeout=wait_s)]
        except queue.Empty:
            return []
        while len(messages) < MOST_EVENTS and not self._messages.empty():
            messages.append(self._messages.get())
        return messages

    def cancel(self) -> None:
        """Ask the job to stop, then kill it."""
        self._engine.cancel(self._run)

    def read(self, path: str, offset: int) -> bytes:
        """Return a piece of one of its files."""
        assert self._folder is not None
        return read_piece(place_in(self._folder, path), offset)


def event_of(message: Mapping[str, Any]) -> Event:
    """Return the event of a message."""
    return Event(**message["event"])
