"""A feedback loop over the house's own operations, from pictures in a bucket to a name that has moved.

The training alone is put there instead of run, which takes its minutes in tests/journeys.
"""

import json
import time
from dataclasses import asdict, replace
from hashlib import sha256

import numpy as np
import pytest

from doubles.evaluated import evaluation_of, labelled, put_evaluated
from doubles.houses import ELSEWHERE, HERE, a_caller
from doubles.tried import a_png
from vedette.api.own import OPERATIONS, LoopOperations
from vedette.datasets.dataset import Filter, NewDataset
from vedette.datasets.editing import EntryEdit, revision_of
from vedette.errors import Missing, Refusal, Wrong
from vedette.evaluation.document import write_evaluation
from vedette.identity.identity import CACHE_S
from vedette.identity.principal import root_of
from vedette.loops.port import LoopFailed
from vedette.loops.running import LOOPS
from vedette.manifest.attributes import Stamp
from vedette.manifest.classification import write_labels
from vedette.manifest.lines import change_line, read_line
from vedette.manifest.places import split_s3
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject
from vedette.projects.version_states import NewVersion
from vedette.rounds.handback import HAND_BACKS
from vedette.training.backbones import BackboneCard
from vedette.trials.running import TRIALS

BUCKET = "line-pictures"
ROOT = replace(a_caller("vedette"), principal=root_of(HERE))
HALF = {"red": 0.5, "dark": 0.5}


def multilabel(right):
    """The evaluation of twelve test pictures, of which so many are judged rightly."""
    scores = [(0.9, 0.1)] * right + [(0.1, 0.1)] * (12 - right)
    return write_evaluation(evaluation_of("multilabel", labelled([("red",)] * 12, scores), thresholds=HALF))


class PutTraining(LoopOperations):
    """The steps as they are, but a training is a version that is put there."""

    right = 12

    def order(self, loop, context):
        project = self._finder.project(loop)
        version = put_evaluated(
            self._house, project, "multilabel", multilabel(self.right), name=loop.facts["new_name"]
        )
        return {"new": version.id}


class QuickChoice(PutTraining):
    """Chooses the most doubtful as they come, without the process that looks at what differs."""

    def choose(self, loop, context):
        project = self._finder.project(loop)
        places = self._places(loop, project, self._finder.trial(loop))
        chosen = list(places.items())[: loop.wish.most]
        return {
            "chosen": [
                (source, side or self._side_of(project, loop, source), doubt)
                for source, (doubt, side) in chosen
            ]
        }

    def _side_of(self, project, loop, source):
        body = self._house.blobs.read(*split_s3(source))
        return self._side(project, loop, sha256(body).hexdigest())


class LoopPlace:
    """A project with a version, two datasets, and a folder of pictures."""

    def __init__(self, house):
        self.house = house
        self.project = house.projects.create(Scope("rekognition", HERE, ROOT.region), NewProject("line"))
        self.arn = str(self.project.arn)
        self.version = put_evaluated(house, self.project, "multilabel", multilabel(2), name="v1")
        house.blobs.make_bucket(BUCKET, account=HERE, region=ROOT.region)
        for kind in ("train", "test"):
            house.datasets.create(self.project, NewDataset(kind, None, ROOT.principal, {}))
        house.loops.tools.hand_over(PutTraining(house.loops.tools.actor._inner))

    def put(self, name, color):
        body = a_png(color)
        self.house.blobs.put(BUCKET, name, body)
        return body

    def call(self, operation, caller=ROOT, **request):
        return OPERATIONS[operation](self.house, caller, {"ProjectArn": self.arn, **request})

    def lines(self, kind):
        dataset = self.house.datasets.find(self.project, kind)
        entries, _ = self.house.datasets.contents.page(dataset, Filter(), most=1000)
        return [entry.line for entry in entries]

    def start(self, **members):
        members = {"LoopName": "monday", "VersionName": "v1", "Address": f"s3://{BUCKET}/in/", **members}
        return self.settled(self.call("StartLoop", **members)["Loop"]["LoopId"])

    def up_to(self, step, **members):
        """Return a loop whose pictures are labelled, at the step that a word leads to."""
        self.call("SetAlias", ModelArn=str(self.version.arn), AliasName="line-3")
        loop = self.label(self.start(AliasName="line-3", **members), "red")
        while loop["Step"] != step:
            loop = self.go_on(loop)
        return loop

    def go_on(self, loop):
        """Give the word, and return the loop once nothing works on it any more."""
        return self.settled(self.call("ContinueLoop", LoopId=loop["LoopId"])["Loop"]["LoopId"])

    def settled(self, loop):
        """Return the loop once nothing works on it any more."""
        for _ in range(3):
            assert self.house.jobs.wait(60, LOOPS, TRIALS)
            self.house.clock.move(seconds=10)
            self.house.jobs.beat()
        assert self.house.jobs.wait(60, LOOPS, TRIALS)
        return self.call("DescribeLoop", LoopId=loop)["Loop"]

    def label(self, loop, *labels):
        """Label every picture of the loop's rounds in the datasets, and end the rounds."""
        for kind in ("train", "test"):
            dataset = self.house.datasets.find(self.project, kind)
            edits = [EntryEdit(self._labelled(line, labels), revision_of(line)) for line in self.lines(kind)]
            if edits:
                self.house.datasets.editor.update(self.project, dataset, edits, ROOT.principal)
        for number in loop["RoundIds"]:
            self.call("CancelRound", RoundId=number)
        assert self.house.jobs.wait(30, HAND_BACKS)
        return self.settled(loop["LoopId"])

    def _labelled(self, line, labels):
        return change_line(read_line(line), write_labels(labels, stamp=Stamp(job="labeling-job/mine"))).text


