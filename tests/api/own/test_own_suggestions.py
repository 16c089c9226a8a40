"""What to do next with a dataset: over the handlers, with features put there and with real ones."""

import io

import pytest
from sqlalchemy import select

from doubles.houses import HERE, a_caller
from doubles.lines import a_box_line, a_line, a_ref, an_anomaly_line
from doubles.pools import PoolHere
from doubles.studied import entry_id, put_facts, put_features, study
from vedette.api.own import OPERATIONS
from vedette.datasets.dataset import NewDataset
from vedette.datasets.editing import EntryEdit, EntryName
from vedette.errors import Missing, Wrong
from vedette.pictures.pictures import DatasetPictures, PictureStores
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject
from vedette.suggestions.suggestions import STUDIES
from vedette.suggestions.tables import dismissals
from vedette.vision.drawn_sets import draw_set

ALICE = a_caller("vedette")
# Twelve cats, twelve dogs, of which one is called a cat, and six pictures without a label.
LOOKS = {f"cat{n}": 0 for n in range(12)} | {f"dog{n}": 1 for n in range(12)}
# The box that every line of boxes has, in shares.
BOX = (10 / 640, 20 / 480, 30 / 640, 40 / 480)
OPEN = {f"open{n}": 0 if n < 4 else 2 for n in range(6)}


class Place:
    """One project with a training dataset."""

    def __init__(self, house, service="rekognition"):
        self.house = house
        scope = Scope(service, HERE, ALICE.region)
        self.project = house.projects.create(scope, NewProject("animals"))
        self.arn = str(self.project.arn)
        self.dataset = house.datasets.create(self.project, NewDataset("train", None, ALICE.principal, {}))

    def put(self, lines, looks=None):
        self.house.datasets.editor.update(
            self.project, self.dataset, [EntryEdit(line) for line in lines], ALICE.principal
        )
        self.dataset = self.house.datasets.find(self.project, "train")
        if looks is not None:
            put_facts(self.house, self.dataset, list(looks))
            put_features(self.house, self.project, looks)

    def call(self, operation, **request):
        request = {"ProjectArn": self.arn, "DatasetType": "train", **request}
        return OPERATIONS[operation](self.house, ALICE, request)

    def study(self, **request):
        self.call("StartSuggestions")
        study(self.house)
        return self.call("ListSuggestions", MaxResults=100, **request)


@pytest.fixture
def place(house):
    return Place(house)


@pytest.fixture
def animals(place):
    lines = [a_line(name, "cat" if name == "dog5" else name[:3]) for name in LOOKS]
    place.put([*lines, *(a_line(name) for name in OPEN)], LOOKS | OPEN)
    return place


def of_kind(answer, kind):
    return [item for item in answer["Suggestions"] if item["Kind"] == kind]


def test_a_label_that_its_neighbours_contradict_is_suggested_with_theirs(animals):
    answer = animals.study()
    assert {key: answer[key] for key in ("Status", "IsStale", "LookedAt", "Of")} == {
        "Status": "ready",
        "IsStale": False,
        "LookedAt": 30,
        "Of": 30,
    }
    (wrong,) = of_kind(answer, "mislabelled")
    assert (wrong["Entry"]["SourceRef"], wrong["Label"], wrong["SuggestedLabel"]) == (
        a_ref("dog5"),
        "cat",
        "dog",
    )
    assert wrong["Strength"] > 0.5
    assert [entry["Labels"] for entry in wrong["Like"]] == [["dog"]] * 3


def test_unlabelled_pictures_come_in_the_order_in_which_they_teach(animals):
    teach = of_kind(animals.study(), "teach")
    # What is unlike anything labelled comes first, and each unlabelled picture once.
    assert teach[0]["Entry"]["SourceRef"] in {a_ref("open4"), a_ref("open5")}
    assert {item["Entry"]["Id"] for item in teach} == {entry_id(name) for name in OPEN}
    assert sum(item["StandsFor"] for item in teach) == 6


