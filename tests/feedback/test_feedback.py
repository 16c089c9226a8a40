"""Feedback from production: what is kept of it, for how long, and that nothing is removed by a guess."""

import itertools
from contextlib import suppress

import pytest

from doubles.houses import ELSEWHERE
from doubles.lines import an_anomaly_line
from doubles.tried import ALICE, BUCKET, TriedProject, a_png
from vedette.datasets.editing import EntryEdit
from vedette.dialects.detections import DetectionResult
from vedette.dialects.registry import LOOKOUT
from vedette.errors import Missing, Wrong
from vedette.feedback import taking
from vedette.feedback.sweeping import SampleSweeper
from vedette.serving.pictures import open_picture
from vedette.store.blobs.timemarks import TimeMark

ADDRESS = f"s3://{BUCKET}/asked/"
SHADES = itertools.count()


class AskedVersion(TriedProject):
    """A version that answers in production, and the samples that it keeps."""

    def __init__(self, house):
        super().__init__(house)
        house.feedback.taker._pause_s = 0
        house.feedback.start()

    def update(self, **wish):
        return self.call("UpdateFeedback", ModelArn=str(self.version.arn), **wish)["Feedback"]

    def feedback(self):
        return self.call("DescribeFeedback", ModelArn=str(self.version.arn))["Feedback"]

    def ask(self, confidence=0.9, *, is_anomalous=False, data=None):
        """Let the version answer once; each picture is another."""
        shade = next(SHADES)
        data = data or a_png((shade % 256, shade // 256 % 256, 7), (80, 64))
        picture = open_picture(data, LOOKOUT.pictures_in_requests)
        result = DetectionResult((), is_anomalous, confidence)
        self.house.feedback.taker.observe(self.version, picture, result)
        assert self.house.feedback.taker.wait(10)
        return data

    def kept(self):
        trial = self.feedback()["TrialId"]
        return self.pictures(trial, MaxResults=500)


@pytest.fixture
def asked(house):
    version = AskedVersion(house)
    yield version
    house.feedback.close()


def test_nothing_is_kept_unless_a_version_is_told_to(asked):
    asked.ask()
    assert asked.feedback()["Enabled"] is False
    assert list(asked.house.blobs.list(BUCKET)) == []
    asked.update(Enabled=True, Share=1.0, Address=ADDRESS)
    asked.ask()
    asked.update(Enabled=False)
    asked.ask()
    assert asked.feedback()["Kept"] == 1


def test_a_kept_picture_is_verified_and_added_as_a_trials_is(asked):
    asked.update(Enabled=True, Share=1.0, Address=ADDRESS)
    data = asked.ask(0.75, is_anomalous=True)
    (picture,) = asked.kept()
    assert (picture["AnomalyClass"], picture["Confidence"], picture["Doubt"]) == ("anomaly", 0.75, 0.5)
    bucket, key = picture["SourceRef"].removeprefix("s3://").split("/", 1)
    assert asked.house.blobs.read(bucket, key) == data
    trial = asked.feedback()["TrialId"]
    asked.verify(trial, (1, "incorrect", 0))
    assert asked.add(trial)["Added"] == 1
    assert '"class-name":"normal"' in asked.lines()[0]
    assert asked.call("ListTrialDetections")["Trials"] == [], "samples are no trial that somebody began"


def test_the_same_picture_is_kept_once(asked):
    asked.update(Enabled=True, Share=1.0, Address=ADDRESS)
    data = asked.ask()
    asked.ask(data=data)
    assert asked.feedback()["Kept"] == 1


def test_a_day_has_its_bound_and_doubtful_pictures_take_the_place_of_sure_ones(asked):
    asked.update(Enabled=True, Share=1.0, MostPerDay=2, Address=ADDRESS)
    for confidence in (0.99, 0.9, 0.6, 0.95):
        asked.ask(confidence)
    assert sorted(picture["Confidence"] for picture in asked.kept()) == [0.6, 0.9]
    assert len(list(asked.house.blobs.list(BUCKET))) == 2
    trial = asked.feedback()["TrialId"]
    asked.verify(trial, *((picture["PictureId"], "correct", 0) for picture in asked.kept()))
    asked.ask(0.51)
    assert sorted(picture["Confidence"] for picture in asked.kept()) == [0.6, 0.9], "verified ones stay"
    asked.house.clock.move(days=1)
    asked.ask(0.97)
    assert asked.feedback()["Kept"] == 3


def test_a_full_queue_passes_pictures_over_and_counts_them(asked, monkeypatch):
    monkeypatch.setattr(taking, "MOST_WAITING_BYTES", 10)
    asked.update(Enabled=True, Share=1.0, Address=ADDRESS)
    asked.ask()
    assert (asked.feedback()["Kept"], asked.feedback()["PassedOver"]) == (0, 1)


def test_nothing_is_kept_on_a_full_disk(asked):
    asked.update(Enabled=True, Share=1.0, Address=ADDRESS)
    store = asked.house.feedback._tools.store
    object.__setattr__(store, "is_tight", lambda: True)
    asked.ask()
    assert asked.feedback()["Kept"] == 0


def sweeper_of(asked, up_s):
    tools = asked.house.feedback._tools
    return SampleSweeper(
        tools.database,
        tools.collections,
        tools.store,
        asked.house.clock,
        lambda wall_ms: TimeMark(wall_ms, up_s(), "boot"),
    )


def test_old_pictures_are_removed_but_not_what_a_dataset_has(asked):
    asked.update(Enabled=True, Share=1.0, RetentionDays=7, Address=ADDRESS)
    asked.ask()
    asked.ask()
    asked.ask()
    trial, pictures = asked.feedback()["TrialId"], asked.kept()
    asked.verify(trial, (1, "correct", 0))
    asked.add(trial)
    # Somebody brings the second into a dataset by another way.
    line = an_anomaly_line("x", "normal").replace("s3://boards/", "s3://x/")
    source = pictures[1]["SourceRef"]
    text = '{"source-ref":"' + source + '"' + line[line.index(",") :]
    dataset = asked.house.datasets.find(asked.project, "train")
    asked.house.datasets.editor.update(asked.project, dataset, [EntryEdit(text)], ALICE.principal)
    days = [0.0]
    sweeper = sweeper_of(asked, lambda: days[0] * 86400)
    assert sweeper.sweep() == 0
    asked.house.clock.move(days=8)
    days[0] = 8
    assert sweeper.sweep() == 1
    assert [picture["PictureId"] for picture in asked.kept()] == [1, 2]
    assert len(list(asked.house.blobs.list(BUCKET))) == 2


def test_a_clock_that_was_set_removes_nothing_until_somebody_says_so(asked):
    asked.update(Enabled=True, Share=1.0, RetentionDays=7, Address=ADDRESS)
    asked.ask()
    sweeper = sweeper_of(asked, lambda: 60.0)
    assert sweeper.sweep() == 0
    asked.house.clock.move(days=400)
    assert sweeper.sweep() == 0
    assert "the machine's clock was set forward by 400.0 days" in asked.feedback()["Pause"]
    assert sweeper.sweep() == 0
    asked.update()
    assert asked.feedback()["Pause"] == ""
    assert sweeper.sweep() == 1


def test_an_object_that_somebody_replaced_is_not_removed(asked):
    asked.update(Enabled=True, Share=1.0, RetentionDays=1, Address=ADDRESS)
    asked.ask()
    key = asked.kept()[0]["SourceRef"].removeprefix(f"s3://{BUCKET}/")
    asked.house.blobs.put(BUCKET, key, b"somebody else's")
    days = [0.0]
    sweeper = sweeper_of(asked, lambda: days[0] * 86400)
    sweeper.sweep()
    asked.house.clock.move(days=3)
    days[0] = 3
    assert sweeper.sweep() == 0
    assert asked.house.blobs.read(BUCKET, key) == b"somebody else's"


def test_what_a_crash_cut_off_is_gone_after_the_next_start(asked, monkeypatch):
    asked.update(Enabled=True, Share=1.0, Address=ADDRESS)
    tools = asked.house.feedback._tools

    def die(*_):
        raise SystemExit

    monkeypatch.setattr(type(tools.collections), "answer", die)
    monkeypatch.setattr(type(tools.collections), "forget", die)
    picture = open_picture(a_png((1, 2, 3), (80, 64)), LOOKOUT.pictures_in_requests)
    (plan,) = asked.house.feedback._plans().values()
    candidate = taking.SampleCandidate(plan, asked.version, picture, DetectionResult((), False, 0.9))
    with suppress(SystemExit):
        tools.store.keep(candidate)
    assert len(list(asked.house.blobs.list(BUCKET))) == 1
    monkeypatch.undo()
    asked.house.feedback._forget_unfinished()
    assert list(asked.house.blobs.list(BUCKET)) == []
    assert asked.kept() == []


def test_a_place_of_another_account_and_figures_out_of_bounds_are_refused(asked):
    asked.house.blobs.make_bucket("theirs", account=ELSEWHERE, region=ALICE.region)
    for wish, kind, reason in (
        ({"Address": "s3://theirs/x/"}, Missing, "This account has no bucket theirs"),
        ({"Address": "s3://nowhere/x/"}, Missing, "This account has no bucket nowhere"),
        ({"Address": f"s3://{BUCKET}"}, Wrong, "is no folder in a bucket"),
        ({}, Wrong, "name a folder for the samples"),
        ({"Address": ADDRESS, "Share": 0.0}, Wrong, "more than 0"),
        ({"Address": ADDRESS, "RetentionDays": 400}, Wrong, "from 1 to 365 days"),
    ):
        with pytest.raises(kind, match=reason):
            asked.update(Enabled=True, **wish)
    assert asked.feedback()["Enabled"] is False