@pytest.fixture
def place(house):
    made = LoopPlace(house)
    made.bodies = {}
    chance = np.random.default_rng(17)
    for number in range(12):
        name = f"in/{number:02}.png"
        made.bodies[f"s3://{BUCKET}/{name}"] = made.put(
            name, tuple(int(part) for part in chance.integers(0, 255, 3))
        )
    house.jobs.start()
    yield made
    house.jobs.close()


@pytest.fixture
def quick(place):
    tools = place.house.loops.tools
    tools.hand_over(QuickChoice(tools.actor._inner))
    return place


def test_a_loop_from_pictures_to_a_name_that_has_moved(place):
    place.call("SetAlias", ModelArn=str(place.version.arn), AliasName="line-3")
    loop = place.start(AliasName="line-3", VersionName="v1", MaxPictures=8, TestShare=0.4)
    assert (loop["Status"], loop["Step"], loop["LookedAt"]) == ("running", "label", 12), loop
    assert len(loop["Pictures"]) == 8
    assert "waits to be assigned to people" in loop["Message"]
    sides = {picture["SourceRef"]: picture["DatasetType"] for picture in loop["Pictures"]}
    for source, side in sides.items():
        share = int(sha256(place.bodies[source]).hexdigest()[:12], 16) / 16**12
        assert side == ("test" if share < 0.4 else "train")
    for kind in ("train", "test"):
        assert {json.loads(line)["source-ref"] for line in place.lines(kind)} == {
            source for source, side in sides.items() if side == kind
        }
    loop = place.label(loop, "red")
    assert (loop["Step"], loop["NeedsConfirmation"], loop["Labeled"]) == ("train", True, 8)
    loop = place.settled(place.call("ContinueLoop", LoopId=loop["LoopId"])["Loop"]["LoopId"])
    assert (loop["Step"], loop["Verdict"], loop["NewCorrect"], loop["OldCorrect"]) == (
        "move",
        "better",
        12,
        2,
    )
    assert place.call("ListAliases")["Aliases"][0]["VersionName"] == "v1"
    loop = place.settled(place.call("ContinueLoop", LoopId=loop["LoopId"])["Loop"]["LoopId"])
    assert (loop["Status"], loop["NewVersionName"]) == ("done", "monday")
    alias = place.call("DescribeAlias", AliasName="line-3")
    assert (alias["Alias"]["VersionName"], alias["RollbackVersion"]) == ("monday", "v1")
    assert place.call("RollBackAlias", AliasName="line-3")["Alias"]["VersionName"] == "v1"


def test_a_second_loop_puts_a_copy_of_a_picture_on_the_same_side_and_asks_for_none_twice(place):
    loop = place.start(MaxPictures=12, TestShare=0.5, Automatic=True)
    sides = {picture["SourceRef"]: picture["DatasetType"] for picture in loop["Pictures"]}
    assert set(sides.values()) == {"train", "test"}
    assert place.label(loop, "red")["Status"] == "done"
    again = place.start(LoopName="tuesday")
    assert (again["Status"], again["Message"]) == ("done", "No picture was left to label.")
    for source, body in place.bodies.items():
        place.house.blobs.put(BUCKET, source.rpartition("/")[2].join(("copies/", "")), body)
    third = place.start(LoopName="copies", Address=f"s3://{BUCKET}/copies/", TestShare=0.5, MaxPictures=12)
    for picture in third["Pictures"]:
        origin = picture["SourceRef"].replace("/copies/", "/in/")
        assert picture["DatasetType"] == sides[origin]


