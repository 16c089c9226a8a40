"""Vedette's own operations on entries and labels, for projects of both services."""

import json

import pytest

from doubles.houses import ELSEWHERE, HERE, a_caller
from doubles.lines import a_box_line, a_line, a_ref, an_anomaly_line
from vedette.api.lookout import OPERATIONS as LOOKOUT
from vedette.api.own import OPERATIONS, translate
from vedette.api.own.queries import describe_summary, read_conditions
from vedette.api.rekognition import OPERATIONS as REKOGNITION
from vedette.datasets.asking import EntryFilter, SizeRange
from vedette.datasets.query_pages import SummaryEntry
from vedette.dialects.registry import DIALECTS
from vedette.errors import BadToken, Busy, Denied, Missing, Wrong
from vedette.manifest.lines import read_line

ALICE = a_caller("vedette")


@pytest.fixture
def call(house):
    return lambda operation, caller=ALICE, **request: OPERATIONS[operation](house, caller, request)


@pytest.fixture
def boards(house):
    """A Rekognition project with both datasets, empty."""
    caller = a_caller("rekognition")
    arn = REKOGNITION["CreateProject"](house, caller, {"ProjectName": "boards"})["ProjectArn"]
    for kind in ("TRAIN", "TEST"):
        REKOGNITION["CreateDataset"](house, caller, {"ProjectArn": arn, "DatasetType": kind})
    return arn


@pytest.fixture
def doors(house):
    """A Lookout project with a training dataset, empty."""
    caller = a_caller("lookoutvision")
    made = LOOKOUT["CreateProject"](house, caller, {"ProjectName": "doors"})["ProjectMetadata"]
    LOOKOUT["CreateDataset"](house, caller, {"ProjectName": "doors", "DatasetType": "train"})
    return made["ProjectArn"]


def listed(call, project, kind="train", **conditions):
    answer = call("ListEntries", ProjectArn=project, DatasetType=kind, **conditions)
    return {entry["SourceRef"]: entry for entry in answer["Entries"]}


def put(call, project, *lines, kind="train"):
    edits = [{"Line": line} for line in lines]
    return call("UpdateEntries", ProjectArn=project, DatasetType=kind, Edits=edits)["Entries"]


def test_what_was_put_is_listed_with_the_revision_that_the_answer_named(call, boards):
    edited = put(call, boards, a_line("a", "cat"), a_line("b"))
    entries = listed(call, boards)
    assert [(e["SourceRef"], e["Revision"]) for e in edited] == [
        (ref, entry["Revision"]) for ref, entry in entries.items()
    ]
    assert entries[a_ref("a")] == {
        "SourceRef": a_ref("a"),
        "Revision": edited[0]["Revision"],
        "Line": a_line("a", "cat"),
        "Labeled": True,
        "Problems": [],
    }
    assert entries[a_ref("b")]["Labeled"] is False


def test_the_problems_of_an_entry_are_told_in_sentences(call, boards):
    put(call, boards, a_line("a", "x" * 300))
    (problem, *_) = listed(call, boards)[a_ref("a")]["Problems"]
    assert (problem["Code"], problem["Attribute"]) == ("ERROR_INVALID_LABEL_NAME_LENGTH", "a0")


def test_pages_lead_through_all_entries_and_belong_to_their_filter(call, boards):
    put(call, boards, *[a_line(number, "cat" if number % 2 else "dog") for number in range(7)])
    first = call("ListEntries", ProjectArn=boards, DatasetType="train", Labels=["cat"], MaxResults=2)
    rest = call(
        "ListEntries", ProjectArn=boards, DatasetType="train", Labels=["cat"], NextToken=first["NextToken"]
    )
    refs = [entry["SourceRef"] for entry in first["Entries"] + rest["Entries"]]
    assert (refs, "NextToken" in rest) == ([a_ref(1), a_ref(3), a_ref(5)], False)
    with pytest.raises(BadToken):
        call("ListEntries", ProjectArn=boards, DatasetType="train", NextToken=first["NextToken"])


def test_a_stale_edit_is_a_conflict_that_names_the_picture(call, boards):
    put(call, boards, a_line("a", "cat"))
    edits = [{"Line": a_line("a", "dog"), "Revision": "0000000000000000"}]
    with pytest.raises(Busy) as refusal:
        call("UpdateEntries", ProjectArn=boards, DatasetType="train", Edits=edits)
    fault = translate(refusal.value)
    assert (fault.code, fault.status) == ("ConflictException", 409)
    assert a_ref("a") in fault.message