def test_what_was_changed_since_is_left_out_and_the_rest_is_out_of_date(animals):
    animals.study()
    animals.house.datasets.editor.update(
        animals.project, animals.dataset, [EntryEdit(a_line("dog5", "dog"))], ALICE.principal
    )
    answer = animals.call("ListSuggestions", Kinds=["mislabelled", "teach"])
    assert answer["IsStale"]
    assert [item["Kind"] for item in answer["Suggestions"]] == ["teach"] * 6
    assert not animals.study()["IsStale"]


def test_removed_entries_are_left_out(animals):
    animals.study()
    animals.house.datasets.editor.remove(
        animals.dataset, [EntryName(a_ref("dog5")), EntryName(a_ref("open1"))], ALICE.principal
    )
    answer = animals.call("ListSuggestions", Kinds=["mislabelled", "teach"])
    assert len(answer["Suggestions"]) == 5


def test_before_the_first_study_only_what_is_known_anyway_is_said(place):
    place.put([a_line("a", "cat")])
    answer = place.call("ListSuggestions")
    assert (answer["Status"], answer["Suggestions"]) == ("none", [])


def test_of_an_empty_dataset_nothing_is_said(place):
    answer = place.study()
    assert (answer["Status"], answer["LookedAt"], answer["Suggestions"]) == ("ready", 0, [])


def test_no_more_than_a_sample_is_looked_at_and_that_is_said(animals):
    tools = animals.house.suggestions._tools
    object.__setattr__(tools, "most", 10)
    answer = animals.study()
    assert (answer["LookedAt"], answer["Of"]) == (16, 30)


def test_boxes_with_the_wrong_name_are_found_among_boxes(place):
    names = [f"board{n}" for n in range(24)]
    truth = ["bolt" if n % 2 else "nut" for n in range(24)]
    called = [*truth[:4], "bolt", *truth[5:]]
    place.put([a_box_line(name, label) for name, label in zip(names, called, strict=True)])
    put_facts(place.house, place.dataset, names)
    put_features(
        place.house, place.project, dict.fromkeys(names, 0), boxes=(BOX, dict(zip(names, truth, strict=True)))
    )
    (wrong,) = of_kind(place.study(), "boxes")
    assert (wrong["Entry"]["SourceRef"], wrong["BoxNumber"]) == (a_ref("board4"), 0)
    assert (wrong["Label"], wrong["SuggestedLabel"]) == ("bolt", "nut")


def test_normal_and_anomalous_pictures_are_two_labels(house):
    place = Place(house, "lookoutvision")
    lines = [
        an_anomaly_line(name, "anomaly" if name.startswith("dog") or name == "cat3" else "normal")
        for name in LOOKS
    ]
    place.put(lines, LOOKS)
    (wrong,) = of_kind(place.study(), "mislabelled")
    assert (wrong["Entry"]["SourceRef"], wrong["Label"], wrong["SuggestedLabel"]) == (
        a_ref("cat3"),
        "anomaly",
        "normal",
    )


def test_a_study_that_is_stopped_says_so_and_can_be_begun_again(animals):
    animals.house.jobs.close()
    animals.call("StartSuggestions")
    assert animals.call("ListSuggestions")["Status"] == "running"
    assert animals.call("StopSuggestions")["Status"] == "cancelled"


def test_a_study_goes_with_its_dataset(animals):
    animals.study()
    animals.house.datasets.delete(animals.project, animals.dataset)
    with pytest.raises(Missing):
        animals.call("ListSuggestions")
    animals.house.suggestions.start()
    assert not animals.house.suggestions.store(animals.project).exists()


