"""Drafts: guesses of the newest model, kept apart until they are accepted."""

import io

import numpy as np
import pytest
from PIL import Image

from doubles.houses import HERE, a_caller
from doubles.lines import a_line, a_ref
from doubles.studied import entry_id, put_facts
from doubles.trained import put_version_in
from vedette.api.own import OPERATIONS
from vedette.datasets.dataset import NewDataset
from vedette.datasets.editing import EntryEdit
from vedette.errors import Missing
from vedette.manifest.lines import read_line
from vedette.suggestions.drafts import DRAFTS

ALICE = a_caller("vedette")
RED, DARK = (250, 10, 10), (5, 5, 5)


def png(color, patch=None):
    pixels = np.full((32, 48, 3), color, np.uint8)
    if patch is not None:
        pixels[:16, :24] = patch
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


class Guessed:
    """A project with a tiny model and some pictures."""

    def __init__(self, house, tmp_path, task, pictures, service="rekognition"):
        self.house = house
        version = put_version_in(
            house.datasets._database,
            house.settings.data,
            service,
            "drafted",
            task,
            account=HERE,
            region=ALICE.region,
        )
        self.project = version.project
        house.blobs.make_bucket("pictures", account=HERE, region=ALICE.region)
        dataset = house.datasets.create(self.project, NewDataset("train", None, ALICE.principal, {}))
        for name, data in pictures.items():
            house.blobs.put("pictures", f"boards/{name}.png", data)
        self.put(dataset, [a_line(name) for name in pictures])
        self.dataset = house.datasets.find(self.project, "train")
        put_facts(house, self.dataset, list(pictures))

    def put(self, dataset, lines):
        edits = [EntryEdit(line) for line in lines]
        self.house.datasets.editor.update(self.project, dataset, edits, ALICE.principal)

    def call(self, operation, **request):
        request = {"ProjectArn": str(self.project.arn), "DatasetType": "train", **request}
        return OPERATIONS[operation](self.house, ALICE, request)

    def guess(self, **request):
        self.call("StartDrafts", **request)
        assert self.house.jobs.wait(60, DRAFTS)
        return self.call("ListDrafts", WithMasks=True)

    def undo(self, change):
        OPERATIONS["UndoChange"](
            self.house, ALICE, {"ProjectArn": str(self.project.arn), "ChangeId": change["ChangeId"]}
        )

    def verdicts(self):
        answer = self.call("ListEntries", MaxResults=100)
        lines = {entry["SourceRef"]: read_line(entry["Line"]) for entry in answer["Entries"]}
        judge = self.project.dialect.judge_line
        return {source: judge(line, strict=False) for source, line in lines.items()}


@pytest.fixture
def parts(house, tmp_path):
    return Guessed(house, tmp_path, "classification", {"a": png(RED), "b": png(DARK), "c": png(RED)})


def test_pictures_without_a_label_are_guessed_at_and_nothing_is_written(parts):
    answer = parts.guess()
    assert {key: answer[key] for key in ("Status", "Total", "Done", "Count")} == {
        "Status": "ready",
        "Total": 3,
        "Done": 3,
        "Count": 3,
    }
    labels = {draft["EntryId"]: draft["Labels"] for draft in answer["Drafts"]}
    assert labels == {entry_id("a"): ["red"], entry_id("b"): ["dark"], entry_id("c"): ["red"]}
    assert {verdict.labels for verdict in parts.verdicts().values()} == {()}


def test_accepted_drafts_become_labels_and_can_be_undone(parts):
    drafts = parts.guess()["Drafts"]
    change = parts.call("AcceptDrafts", EntryIds=[entry_id("a"), entry_id("b")])
    assert (change["Status"], change["Done"], change["Skipped"]) == ("done", 2, 0)
    assert {source: v.labels for source, v in parts.verdicts().items()} == {
        a_ref("a"): ("red",),
        a_ref("b"): ("dark",),
        a_ref("c"): (),
    }
    assert parts.call("ListDrafts")["Count"] == 1
    parts.undo(change)
    assert parts.call("ListDrafts")["Drafts"] == [
        {key: value for key, value in draft.items() if key != "Mask"} for draft in drafts
    ]


