"""A Ray cluster of three raylets on this machine's loopback: a head without cores, and two nodes.

    python -m doubles.ray_nodes

says its address, and then does what it is told, a line each: `kill` ends a node's raylet at once, `add` makes
another one. It ends with its standard input.
"""

import os
import sys

# A busy machine starts a raylet in half a minute; nothing is told to anybody.
os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_raylet_start_wait_time_s": "150"}

from ray.cluster_utils import Cluster

# Not 127.0.0.1, which Ray takes for this machine's address in its network.
HOST = "127.0.0.2"
STORE = 200 << 20
NODE = {"node_ip_address": HOST, "object_store_memory": STORE, "include_dashboard": False}
# What two units, or a unit and a job need, and one core to spare.
ROOM = {"num_cpus": 2, "memory": 4 << 30}


def main():
    cluster = Cluster(initialize_head=True, head_node_args={**NODE, "num_cpus": 0})
    nodes = [cluster.add_node(**NODE, **ROOM) for _ in range(2)]
    sys.stdout.write(f"{cluster.address}\n")
    sys.stdout.flush()
    for line in sys.stdin:
        if line.strip() == "kill":
            cluster.remove_node(nodes.pop(0), allow_graceful=False)
        else:
            nodes.append(cluster.add_node(**NODE, **ROOM))
        sys.stdout.write("done\n")
        sys.stdout.flush()
    cluster.shutdown()


if __name__ == "__main__":
    main()
