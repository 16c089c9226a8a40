"""Three workers that are sent to one node with room for two, as servers do that looked at the same moment.

    python -m doubles.ray_race ADDRESS

says the node's address, and how each ended, in JSON.
"""

import json
import sys

from vedette.engines.cluster_view import UNIT, PlacedWork
from vedette.engines.node_worker import NodeWorker
from vedette.engines.placement import Room
from vedette.engines.port import NodeTaken
from vedette.engines.ray_cluster import RayCluster


def race(cluster):
    """Return the node's address, and the end of each."""
    node = next(node for node in cluster.nodes() if node.total.cores == 2)
    works = [PlacedWork(node.id, UNIT, folder, Room(1, 0.3)) for folder in "abc"]
    workers = [cluster.place(NodeWorker, node, work, "") for work in works]
    ends = []
    for worker in workers:
        try:
            cluster.greet(worker)
            ends.append("lives")
        except NodeTaken as refusal:
            ends.append(str(refusal))
    for worker in workers:
        worker.kill()
    return node.address, ends


def main():
    cluster = RayCluster(sys.argv[1])
    try:
        sys.stdout.write(json.dumps(race(cluster)))
    finally:
        cluster.close()


if __name__ == "__main__":
    main()