def test_exact_copies_are_asked_about_once_and_broken_pictures_not_at_all(place):
    for name in ("x", "y", "z"):
        place.put(f"same/{name}.png", (9, 200, 9))
    place.house.blobs.put(BUCKET, "same/broken.png", b"no picture")
    loop = place.start(Address=f"s3://{BUCKET}/same/")
    assert (loop["LookedAt"], len(loop["Pictures"])) == (3, 1)


def test_a_name_that_somebody_moved_meanwhile_stays_where_it_is(quick):
    quick.call("SetAlias", ModelArn=str(quick.version.arn), AliasName="line-3")
    loop = quick.start(AliasName="line-3", VersionName="v1", MaxPictures=2)
    loop = quick.label(loop, "red")
    loop = quick.settled(quick.call("ContinueLoop", LoopId=loop["LoopId"])["Loop"]["LoopId"])
    other = put_evaluated(quick.house, quick.project, "multilabel", multilabel(5), name="other")
    quick.call("SetAlias", ModelArn=str(other.arn), AliasName="line-3")
    loop = quick.settled(quick.call("ContinueLoop", LoopId=loop["LoopId"])["Loop"]["LoopId"])
    assert (loop["Status"], loop["Message"]) == (
        "failed",
        "Somebody moved line-3 to other meanwhile; it stays there.",
    )
    assert quick.call("ListAliases")["Aliases"][0]["VersionName"] == "other"


def test_a_loop_without_a_version_or_with_another_than_its_alias_is_refused(place):
    with pytest.raises(Wrong, match="Name the VersionName"):
        place.call("StartLoop", LoopName="x", Address="s3://a/b", AliasName="nowhere")
    with pytest.raises(Missing):
        place.call("StartLoop", LoopName="x", Address="s3://a/b", VersionName="v9")
    place.call("SetAlias", ModelArn=str(place.version.arn), AliasName="line-3")
    put_evaluated(place.house, place.project, "multilabel", multilabel(5), name="other")
    with pytest.raises(Wrong, match="Behind the alias line-3 is the version v1, and not other"):
        place.call("StartLoop", LoopName="x", Address="s3://a/b", AliasName="line-3", VersionName="other")


def test_what_the_caller_may_not_do_fails_the_loop_in_a_sentence(place):
    directory, caller = place.house.identity.directory, a_caller("vedette")
    directory.create_user(HERE, "alice")
    (user,) = directory.users(HERE)
    caller = replace(caller, principal=replace(caller.principal, user_id=user.user_id))
    loop = place.call("StartLoop", caller, LoopName="x", VersionName="v1", Address=f"s3://{BUCKET}/in/")
    loop = place.settled(loop["Loop"]["LoopId"])
    assert (loop["Status"], loop["Step"]) == ("failed", "begin")
    assert "not authorized to perform: vedette:StartTrialDetection" in loop["Message"]
    # Somebody who may gives the word, and is from then on who it is done for.
    assert (
        place.settled(place.call("ContinueLoop", LoopId=loop["LoopId"])["Loop"]["LoopId"])["Step"] == "label"
    )


def test_an_alias_that_somebody_deleted_meanwhile_is_not_made_again(quick):
    loop = quick.up_to("move", MaxPictures=2)
    quick.call("DeleteAlias", AliasName="line-3")
    loop = quick.go_on(loop)
    assert (loop["Status"], loop["Message"]) == ("failed", "Somebody deleted the alias line-3 meanwhile.")
    assert quick.call("ListAliases")["Aliases"] == []
    # Whoever makes it again may have it moved.
    quick.call("SetAlias", ModelArn=str(quick.version.arn), AliasName="line-3")
    assert quick.go_on(loop)["Status"] == "done"
    assert quick.call("ListAliases")["Aliases"][0]["VersionName"] == "monday"


def test_an_alias_that_was_not_there_is_made(quick):
    loop = quick.label(quick.start(AliasName="monday", MaxPictures=2, Automatic=True), "red")
    # The version has another name than the alias that is to point to it.
    assert (loop["Status"], loop["NewVersionName"]) == ("done", "monday-2")
    assert quick.call("ListAliases")["Aliases"][0]["VersionName"] == "monday-2"


