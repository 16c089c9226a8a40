"""A relay and a node in threads of this process: the server's side of units on a cluster, without one."""

import contextlib
import os
import socket
import threading
from pathlib import Path

from vedette.engines.carrying import ActorLost, send_tree
from vedette.engines.frames import frame_start, read_frame
from vedette.engines.node_unit import NodeUnit
from vedette.engines.trees import read_tree
from vedette.engines.unit_door import Ports, enter

HERE = "127.0.0.1"


class RelayInThread:
    """Takes what the server hands over, and starts each unit in this process."""

    def __init__(self, cache, no_place=""):
        self.no_place = no_place
        self.lifelines = []
        self._cache = str(cache)

    def send(self, numbers):
        lifeline = socket.socket(fileno=os.dup(numbers[0]))
        self.lifelines.append(lifeline)
        threading.Thread(target=self._run, args=(lifeline,), daemon=True).start()

    def _run(self, lifeline):
        with lifeline, lifeline.makefile("rb") as stream:
            order, _ = read_frame(stream)
            if self.no_place:
                lifeline.sendall(frame_start({"no place": self.no_place}))
                return
            worker = LocalCalls(NodeUnit(self._cache))
            with enter(HERE, **worker.call("open_door", HERE, Ports())) as line:
                package = Path(order["package"])
                tree = read_tree(package)
                send_tree(worker, package, tree)
                reply = worker.call("open", order, tree)
                numbers = [line.fileno()] if "ready" in reply else []
                socket.send_fds(lifeline, [frame_start({**reply, "node": HERE})], numbers)
            if "ready" not in reply:
                worker.call("line").close()  # as the end of its process does
            else:
                threading.Thread(target=self._shut_after, args=(worker, lifeline), daemon=True).start()
                read_frame(stream)
                worker.call("leave")

    @staticmethod
    def _shut_after(worker, lifeline):
        worker.call("stay")
        shut(lifeline)

    def end(self):
        """End what is relayed for."""
        for lifeline in self.lifelines:
            shut(lifeline)

    close = end


def shut(lifeline):
    with contextlib.suppress(OSError):  # it has ended already
        lifeline.shutdown(socket.SHUT_RDWR)


class LocalCalls:
    """A worker's methods by their names, as a cluster calls them."""

    def __init__(self, worker):
        self._worker = worker

    def call(self, method, *values):
        try:
            return getattr(self._worker, method)(*values)
        except OSError as error:
            raise ActorLost(str(error)) from None
