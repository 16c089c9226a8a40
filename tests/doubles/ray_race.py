"""Workers that are sent to one node with room for two, as servers do that looked at the same moment.

    python -m doubles.ray_race ADDRESS

says in JSON the node's address, how each of three ended, and how each of two that are slow to greet.
"""

import json
import sys
import time

from vedette.engines.cluster_view import UNIT, PlacedWork
from vedette.engines.node_worker import NodeWorker
from vedette.engines.placement import Room
from vedette.engines.port import NodeTaken
from vedette.engines.ray_cluster import GREETING_S, RayCluster


class SlowWorker(NodeWorker):
    """Has its room, and lives, for a while before it answers."""

    def greet(self):
        time.sleep(2.5 * GREETING_S)
        return super().greet()


def race(cluster, node, kind, count):
    """Return the end of each of so many."""
    works = [PlacedWork(node.id, UNIT, f"{number}-ab", Room(1, 0.3)) for number in range(count)]
    workers = [cluster.place(kind, node, work, "") for work in works]
    ends = []
    for worker in workers:
        try:
            cluster.greet(worker)
            ends.append("lives")
        except NodeTaken as refusal:
            ends.append(str(refusal))
    for worker in workers:
        worker.kill()
    return ends


def wait_for_room(cluster, node):
    """Return when the node has nothing of ours any more."""
    while any(work.node == node.id for work in cluster.works()):
        time.sleep(0.1)


def main():
    cluster = RayCluster(sys.argv[1])
    try:
        node = next(node for node in cluster.nodes() if node.total.cores == 2)
        quick = race(cluster, node, NodeWorker, 3)
        wait_for_room(cluster, node)
        sys.stdout.write(json.dumps([node.address, quick, race(cluster, node, SlowWorker, 2)]))
    finally:
        cluster.close()


if __name__ == "__main__":
    main()