@pytest.mark.slow
def test_real_pictures_are_looked_at_by_who_named_them_and_once(house, tmp_path):
    stores = PictureStores(house.datasets._database, house.datasets, house.blobs)
    pictures = DatasetPictures(stores, PoolHere(), tmp_path / "looks")
    pictures.start()
    house.blobs.make_bucket("pictures", account=HERE, region=ALICE.region)
    place = Place(house)
    lines = []
    for number, drawn in enumerate(draw_set("classification", 30, seed=3)):
        file = io.BytesIO()
        drawn.image.save(file, "PNG")
        house.blobs.put("pictures", f"boards/{number}.png", file.getvalue())
        wrong = {"bolt": "nut", "nut": "washer", "washer": "bolt"}
        label = wrong[drawn.labels[0]] if number == 7 else drawn.labels[0]
        lines.append(a_line(number, label))
    house.blobs.put("pictures", "boards/30.png", b"no picture")
    place.put([*lines, a_line(30, "bolt")])
    assert pictures.wait(60)
    pictures.close()
    answer = place.study()
    (wrong,) = of_kind(answer, "mislabelled")
    assert wrong["Entry"]["SourceRef"] == a_ref(7)
    assert [item["Entry"]["SourceRef"] for item in of_kind(answer, "broken")] == [a_ref(30)]
    # Nothing is read for the second study.
    for number in range(30):
        house.blobs.delete("pictures", f"boards/{number}.png")
    assert len(of_kind(place.study(), "mislabelled")) == 1


def keys(*items):
    return [
        {"Kind": item["Kind"], "EntryId": item["Entry"]["Id"]}
        | ({"BoxNumber": item["BoxNumber"]} if "BoxNumber" in item else {})
        for item in items
    ]


def test_a_dismissed_label_stays_dismissed_over_new_studies_until_it_changes(animals):
    (wrong,) = of_kind(animals.study(), "mislabelled")
    animals.call("DismissSuggestions", Suggestions=keys(wrong))
    assert of_kind(animals.call("ListSuggestions"), "mislabelled") == []
    animals.put([a_line("more", "cat")])
    assert of_kind(animals.study(), "mislabelled") == []
    animals.put([a_line("dog5", "dog")])
    assert animals.call("ListDismissedSuggestions")["Total"] == 0
    animals.put([a_line("dog5", "cat", **{"source-ref-metadata": {"seen": "again"}})])
    assert of_kind(animals.study(), "mislabelled") == []
    animals.put([a_line("dog5", "cat", "old")])
    assert [item["Entry"]["SourceRef"] for item in of_kind(animals.study(), "mislabelled")] == [a_ref("dog5")]


def test_what_is_dismissed_is_listed_with_its_reason_and_taken_back(animals):
    (wrong,) = of_kind(animals.study(), "mislabelled")
    animals.call("DismissSuggestions", Suggestions=keys(wrong))
    animals.call("DismissSuggestions", Suggestions=keys(wrong))
    answer = animals.call("ListDismissedSuggestions")
    (item,) = answer["Suggestions"]
    assert (answer["Total"], item["Kind"], item["Label"], item["SuggestedLabel"], item["DismissedBy"]) == (
        1,
        "mislabelled",
        "cat",
        "dog",
        ALICE.principal.name,
    )
    assert item["Entry"]["SourceRef"] == a_ref("dog5")
    animals.call("RestoreSuggestions", Suggestions=keys(item))
    assert animals.call("ListDismissedSuggestions") == {"Total": 0, "Suggestions": []}
    assert len(of_kind(animals.call("ListSuggestions"), "mislabelled")) == 1


def test_two_pictures_alike_may_stay_in_both_datasets(animals):
    house, caller = animals.house, ALICE.principal
    test = house.datasets.create(animals.project, NewDataset("test", None, caller, {}))
    house.datasets.editor.update(animals.project, test, [EntryEdit(a_line("copy", "cat"))], caller)
    test = house.datasets.find(animals.project, "test")
    put_facts(house, test, ["cat0"])
    (shared,) = of_kind(animals.call("ListSuggestions"), "shared")
    animals.call("DismissSuggestions", Suggestions=keys(shared))
    assert of_kind(animals.call("ListSuggestions"), "shared") == []
    # Another label makes the pictures no less alike; in the other dataset nobody has said so.
    animals.put([a_line("cat0", "tom")])
    assert of_kind(animals.call("ListSuggestions"), "shared") == []
    assert len(of_kind(animals.call("ListSuggestions", DatasetType="test"), "shared")) == 1


