"""The cluster as the server asks about it: what is where, is there room, which nodes are emptied.

What is seen is as old as a second. A cluster that does not answer is told by a sentence, and asked again.
"""

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from vedette.engines.cluster_view import TRAINING, ClusterView, undrained
from vedette.engines.frames import frame_start, read_frame
from vedette.engines.placement import SPARE_CORES, count_places, no_room_sentence
from vedette.engines.port import NoPlace
from vedette.engines.ray_line import RelayProcess
from vedette.engines.ray_plan import RayPlan

# A view is used for so long; a cluster that did not answer is left alone for longer.
FRESH_S = 1.0
SULKS_S = 5.0
# Joining a cluster takes some seconds, on a busy machine more.
ANSWER_S = 20.0
# For how long somebody waits for what another one has asked already, before the last view is taken.
PATIENCE_S = 2.0


class ClusterWatch:
    """A cluster, seen from the server. Threads may share it."""

    def __init__(
        self,
        plan: RayPlan,
        relay: RelayProcess,
        *,
        ticks: Callable[[], float] = time.monotonic,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self.plan, self.relay = plan, relay
        # The names of nodes that people empty: nothing new is put on them.
        self.drained: frozenset[str] = frozenset()
        self._ticks = ticks
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._view: ClusterView | NoPlace | None = None
        self._until = float("-inf")

    def look(self) -> ClusterView:
        """Return what there is; blocks.

        Raises:
            NoPlace: with a sentence, where the cluster does not answer.
        """
        if self._lock.acquire(timeout=self._patience_s):
            try:
                self._refresh()
            finally:
                self._lock.release()
        # Else somebody waits for an answer already: one thread that does so is enough.
        view = self._view
        if view is None:
            raise NoPlace(f"The Ray cluster at {self.plan.address} has not answered yet.")
        if isinstance(view, NoPlace):
            raise NoPlace(str(view))
        return view

    def join(self) -> None:
        """Begin to join the cluster, which takes seconds that the first training would wait for."""
        threading.Thread(target=self.why_no_training, args=(0,), name="cluster", daemon=True).start()

    def _refresh(self) -> None:
        if self._view is not None and self._ticks() < self._until:
            return
        try:
            self._view, fresh_s = self._ask(), FRESH_S
        except NoPlace as trouble:
            self._view, fresh_s = trouble, SULKS_S
        self._until = self._ticks() + fresh_s

    def _ask(self) -> ClusterView:
        own_end, other_end = socket.socketpair()
        own_end.settimeout(ANSWER_S)
        try:
            with own_end, own_end.makefile("rb") as stream:
                with other_end:
                    self.relay.send([other_end.fileno()])
                own_end.sendall(frame_start({"look": True}))
                answer = read_frame(stream)
        except OSError as error:
            reason = error.strerror or str(error)
            raise NoPlace(f"The Ray cluster at {self.plan.address} does not answer: {reason}.") from None
        if answer is None:
            raise NoPlace(f"The connection to the Ray cluster at {self.plan.address} ended.")
        head = answer[0]
        if "no place" in head:
            raise NoPlace(str(head["no place"]))
        return ClusterView.load(head["seen"])

    def why_no_training(self, under_way: int) -> str:
        """Say why no more trainings may begin than are under way; nothing where one may."""
        try:
            view = self.look()
        except NoPlace as trouble:
            return str(trouble)
        nodes = undrained(view.free_nodes(), self.drained)
        # What has begun and is not on a node yet has a place all the same.
        unplaced = max(0, under_way - view.count(TRAINING))
        places = count_places(nodes, self.plan.training, spare_cores=SPARE_CORES)
        if places > unplaced:
            return ""
        if places:
            return f"The room in the Ray cluster is for trainings that are on their way there: {unplaced}."
        return no_room_sentence(nodes, self.plan.training, "a training")

    def shun(self, names: frozenset[str]) -> None:
        """Put nothing new on these nodes from now on."""
        self.drained = names

    def leaves(self, unit: Any) -> bool:
        """Say whether a unit's node is being emptied."""
        return bool(self.drained) and unit.about.get("node") in self.drained

    def close(self) -> None:
        """End the connection."""
        self.relay.close()
