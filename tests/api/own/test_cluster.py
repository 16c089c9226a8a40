"""Where things run and why they wait, by account; and nodes that the installation's own account empties."""

import dataclasses

import pytest

from doubles.houses import ELSEWHERE, HERE, a_caller
from vedette.api.own import OPERATIONS
from vedette.engines.cluster_view import ClusterView, PlacedWork
from vedette.engines.placement import Node, Room
from vedette.engines.port import NoPlace
from vedette.errors import Busy, Denied, Missing
from vedette.jobs.drains import NodeDrains
from vedette.jobs.kind import NewJob
from vedette.jobs.members import ServerRoll, ServerSelf
from vedette.jobs.placing import Placing
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject
from vedette.projects.version_states import NewVersion
from vedette.settings import Settings
from vedette.training.order import VersionOrder
from vedette.training.run import TRAIN, subject_of

ALICE = a_caller("vedette")
STRANGER = a_caller("vedette", account=ELSEWHERE)


class Seen:
    """A cluster of two nodes, as a test wants it seen."""

    def __init__(self):
        self.works, self.trouble = [], ""
        self.nodes = [
            Node(letter, f"10.0.0.{number}", Room(2, 4), Room(1, 2)) for number, letter in enumerate("ab")
        ]

    def look(self):
        if self.trouble:
            raise NoPlace(self.trouble)
        return ClusterView([Node("head", "10.0.0.9", Room(), Room()), *self.nodes], self.works)


@pytest.fixture
def on_ray(house, database, clock, tmp_path):
    settings = Settings(data=tmp_path, engine="ray", ray_address="head:6379", account=HERE)
    placing = Placing(Seen(), a_roll(database), NodeDrains(database, clock))
    return dataclasses.replace(house, placing=placing, settings=settings)


def a_roll(database):
    roll = ServerRoll(database, ServerSelf("own", "folder", "0.1", "1"))
    roll.enter(is_alone=True)
    return roll


def a_version(house, *states, account=HERE, name="v1", **more):
    scope = Scope("rekognition", account, ALICE.region)
    project = next(iter(house.projects.list(scope, after=0, most=1)[0]), None)
    project = project or house.projects.create(scope, NewProject("boards"))
    version, _ = house.versions.create(project, NewVersion(name))
    for state in states:
        version = house.versions.move(version, state, **(more if state == "starting" else {}))
    return version


def describe(house, caller=ALICE):
    return OPERATIONS["DescribeCluster"](house, caller, {})


def queue(house, version):
    with house.jobs._database.write() as connection:
        account = version.project.scope.account
        house.jobs.add(connection, NewJob(TRAIN, subject_of(version), account, VersionOrder(version.id)))


def test_an_account_sees_its_own_models_and_of_others_how_many(on_ray):
    own = a_version(on_ray, "trained", "starting", "running", least_units=2)
    other = a_version(on_ray, "trained", "starting", "running", account=ELSEWHERE)
    on_ray.placing.cluster.works = [
        PlacedWork("a", "unit", own.folder),
        PlacedWork("b", "unit", own.folder),
        PlacedWork("b", "unit", other.folder),
        PlacedWork("b", "training", "of-a-version-that-is-gone"),
    ]
    answer = describe(on_ray)
    assert (answer["Engine"], answer["Address"], answer["Problem"]) == ("ray", "head:6379", "")
    counts = [(node["NodeName"], node["State"], node["Units"], node["Trainings"]) for node in answer["Nodes"]]
    assert counts == [("10.0.0.0", "ready", 1, 0), ("10.0.0.1", "ready", 2, 1)], "the head has no cores"
    assert [answer["Nodes"][0][name] for name in ("Cores", "FreeCores", "Memory", "FreeMemory", "Gpus")] == [
        2, 1, 4, 2, 0,
    ]  # fmt: skip
    assert [(row["ModelArn"], row["NodeName"]) for row in answer["Work"]] == [
        (str(own.arn), "10.0.0.0"),
        (str(own.arn), "10.0.0.1"),
    ]
    assert answer["Quota"] == {"MostTrainings": 0, "Trainings": 0, "MostUnits": 0, "Units": 2}
    foreign = describe(on_ray, STRANGER)
    assert str(own.arn) not in str(foreign)
    assert "head:6379" not in str(foreign)


