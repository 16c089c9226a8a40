"""A Ray cluster of three raylets on this machine's loopback: a head without cores, and two nodes.

    python -m doubles.ray_nodes [PORT]

says its address, and then does what it is told, a line each: `kill` ends the raylet of the oldest node, or
of the one whose address it is given, `add` makes another one and says its address, `behead` ends the head. It
ends with its standard input.
"""

import os
import signal
import sys

# A busy machine starts a raylet in half a minute; nothing is told to anybody.
os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_raylet_start_wait_time_s": "150"}

from ray.cluster_utils import Cluster

# Not 127.0.0.1, which Ray takes for this machine's address in its network. Nodes have addresses of their own,
# as machines do, by which people know them.
HOST, NODES = "127.0.0.2", "127.0.0.{}"
STORE = 200 << 20
NODE = {"object_store_memory": STORE, "include_dashboard": False}
# What two units, or a unit and a job need, and one core to spare.
ROOM = {"num_cpus": 2, "memory": 4 << 30}


class SmallCluster:
    """The head and its nodes, by their addresses."""

    def __init__(self, port):
        head = {**NODE, "node_ip_address": HOST, "num_cpus": 0}
        head |= {"gcs_server_port": port} if port else {}
        self.cluster = Cluster(initialize_head=True, head_node_args=head)
        self.nodes = {}
        self._last = 2

    def add(self, _):
        self._last += 1
        address = NODES.format(self._last)
        self.nodes[address] = self.cluster.add_node(**NODE, node_ip_address=address, **ROOM)
        return address

    def kill(self, address):
        node = self.nodes.pop(address or next(iter(self.nodes)))
        self.cluster.remove_node(node, allow_graceful=False)

    def behead(self, _):
        for process in self.cluster.head_node.all_processes["gcs_server"]:
            os.kill(process.process.pid, signal.SIGKILL)


def main():
    own = SmallCluster(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    for _ in range(2):
        own.add("")
    sys.stdout.write(f"{own.cluster.address}\n")
    sys.stdout.flush()
    for line in sys.stdin:
        word, _, about = line.strip().partition(" ")
        answer = {"add": own.add, "kill": own.kill, "behead": own.behead}[word](about)
        sys.stdout.write(f"done {answer or ''}\n")
        sys.stdout.flush()
    own.cluster.shutdown()


if __name__ == "__main__":
    main()