def test_two_loops_of_one_project_ask_about_no_picture_twice_and_one_moves_the_alias(quick):
    quick.call("SetAlias", ModelArn=str(quick.version.arn), AliasName="line-3")
    first = quick.start(AliasName="line-3", MaxPictures=4)
    second = quick.start(AliasName="line-3", MaxPictures=12, LoopName="tuesday")
    sources = [{picture["SourceRef"] for picture in loop["Pictures"]} for loop in (first, second)]
    assert (len(sources[0]), len(sources[1]), sources[0] & sources[1]) == (4, 8, set())
    for loop in (first, second):
        loop = quick.label(loop, "red")
        loop = quick.go_on(quick.go_on(loop))
    assert (loop["Status"], loop["Message"]) == (
        "failed",
        "Somebody moved line-3 to monday meanwhile; it stays there.",
    )


def test_a_round_that_was_deleted_leaves_what_others_labelled(quick):
    loop = quick.start(MaxPictures=2, TestShare=0)
    (number,) = loop["RoundIds"]
    quick.call("CancelRound", RoundId=number)
    assert quick.house.jobs.wait(30, HAND_BACKS)
    quick.call("DeleteRound", RoundId=number)
    loop = quick.settled(loop["LoopId"])
    assert (loop["Status"], loop["Message"]) == ("done", "No picture was labelled, so nothing was trained.")


@pytest.mark.parametrize("name", ["v1", "monday"])
def test_a_version_that_was_deleted_before_it_is_compared_moves_nothing(quick, name):
    loop = quick.up_to("move", MaxPictures=2)
    if name == "v1":
        quick.call("DeleteAlias", AliasName="line-3")
    version = quick.house.versions.find(quick.project, name)
    quick.house.trainings.delete(version)
    loop = quick.go_on(loop)
    assert (loop["Status"], loop["Message"]) == ("failed", f"The version {name} was deleted.")


def test_a_training_that_failed_or_is_worse_moves_nothing(quick):
    quick.house.loops.tools.inputs.right = 0
    quick.call("SetAlias", ModelArn=str(quick.version.arn), AliasName="line-3")
    loop = quick.label(quick.start(AliasName="line-3", MaxPictures=2, Automatic=True), "red")
    assert (loop["Status"], loop["Verdict"]) == ("done", "unclear")
    assert loop["Message"] == "The version monday is not surely better than v1; nothing was moved."
    assert quick.call("ListAliases")["Aliases"][0]["VersionName"] == "v1"


def test_a_version_of_another_persons_making_is_not_taken_for_the_loops(quick):
    operations = LoopOperations(quick.house.loops.tools.actor._inner)
    loop = quick.up_to("train", MaxPictures=2)
    quick.house.loops.tools.inputs = operations
    put_evaluated(quick.house, quick.project, "multilabel", multilabel(12), name="tuesday")
    state = quick.house.loops.find(quick.project, loop["LoopId"])
    with pytest.raises(LoopFailed, match="Somebody trained a version called tuesday meanwhile") as refused:
        operations.order(replace(state, facts={**state.facts, "new_name": "tuesday"}), None)
    assert refused.value.again == "train"


class Pausing:
    """A job's context in whose pause something happens."""

    def __init__(self, happens):
        self._happens = happens

    def pause(self, seconds):
        self._happens()
        return False


def test_a_version_to_which_the_name_was_led_back_in_the_last_moment_goes_on(quick):
    loop = quick.go_on(quick.up_to("move", MaxPictures=2))
    assert loop["Status"] == "done"
    old = quick.house.versions.move(quick.house.versions.move(quick.version, "starting"), "running")
    state = quick.house.loops.find(quick.project, loop["LoopId"])
    context = Pausing(lambda: quick.call("RollBackAlias", AliasName="line-3"))
    assert quick.house.loops.tools.actor.retire(state, context) == {}
    assert quick.house.versions.find_by_id(old.id).state == "running"
    # And where nobody did, it is stopped, which here no server takes on.
    new = quick.house.versions.find(quick.project, "monday")
    quick.call("SetAlias", ModelArn=str(new.arn), AliasName="line-3", AllowIdle=True)
    with pytest.raises(LoopFailed, match="The server is starting or stopping"):
        quick.house.loops.tools.actor.retire(state, Pausing(lambda: None))
    assert quick.house.versions.find_by_id(old.id).state == "stopping"