def test_entries_move_to_the_other_dataset_and_back(call, boards):
    put(call, boards, a_line("a", "cat"), a_line("b", "dog"))
    names = [{"SourceRef": a_ref("a")}]
    call("MoveEntries", ProjectArn=boards, DatasetType="train", Entries=names)
    assert (list(listed(call, boards)), list(listed(call, boards, "test"))) == ([a_ref("b")], [a_ref("a")])
    call("MoveEntries", ProjectArn=boards, DatasetType="test", Entries=names)
    assert list(listed(call, boards)) == [a_ref("b"), a_ref("a")]


def test_a_project_without_the_other_dataset_moves_nothing(call, doors):
    put(call, doors, an_anomaly_line("a", "normal"))
    with pytest.raises(Missing, match="no test dataset"):
        call("MoveEntries", ProjectArn=doors, DatasetType="train", Entries=[{"SourceRef": a_ref("a")}])
    assert list(listed(call, doors)) == [a_ref("a")]


def test_entries_of_lookout_are_filtered_by_class_and_removed(call, doors):
    put(call, doors, an_anomaly_line("a", "normal"), an_anomaly_line("b", "anomaly"))
    assert list(listed(call, doors, AnomalyClass="anomaly")) == [a_ref("b")]
    call("RemoveEntries", ProjectArn=doors, DatasetType="train", Entries=[{"SourceRef": a_ref("b")}])
    assert list(listed(call, doors)) == [a_ref("a")]


def test_label_settings_are_kept_for_the_project(call, boards):
    labels = [{"Name": "cat", "Color": "#ff00aa", "Key": "c"}, {"Name": "dog"}]
    told = call("UpdateLabelSettings", ProjectArn=boards, Labels=labels)
    assert told == {
        "Labels": [{"Name": "cat", "Color": "#FF00AA", "Key": "c"}, {"Name": "dog", "Color": "", "Key": ""}]
    }
    call("UpdateLabelSettings", ProjectArn=boards, Remove=["cat"])
    assert call("ListLabelSettings", ProjectArn=boards) == {"Labels": told["Labels"][1:]}


ON_DATASETS = sorted(name for name in OPERATIONS if name.endswith(("Entries", "LabelSettings")))


@pytest.mark.parametrize("operation", ON_DATASETS)
def test_nobody_of_another_account_or_region_gets_in(call, boards, operation):
    request = {
        "ProjectArn": boards,
        "DatasetType": "train",
        "Entries": [{"SourceRef": a_ref("a")}],
        "Edits": [{"Line": a_line("a")}],
    }
    with pytest.raises(Denied):
        call(operation, a_caller("vedette", account=ELSEWHERE), **request)
    with pytest.raises(Missing):
        call(operation, a_caller("vedette", region="us-west-2"), **request)


@pytest.mark.parametrize(
    "arn",
    [
        "not an arn",
        f"arn:aws:s3:eu-west-1:{HERE}:project/boards",
        f"arn:aws:rekognition:eu-west-1:{HERE}:project/boards/version/v1/123",
    ],
)
def test_what_is_no_project_is_refused_in_a_sentence(call, boards, arn):
    with pytest.raises(Wrong):
        call("ListLabelSettings", ProjectArn=arn)


def query(call, project, **request):
    return call("QueryEntries", ProjectArn=project, DatasetType="train", **request)


def test_a_gallery_is_shown_names_labels_and_what_is_drawn_over_pictures(call, boards):
    line = a_box_line("b", "bolt", box=(64, 48, 320, 96))
    edited = put(call, boards, a_line("a", "cat"), line)
    answer = query(call, boards, SortBy="name", Descending=True, MaxResults=1, WithLines=True)
    (entry,) = answer["Entries"]
    assert {name: answer[name] for name in ("Total", "Offset", "IsStale", "IsPending")} == {
        "Total": 2,
        "Offset": 0,
        "IsStale": False,
        "IsPending": True,
    }
    assert {
        name: entry[name] for name in ("Name", "Revision", "Labels", "Boxes", "Line", "PictureState")
    } == {
        "Name": "boards/b.png",
        "Revision": edited[1]["Revision"],
        "Labels": ["bolt"],
        "Boxes": [{"Label": "bolt", "Left": 0.1, "Top": 0.1, "Width": 0.5, "Height": 0.2}],
        "Line": line,
        "PictureState": "pending",
    }