def test_a_dismissed_box_is_known_by_what_it_is_and_not_by_its_number(place):
    names = [f"board{n}" for n in range(24)]
    truth = ["bolt" if n % 2 else "nut" for n in range(24)]
    called = [*truth[:4], "bolt", *truth[5:]]
    place.put([a_box_line(name, label) for name, label in zip(names, called, strict=True)])
    put_facts(place.house, place.dataset, names)
    put_features(
        place.house, place.project, dict.fromkeys(names, 0), boxes=(BOX, dict(zip(names, truth, strict=True)))
    )
    (wrong,) = of_kind(place.study(), "boxes")
    place.call("DismissSuggestions", Suggestions=keys(wrong))
    assert of_kind(place.study(), "boxes") == []
    (item,) = place.call("ListDismissedSuggestions")["Suggestions"]
    assert (item["BoxNumber"], item["Label"], item["SuggestedLabel"]) == (0, "bolt", "nut")
    place.call("RestoreSuggestions", Suggestions=keys(item))
    assert len(of_kind(place.study(), "boxes")) == 1


def test_what_is_not_there_cannot_be_dismissed(animals):
    with pytest.raises(Missing):
        animals.call("DismissSuggestions", Suggestions=[{"Kind": "odd", "EntryId": "0" * 32}])
    with pytest.raises(Wrong, match="has no box 3"):
        animals.call(
            "DismissSuggestions",
            Suggestions=[{"Kind": "boxes", "EntryId": entry_id("cat0"), "BoxNumber": 3}],
        )
    assert animals.call("ListDismissedSuggestions")["Total"] == 0


def test_dismissals_go_with_their_dataset(animals):
    (wrong,) = of_kind(animals.study(), "mislabelled")
    animals.call("DismissSuggestions", Suggestions=keys(wrong))
    animals.house.datasets.delete(animals.project, animals.dataset)
    with animals.house.datasets._database.read() as connection:
        assert connection.execute(select(dismissals)).all() == []


def test_pictures_that_nobody_could_tell_are_neither_patterns_nor_lessons(animals):
    animals.call(
        "ChangeEntries",
        Filter={"SourceRefs": [a_ref("open4"), a_ref("open5"), a_ref("dog5")]},
        Change={"Kind": "label", "Unsure": True},
    )
    answer = animals.study()
    names = {item["Entry"]["SourceRef"] for item in of_kind(answer, "teach")}
    assert names == {a_ref(f"open{number}") for number in range(4)}
    assert (answer["LookedAt"], of_kind(answer, "mislabelled")) == (27, [])


def test_pictures_that_came_a_moment_ago_are_waited_for(place):
    lines = [a_line(name, "cat" if name == "dog5" else name[:3]) for name in LOOKS]
    place.put(lines)
    put_features(place.house, place.project, LOOKS)
    place.call("StartSuggestions")
    assert not place.house.jobs.wait(0.6, STUDIES)
    put_facts(place.house, place.dataset, list(LOOKS))
    study(place.house)
    answer = place.call("ListSuggestions")
    assert (answer["LookedAt"], len(of_kind(answer, "mislabelled"))) == (24, 1)


def test_the_next_picture_that_looks_different_is_unlabelled_and_far_from_recent_ones(place):
    assert place.call("FindDifferent") == {}
    lines = [a_line(name, name[:3]) for name in LOOKS] + [a_line(name) for name in OPEN]
    place.put(lines, LOOKS | OPEN)
    recent = [entry_id(f"open{number}") for number in range(2)]
    far = place.call("FindDifferent", RecentEntryIds=recent)["Entry"]
    assert far["SourceRef"] in {a_ref("open4"), a_ref("open5")}
    # What was passed by does not come again, and what is labelled comes last.
    passed = [far["Id"]]
    for _ in range(3):
        entry = place.call("FindDifferent", RecentEntryIds=recent, PassedEntryIds=passed)["Entry"]
        passed.append(entry["Id"])
    assert set(passed) == {entry_id(f"open{number}") for number in range(2, 6)}
    labelled = place.call("FindDifferent", RecentEntryIds=recent, PassedEntryIds=passed)["Entry"]
    assert "/dog" in labelled["SourceRef"]


def test_a_server_studies_one_dataset_at_a_time():
    """A study takes what memory a training has left."""
    assert STUDIES.concurrency == 1