def test_only_drafts_that_are_sure_enough_are_counted_and_accepted(parts):
    drafts = parts.guess()["Drafts"]
    bound = sorted(draft["Confidence"] for draft in drafts)[1]
    sure = sum(draft["Confidence"] >= bound for draft in drafts)
    assert parts.call("ListDrafts", MinConfidence=bound)["Count"] == sure
    assert parts.call("AcceptDrafts", MinConfidence=bound)["Total"] == sure
    assert parts.call("AcceptDrafts", MinConfidence=1.0)["Total"] in (0, sure)


def test_what_was_labelled_by_hand_has_no_draft_any_more(parts):
    parts.guess()
    parts.put(parts.dataset, [a_line("a", "mine")])
    assert {draft["EntryId"] for draft in parts.call("ListDrafts")["Drafts"]} == {
        entry_id("b"),
        entry_id("c"),
    }
    assert parts.call("AcceptDrafts")["Done"] == 2
    assert parts.verdicts()[a_ref("a")].labels == ("mine",)


def test_discarded_drafts_are_gone_until_they_are_asked_for_again(parts):
    parts.guess()
    parts.call("DiscardDrafts", EntryIds=[entry_id("a")])
    assert parts.call("ListDrafts")["Count"] == 2
    parts.call("DiscardDrafts")
    assert parts.call("ListDrafts")["Count"] == 0
    assert parts.guess()["Count"] == 3


def test_accepting_without_drafts_changes_nothing(parts):
    assert parts.call("AcceptDrafts")["Total"] == 0


def test_boxes_are_guessed_where_they_are(house, tmp_path):
    place = Guessed(house, tmp_path, "detection", {"a": png(0, 255), "b": png(0)})
    drafts = {draft["EntryId"]: draft for draft in place.guess()["Drafts"]}
    (box,) = drafts[entry_id("a")]["Boxes"]
    assert (box["Label"], box["Left"], box["Top"]) == ("light", 0, 0)
    assert drafts[entry_id("b")]["Boxes"] == []
    place.call("AcceptDrafts", EntryIds=[entry_id("a")])
    ((label, accepted),) = place.verdicts()[a_ref("a")].boxes
    assert label == "light"
    assert accepted.width == pytest.approx(box["Width"], abs=1 / 48)


def test_masks_are_guessed_and_stored_when_they_are_accepted(house, tmp_path):
    rust = (255, 0, 0)
    place = Guessed(house, tmp_path, "segmentation", {"a": png(0, rust)}, "lookoutvision")
    (draft,) = place.guess()["Drafts"]
    assert draft["AnomalyClass"] == "anomaly"
    assert draft["Mask"].startswith(b"\x89PNG")
    change = place.call("AcceptDrafts")
    assert (change["Done"], change["Message"]) == (1, "")
    verdict = place.verdicts()[a_ref("a")]
    assert verdict.is_anomalous
    bucket, _, key = verdict.mask.ref.removeprefix("s3://").partition("/")
    assert house.blobs.read(bucket, key) == draft["Mask"]


def test_without_a_model_there_is_nothing_to_guess_with(house, tmp_path):
    place = Guessed(house, tmp_path, "classification", {"a": png(RED)})
    (version, *_), _ = house.versions.list(place.project)
    house.trainings.delete(version)
    with pytest.raises(Missing, match="no trained model"):
        place.call("StartDrafts")
    assert place.call("ListDrafts")["Status"] == "none"


def test_a_run_is_stopped_before_it_began_and_begun_anew(parts):
    parts.house.jobs.close()
    parts.call("StartDrafts")
    assert parts.call("StopDrafts")["Status"] == "cancelled"


def test_a_picture_that_is_gone_has_no_draft(parts):
    parts.house.blobs.delete("pictures", "boards/b.png")
    assert parts.guess()["Count"] == 2