@pytest.mark.parametrize(("sides", "fits"), [((640, 480), True), ((480, 640), False), ((500, 500), None)])
def test_boxes_say_whether_they_were_drawn_on_the_picture_as_it_is_seen(sides, fits):
    line = a_box_line("b", "bolt", box=(64, 48, 320, 96))
    flags = {"is_labelled": True, "is_unsure": False, "is_anomalous": None}
    facts = {"flaws": (), "created_ms": 0, "picture_state": "sound", "bytes": 9}
    sizes = dict(zip(("width", "height"), sides, strict=True))
    entry = SummaryEntry(0, "id", a_ref("b"), line, ["bolt"], **flags, **facts, **sizes)
    summary = describe_summary(entry, DIALECTS["rekognition"])
    assert (summary["Width"], summary["Height"], summary.get("BoxesFitUpright")) == (*sides, fits)


def test_a_page_is_asked_for_around_an_entry_and_by_its_snapshot(call, boards):
    put(call, boards, *[a_line(number) for number in range(5)])
    answer = query(call, boards)
    call("RemoveEntries", ProjectArn=boards, DatasetType="train", Entries=[{"SourceRef": a_ref(1)}])
    terms = {"Snapshot": answer["Snapshot"], "AroundEntryId": answer["Entries"][2]["Id"], "MaxResults": 3}
    around = query(call, boards, **terms)
    assert (around["Offset"], around["IsStale"], around["Entries"][0]) == (1, True, {"IsRemoved": True})
    assert around["Entries"][1]["Id"] == answer["Entries"][2]["Id"]


def test_entries_of_lookout_say_their_class(call, doors):
    put(call, doors, an_anomaly_line("a", "normal"), an_anomaly_line("b", "anomaly"))
    answer = query(call, doors, Filter={"AnomalyClass": "anomaly"})
    assert [(entry["Name"], entry["AnomalyClass"]) for entry in answer["Entries"]] == [
        ("boards/b.png", "anomaly")
    ]
    counts = call("CountEntries", ProjectArn=doors, DatasetType="train")
    assert (counts["Total"], counts["Normal"], counts["Anomaly"], counts["Labels"]) == (2, 1, 1, [])


def test_entries_are_asked_for_by_their_pictures(call, boards):
    put(call, boards, a_line("a"), a_line("b"))
    answer = query(call, boards, Filter={"SourceRefs": [a_ref("b"), a_ref("absent")]})
    assert [entry["SourceRef"] for entry in answer["Entries"]] == [a_ref("b")]


def test_entries_are_counted_by_label(call, boards):
    put(call, boards, a_line("a", "cat"), a_line("b", "cat", "dog"), a_line("c"))
    counts = call("CountEntries", ProjectArn=boards, DatasetType="train", Filter={"Labels": ["dog"]})
    assert (counts["Total"], counts["Labels"]) == (
        1,
        [{"Name": "cat", "Pictures": 1, "Boxed": 0}, {"Name": "dog", "Pictures": 1, "Boxed": 0}],
    )


def counted(call, project, *names, **conditions):
    answer = call("CountEntries", ProjectArn=project, DatasetType="train", Filter=conditions)
    return tuple(answer[name] for name in names)


def mark(call, project, *names, is_unsure=True):
    call(
        "ChangeEntries",
        ProjectArn=project,
        DatasetType="train",
        Filter={"SourceRefs": [a_ref(name) for name in names]},
        Change={"Kind": "label", "Unsure": is_unsure},
    )


def test_pictures_are_marked_as_unsure_counted_found_and_settled_again(call, boards):
    put(call, boards, a_line("a", "cat"), a_line("b", "dog"), a_line("c"))
    before = listed(call, boards)
    mark(call, boards, "a", "c")
    assert counted(call, boards, "Total", "Labeled", "Unsure", "Labels") == (
        3,
        1,
        2,
        [{"Name": "dog", "Pictures": 1, "Boxed": 0}],
    )
    assert counted(call, boards, "Total", Labeled=False, Unsure=False) == (0,)
    answer = call("QueryEntries", ProjectArn=boards, DatasetType="train", Filter={"Unsure": True})
    described = [
        (entry["SourceRef"], entry["Labeled"], entry["Labels"], entry["UnsureLabels"])
        for entry in answer["Entries"]
    ]
    assert described == [(a_ref("a"), False, [], ["cat"]), (a_ref("c"), False, [], [])]
    mark(call, boards, "a", "c", is_unsure=False)
    assert counted(call, boards, "Labeled", "Unsure") == (2, 0)
    lines = {ref: read_line(entry["Line"]).values for ref, entry in listed(call, boards).items()}
    assert lines == {ref: read_line(entry["Line"]).values for ref, entry in before.items()}