def test_who_is_removed_in_the_middle_ends_the_loop_in_a_sentence(quick):
    directory, caller = quick.house.identity.directory, a_caller("vedette")

    class Removing(QuickChoice):
        def train(self, loop, context):
            directory.delete_user(HERE, "alice")
            # So long a server believes in rights that it has read.
            time.sleep(CACHE_S + 0.1)
            return super().train(loop, context)

    quick.house.loops.tools.hand_over(Removing(quick.house.loops.tools.actor._inner))
    directory.create_user(HERE, "alice", ("administrator",))
    (user,) = directory.users(HERE)
    caller = replace(caller, principal=replace(caller.principal, user_id=user.user_id))
    wish = {"LoopName": "x", "VersionName": "v1", "Address": f"s3://{BUCKET}/in/", "MaxPictures": 2}
    loop = quick.settled(quick.call("StartLoop", caller, **wish)["Loop"]["LoopId"])
    loop = quick.label(loop, "red")
    assert loop["Step"] == "train"
    quick.call("ContinueLoop", caller, LoopId=loop["LoopId"])
    loop = quick.settled(loop["LoopId"])
    assert loop["Status"] == "failed"
    assert "alice" in loop["Message"]


def test_another_accounts_project_and_bucket_are_refused(quick):
    stranger = a_caller("vedette", account=ELSEWHERE)
    with pytest.raises(Refusal):
        quick.call("StartLoop", stranger, LoopName="x", VersionName="v1", Address=f"s3://{BUCKET}/in/")
    with pytest.raises(Refusal):
        quick.call("ListLoops", stranger)
    quick.house.blobs.make_bucket("not-ours", account=ELSEWHERE, region=ROOT.region)
    quick.house.blobs.put("not-ours", "in/a.png", a_png((1, 2, 3)))
    loop = quick.start(Address="s3://not-ours/in/")
    assert (loop["Status"], loop["Step"]) == ("failed", "begin")
    assert "not-ours" in loop["Message"]


def put_weights(house, name, content=b"weights"):
    """Put weights where those lie that somebody added; return their digest."""
    card = BackboneCard(name, f"{name}.pth", sha256(content).hexdigest(), "lite1", 7, 1.0, "MIT", "me", 0)
    folder = house.trainings.backbones.root / HERE
    folder.mkdir(parents=True, exist_ok=True)
    (folder / card.file).write_bytes(content)
    (folder / f"{name}.json").write_text(json.dumps(asdict(card)))
    return card.sha256


def order_from(place, inputs, tags=None):
    """Have a loop's training ordered that follows on a version with these inputs; return the new one."""
    loop = place.up_to("train", MaxPictures=2)
    operations = LoopOperations(place.house.loops.tools.actor._inner)
    state = place.house.loops.find(place.project, loop["LoopId"])
    old = place.house.versions.create(
        place.project, NewVersion("v2", bucket="results", inputs=inputs, tags=tags or {})
    )[0]
    place.house.versions.move(old, "trained")
    place.house.blobs.make_bucket("results", account=HERE, region=ROOT.region)
    facts = {**state.facts, "new_name": "tuesday"}
    noted = operations.order(replace(state, version=old.id, version_name="v2", facts=facts), None)
    return place.house.versions.find_by_id(noted["new"])


def test_a_loop_trains_from_the_weights_of_the_version_it_follows(quick):
    digest = put_weights(quick.house, "ours")
    new = order_from(quick, {"backbone": {"name": "ours", "sha256": digest}})
    assert (new.inputs["backbone"]["name"], new.inputs["backbone"]["sha256"]) == ("ours", digest)


def test_weights_that_were_added_again_under_another_name_are_the_same(quick):
    put_weights(quick.house, "ours", b"others")
    digest = put_weights(quick.house, "again")
    new = order_from(quick, {"backbone": {"name": "ours", "sha256": digest}})
    assert (new.inputs["backbone"]["name"], new.inputs["backbone"]["sha256"]) == ("again", digest)


def test_a_loop_whose_weights_have_gone_trains_from_no_others(quick):
    put_weights(quick.house, "ours", b"others")
    with pytest.raises(LoopFailed, match=r"The weights ours that v2 was trained from are not there any more"):
        order_from(quick, {"backbone": {"name": "ours", "sha256": "0" * 64}})


def test_a_loop_asks_for_the_key_of_the_version_it_follows(quick):
    with pytest.raises(LoopFailed, match="gone-key"):
        order_from(quick, {"kms_key": f"arn:aws:kms:{ROOT.region}:{HERE}:alias/gone-key"})


@pytest.mark.parametrize("asked", [True, False])
def test_a_loop_trains_for_as_long_as_the_version_it_follows_was_asked_to(quick, asked):
    tags = {"vedette:training-budget": "fast"} if asked else {}
    new = order_from(quick, {"budget": "fast"}, tags)
    assert new.inputs["budget"] == ("fast" if asked else "balanced")