def test_trainings_that_wait_say_their_place_and_those_of_others_are_counted(on_ray):
    first, second = a_version(on_ray), a_version(on_ray, name="v2")
    foreign = a_version(on_ray, account=ELSEWHERE)
    on_ray.jobs.guard(on_ray.trainings._rooms.rules.queue, on_ray.trainings.queue._guard)
    for version in (first, second, foreign):
        queue(on_ray, version)
    answer = describe(on_ray)
    assert [(row["ModelArn"], row["Position"], row["Kind"]) for row in answer["Waiting"]] == [
        (str(first.arn), 1, "training"),
        (str(second.arn), 3, "training"),
    ]
    assert answer["OthersWaiting"] == 1


def test_a_cluster_that_does_not_answer_is_said_with_the_nodes_that_are_emptied(on_ray):
    OPERATIONS["DrainNode"](on_ray, ALICE, {"NodeName": "10.0.0.1"})
    on_ray.placing.cluster.trouble = "No Ray cluster answers at head:6379: Connection refused."
    answer = describe(on_ray)
    assert answer["Problem"] == on_ray.placing.cluster.trouble
    assert describe(on_ray, STRANGER)["Problem"] == "The cluster does not answer."
    assert [(node["NodeName"], node["State"]) for node in answer["Nodes"]] == [("10.0.0.1", "away")]


def test_a_node_is_emptied_free_and_let_in_again(on_ray, clock):
    version = a_version(on_ray, "trained", "starting", "running")
    on_ray.placing.cluster.works = [PlacedWork("b", "unit", version.folder)]
    OPERATIONS["DrainNode"](on_ray, ALICE, {"NodeName": "10.0.0.1"})
    node = describe(on_ray)["Nodes"][1]
    assert (node["State"], node["DrainedSince"]) == ("draining", clock())
    on_ray.placing.cluster.works = []
    assert describe(on_ray)["Nodes"][1]["State"] == "drained"
    OPERATIONS["ResumeNode"](on_ray, ALICE, {"NodeName": "10.0.0.1"})
    assert describe(on_ray)["Nodes"][1]["State"] == "ready"


def test_neither_an_unknown_node_nor_the_last_one_is_emptied(on_ray):
    with pytest.raises(Missing, match=r"^There is no node 10\.0\.0\.7\.$"):
        OPERATIONS["DrainNode"](on_ray, ALICE, {"NodeName": "10.0.0.7"})
    OPERATIONS["DrainNode"](on_ray, ALICE, {"NodeName": "10.0.0.0"})
    with pytest.raises(
        Busy, match=r"^10\.0\.0\.1 is the last node that takes work: add another one first\.$"
    ):
        OPERATIONS["DrainNode"](on_ray, ALICE, {"NodeName": "10.0.0.1"})
    with pytest.raises(Missing, match=r"^No node 10\.0\.0\.1 is being emptied\.$"):
        OPERATIONS["ResumeNode"](on_ray, ALICE, {"NodeName": "10.0.0.1"})


@pytest.mark.parametrize("operation", ["DrainNode", "ResumeNode"])
def test_another_account_than_the_installations_empties_no_node(on_ray, operation):
    assert describe(on_ray)["MayDrain"]
    assert not describe(on_ray, STRANGER)["MayDrain"]
    with pytest.raises(Denied, match=r"its own account alone empties them\.$"):
        OPERATIONS[operation](on_ray, STRANGER, {"NodeName": "10.0.0.1"})


def test_without_a_cluster_the_servers_are_the_nodes(house, database, clock):
    roll = a_roll(database)
    house = dataclasses.replace(house, placing=Placing(None, roll, NodeDrains(database, clock)))
    version = a_version(house)
    queue(house, version)
    answer = describe(house)
    node = answer["Nodes"][0]
    assert (answer["Engine"], node["State"], node["Units"]) == ("local", "ready", 0)
    if not roll.is_shared:
        assert node["Trainings"] == 1, "the runner owns a job from its first moment"
        assert [(row["Kind"], row["NodeName"]) for row in answer["Work"]] == [("training", node["NodeName"])]
    own = dataclasses.replace(house, settings=Settings(account=HERE))
    with pytest.raises(Busy, match="is the last node that takes work"):
        OPERATIONS["DrainNode"](own, ALICE, {"NodeName": node["NodeName"]})
