"""Two whole servers on one PostgreSQL and one Ray cluster: a node that one is told to empty, both leave."""

import pytest

from doubles.clusters import Cluster, a_cluster, a_red_picture, status, until
from vedette.cli.client import open_client

pytestmark = pytest.mark.ray
# A server starts a unit elsewhere before it ends the one on the node, on a machine that may be busy.
LONG_S = 90


@pytest.fixture
def cluster(postgres_maker, ray_nodes, tmp_path):
    address, _ = postgres_maker.new()
    environment = {
        "VEDETTE_ENGINE": "ray",
        "VEDETTE_RAY_ADDRESS": ray_nodes.address,
        "VEDETTE_RAY_CACHE": str(tmp_path / "node"),
        "VEDETTE_RAY_UNIT": "cores=1,memory=0.3",
    }
    with a_cluster(address, tmp_path, "A", "B", **environment) as servers:
        yield servers
    postgres_maker.drop(address)


def nodes_of(cluster: Cluster, name: str) -> dict[str, tuple[str, int]]:
    """Return the state of each node, and its units, as a server shows it."""
    server = cluster.servers[name]
    answer = open_client("vedette", endpoint=server.address, data=server.data).describe_cluster()
    return {node["NodeName"]: (node["State"], node["Units"]) for node in answer["Nodes"]}


def tell(cluster: Cluster, name: str, word: str, node: str) -> None:
    """Say to a server by the command line that a node is to be emptied, or resumed."""
    server = cluster.servers[name]
    server.vedette("cluster", word, node, "--endpoint", server.address)


@pytest.mark.timeout(400)
def test_a_node_that_one_server_is_told_to_empty_both_leave(cluster):
    version = cluster.put_version("rekognition", "boards", "classification")
    arn, clients = str(version.arn), [cluster.client(name, "rekognition") for name in "AB"]
    clients[1].start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
    for client in clients:
        until(lambda client=client: status(client, version), "RUNNING", LONG_S)
    # Each server has a unit; where both chose at once, they may be on one node.
    until(lambda: sum(units for _, units in nodes_of(cluster, "A").values()), 2, LONG_S)
    two, one = sorted(nodes_of(cluster, "A"), key=lambda node: nodes_of(cluster, "A")[node][1])

    def ask_and_look(name):
        for client in clients:
            found = client.detect_custom_labels(ProjectVersionArn=arn, Image={"Bytes": a_red_picture()})
            assert found["CustomLabels"][0]["Name"] == "red"
        return nodes_of(cluster, name)

    tell(cluster, "A", "drain", one)
    until(lambda: ask_and_look("B"), {one: ("drained", 0), two: ("ready", 2)}, LONG_S)
    tell(cluster, "B", "resume", one)
    until(lambda: nodes_of(cluster, "A")[one], ("ready", 0), LONG_S)
    # Both units move now, whichever of them moved before: that of who was told, and the other server's.
    tell(cluster, "B", "drain", two)
    until(lambda: ask_and_look("A"), {one: ("ready", 2), two: ("drained", 0)}, LONG_S)
    assert ask_and_look("B") == nodes_of(cluster, "A")