def test_a_label_for_sure_settles_a_picture(call, boards):
    put(call, boards, a_line("a", "cat"))
    mark(call, boards, "a")
    change = {"Kind": "label", "ClearLabels": True, "AddLabels": ["cat"]}
    call("ChangeEntries", ProjectArn=boards, DatasetType="train", Filter={}, Change=change)
    assert counted(call, boards, "Labeled", "Unsure") == (1, 0)


def test_the_mark_goes_through_the_services_own_operations_and_back(call, house, boards):
    """As a program does that lists a dataset's lines, changes something and puts them back."""
    caller = a_caller("rekognition")
    put(call, boards, a_line("a", "cat"))
    mark(call, boards, "a")
    (description,) = REKOGNITION["DescribeProjects"](house, caller, {"ProjectNames": ["boards"]})[
        "ProjectDescriptions"
    ]
    arn = next(one["DatasetArn"] for one in description["Datasets"] if one["DatasetType"] == "TRAIN")
    listing = REKOGNITION["ListDatasetEntries"](house, caller, {"DatasetArn": arn})
    (text,) = listing["DatasetEntries"]
    values = json.loads(text)
    assert values["source-ref-metadata"] == {"vedette-unsure": "yes"}
    assert values["cl-metadata"] == {"is_labeled": False}
    update = {"GroundTruth": (text + "\n" + a_line("b", "dog")).encode()}
    REKOGNITION["UpdateDatasetEntries"](house, caller, {"DatasetArn": arn, "Changes": update})
    assert house.jobs.wait(20)
    assert counted(call, boards, "Total", "Labeled", "Unsure") == (2, 1, 1)
    REKOGNITION["UpdateDatasetEntries"](
        house, caller, {"DatasetArn": arn, "Changes": {"GroundTruth": a_line("a", "cat").encode()}}
    )
    assert house.jobs.wait(20)
    assert counted(call, boards, "Labeled", "Unsure") == (2, 0)


def test_the_mark_stays_where_entries_are_moved_and_where_a_change_is_undone(call, boards):
    put(call, boards, a_line("a", "cat"))
    mark(call, boards, "a")
    call("MoveEntries", ProjectArn=boards, DatasetType="train", Entries=[{"SourceRef": a_ref("a")}])
    answer = call("CountEntries", ProjectArn=boards, DatasetType="test")
    assert (answer["Total"], answer["Unsure"]) == (1, 1)
    everything = {"ProjectArn": boards, "DatasetType": "test", "Filter": {}}
    change = call("ChangeEntries", **everything, Change={"Kind": "label", "AddLabels": ["dog"]})
    assert call("CountEntries", ProjectArn=boards, DatasetType="test")["Unsure"] == 0
    call("UndoChange", ProjectArn=boards, ChangeId=change["ChangeId"])
    assert call("CountEntries", ProjectArn=boards, DatasetType="test")["Unsure"] == 1


def test_each_condition_of_a_gallery_is_understood():
    sizes = {"LeastSide": 1, "MostSide": 2, "LeastBytes": 3, "MostBytes": 4}
    marks = {"HasTwin": True, "IsShared": True, "HasBoxes": False, "Unsure": True}
    named = {"WithoutLabels": ["b", "a", "b"], "PictureStates": ["ok"], "EntryIds": ["2", "1"]}
    assert read_conditions({"Filter": sizes | marks | named}) == EntryFilter(
        without_labels=("a", "b"),
        size=SizeRange(least_side=1, most_side=2, least_bytes=3, most_bytes=4),
        picture_states=("ok",),
        has_twin=True,
        is_shared=True,
        has_boxes=False,
        is_unsure=True,
        ids=("1", "2"),
    )
    assert read_conditions({}) == EntryFilter()
