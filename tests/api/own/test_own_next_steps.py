"""What a project needs next: counted as its trainings count, in both services."""

import io

import pytest

from doubles.houses import HERE, a_caller
from doubles.lines import a_box_line, a_line, an_anomaly_line
from vedette.api.own import OPERATIONS
from vedette.datasets.dataset import NewDataset
from vedette.datasets.editing import EntryEdit
from vedette.dialects.rekognition.manifest_checks import PictureProblems, assess
from vedette.manifest.lines import read_lines
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject

ALICE = a_caller("vedette")
BAD = [a_line(f"bad{number}", letter * 300) for number, letter in enumerate("xyz")]


class Needs:
    """A project whose next steps are asked for."""

    def __init__(self, house, service="rekognition"):
        self.house = house
        self.project = house.projects.create(Scope(service, HERE, ALICE.region), NewProject("animals"))

    def put(self, lines, kind="train"):
        house = self.house
        pair = house.datasets.of_projects([self.project]).get(self.project.id, ())
        if not any(dataset.kind == kind for dataset in pair):
            house.datasets.create(self.project, NewDataset(kind, None, ALICE.principal, {}))
        edits = [EntryEdit(line) for line in lines]
        if edits:
            dataset = house.datasets.find(self.project, kind)
            house.datasets.editor.update(self.project, dataset, edits, ALICE.principal)

    def steps(self):
        request = {"ProjectArn": str(self.project.arn)}
        answer = OPERATIONS["ListNextSteps"](self.house, ALICE, request)
        return [
            (step["Kind"], step["DatasetType"], step["Count"], *step["Labels"]) for step in answer["Steps"]
        ]


@pytest.fixture
def needs(house):
    return Needs(house)


def test_a_new_project_needs_pictures_and_then_labels(needs):
    assert needs.steps() == [("add-pictures", "train", 0)]
    needs.put([])
    assert needs.steps() == [("add-pictures", "train", 0)]
    needs.put([a_line(number) for number in range(3)])
    assert needs.steps() == [("label", "train", 3)]


def test_a_second_label_and_a_second_picture_of_each_are_asked_for(needs):
    needs.put([a_line("a", "cat"), a_line("b")])
    assert needs.steps() == [
        ("labels", "train", 1, "cat"),
        ("pictures", "train", 1, "cat"),
        ("label", "train", 1),
    ]
    needs.put([a_line("a", "cat"), a_line("b", "cat"), a_line("c", "dog")])
    assert needs.steps() == [("pictures", "train", 1, "dog")]
    needs.put([a_line("d", "dog")])
    assert needs.steps() == [("train", "train", 4)]


def test_labels_without_test_pictures_are_named(needs):
    needs.put([a_line(f"{label}{number}", label) for label in ("a", "b", "c", "d") for number in range(2)])
    needs.put([], "test")
    assert needs.steps() == [("add-pictures", "test", 0)]
    needs.put([a_line("ta", "a"), a_line("tb", "b"), a_line("tc", "c")], "test")
    assert needs.steps() == [("untested", "test", 1, "d"), ("train", "train", 8)]
    needs.put([a_line("tb", "a"), a_line("tc", "a")], "test")
    steps = needs.steps()
    assert ("untested", "test", 3, "b", "c", "d") in steps
    assert "train" not in [kind for kind, *_ in steps]


def test_what_is_wrong_and_what_is_unsure_is_counted(needs):
    needs.put([a_line("a", "cat"), a_line("b", "cat"), a_line("c", "dog"), a_line("d", "dog")])
    needs.put(
        [a_line("bad", "x" * 300), a_line("e", "dog", **{"source-ref-metadata": {"vedette-unsure": "yes"}})]
    )
    assert needs.steps() == [
        ("errors", "train", 1),
        ("unsure", "train", 1),
        ("train", "train", 4),
    ]


def test_entries_with_errors_make_no_training_ready(needs):
    needs.put([a_line("a", "cat"), a_line("b", "cat"), a_line("c", "dog")])
    needs.put([a_line("d", "dog")])
    ready = needs.steps()
    needs.put([a_line("bad", "x" * 300)])
    assert needs.steps() == [("errors", "train", 1), *ready]


def test_more_errors_than_a_training_puts_up_with_are_mended_first(needs):
    needs.put([a_line("a", "cat"), a_line("b", "cat"), a_line("c", "dog"), a_line("d", "dog"), a_line("e")])
    needs.put([a_line("bad", "x" * 300), a_line("worse", "y" * 300)])
    assert needs.steps() == [("errors", "train", 2), ("label", "train", 1)]
    needs.put([a_line("a", "cat"), a_line("b", "cat")], "test")
    needs.put([a_line(f"f{number}", "dog") for number in range(4)])
    needs.put([a_line("bad", "x" * 300)], "test")
    steps = needs.steps()
    assert steps[0] == ("errors", "test", 1), "the test pictures have a limit of their own"
    assert ("errors", "train", 2) in steps


def test_where_all_labelled_entries_have_errors_these_come_first(needs):
    needs.put([a_line("a"), a_line("bad", "x" * 300)])
    assert needs.steps() == [("errors", "train", 1), ("label", "train", 1)]


def test_lookout_asks_for_what_its_trainings_ask_for(house):
    needs = Needs(house, "lookoutvision")
    needs.put([an_anomaly_line(number, "normal") for number in range(15)])
    assert needs.steps() == [("normal", "train", 5), ("anomaly", "train", 10)]
    needs.put([an_anomaly_line(number, "normal") for number in range(15, 20)])
    needs.put([an_anomaly_line(f"x{number}", "anomaly") for number in range(10)])
    assert needs.steps() == [("train", "train", 30)]
    needs.put([an_anomaly_line(f"t{number}", "anomaly") for number in range(4)], "test")
    assert needs.steps() == [("normal", "test", 10), ("anomaly", "test", 6)]


@pytest.mark.parametrize(
    "lines",
    [
        [a_line("a", "cat")],
        [a_line("a", "cat"), a_line("b", "dog")],
        [a_line("a", "cat"), a_line("b", "dog"), a_line("c", "cat"), a_line("d", "dog"), a_line("e")],
        [a_box_line("a", "cat")],
        [a_box_line("a", "cat", "dog"), a_box_line("b", "cat"), a_box_line("c", "dog")],
        [*(a_line(number, "cat" if number % 2 else "dog") for number in range(8)), *BAD[:2]],
        [*(a_line(number, "cat" if number % 2 else "dog") for number in range(8)), *BAD],
        [a_line("a", "cat"), a_box_line("b", "bolt"), a_box_line("c", "bolt"), a_line("d", "bolt")],
    ],
)
def test_a_training_is_ready_exactly_where_its_own_checks_accept_it(needs, lines):
    """One truth: the manifest's checks over the lines, and the steps over the counts."""
    needs.put(lines)
    manifest = lambda: read_lines(io.BytesIO("\n".join(lines).encode()))  # noqa: E731
    accepted = assess(manifest, None, pictures=PictureProblems()).is_accepted
    assert (needs.steps()[-1][0] == "train") is accepted
