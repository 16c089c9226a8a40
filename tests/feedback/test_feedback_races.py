"""Samples that are verified, added or labelled while others are removed; and examples of drift."""

import io
import threading

import numpy as np
import pytest
from PIL import Image

from doubles.tried import BUCKET
from feedback.test_feedback import ADDRESS, AskedVersion, sweeper_of
from vedette.feedback import records
from vedette.feedback.drift import DriftReference, LookedAtPicture, look, rank_examples
from vedette.manifest.lines import SOURCE, read_line, write_line
from vedette.vision.features import measure_features


@pytest.fixture
def asked(house):
    version = AskedVersion(house)
    version.update(Enabled=True, Share=1.0, RetentionDays=7, Address=ADDRESS)
    yield version
    house.feedback.close()


def after_days(asked, count):
    """Return what sweeps that many days later, with a clock that was not set."""
    days = [0.0]
    sweeper = sweeper_of(asked, lambda: days[0] * 86400)
    sweeper.sweep()
    asked.house.clock.move(days=count)
    days[0] = count
    return sweeper


def test_what_was_verified_within_a_day_is_not_removed_under_somebodys_hands(asked):
    asked.ask()
    asked.ask()
    sweeper = after_days(asked, 8)
    trial = asked.feedback()["TrialId"]
    asked.verify(trial, (1, "correct", 0))
    assert sweeper.sweep() == 1
    assert [picture["PictureId"] for picture in asked.kept()] == [1]
    assert asked.add(trial)["Added"] == 1


def test_it_is_removed_a_day_later_unless_it_was_added(asked):
    asked.ask()
    asked.house.clock.move(days=6)
    asked.verify(asked.feedback()["TrialId"], (1, "correct", 0))
    assert after_days(asked, 3).sweep() == 1
    assert asked.kept() == []


def test_verdicts_on_removed_pictures_lose_none_of_the_others(asked):
    asked.ask()
    asked.house.clock.move(days=5)
    asked.ask()
    assert after_days(asked, 4).sweep() == 1
    answer = asked.verify(asked.feedback()["TrialId"], (1, "correct", 0), (2, "correct", 0))
    assert ([picture["PictureId"] for picture in answer["Pictures"]], answer["Gone"]) == ([2], [1])


def test_a_picture_that_is_added_while_old_ones_are_removed_keeps_its_object(asked, monkeypatch):
    asked.ask()
    trial = asked.feedback()["TrialId"]
    asked.verify(trial, (1, "correct", 0))
    sweeper = after_days(asked, 9)
    store = asked.house.feedback._tools.store
    is_listed, may_go = threading.Event(), threading.Event()
    remove = type(store).remove

    def slowly(self, *words, **more):
        is_listed.set()
        assert may_go.wait(10)
        return remove(self, *words, **more)

    monkeypatch.setattr(type(store), "remove", slowly)
    thread = threading.Thread(target=sweeper.sweep)
    thread.start()
    assert is_listed.wait(10)
    assert asked.add(trial)["Added"] == 1
    may_go.set()
    thread.join()
    key = asked.kept()[0]["SourceRef"].removeprefix(f"s3://{BUCKET}/")
    assert asked.house.blobs.read(BUCKET, key)


def test_a_picture_that_comes_into_a_dataset_while_it_is_removed_is_put_back(asked, monkeypatch):
    data = asked.ask()
    sweeper = after_days(asked, 9)
    blobs = asked.house.blobs
    source = asked.kept()[0]["SourceRef"]
    delete = blobs.delete

    def label_it_first(bucket, key):
        body = write_line({SOURCE: source}).text
        edits = [{"Line": body, "Revision": "none"}]
        asked.call("UpdateEntries", DatasetType="train", Edits=edits)
        delete(bucket, key)

    monkeypatch.setattr(blobs, "delete", label_it_first)
    assert sweeper.sweep() == 0
    assert [read_line(text).source for text in asked.lines()] == [source]
    assert blobs.read(BUCKET, source.removeprefix(f"s3://{BUCKET}/")) == data
    assert len(asked.kept()) == 1


def test_a_doubtful_picture_takes_no_verified_ones_place(asked, monkeypatch):
    asked.update(MostPerDay=1)
    asked.ask(0.99)
    store = asked.house.feedback._tools.store
    place = type(store)._place

    def verify_then(self, *words):
        answer = place(self, *words)
        threading.Thread(target=verify).start()
        return answer

    def verify():
        asked.verify(asked.feedback()["TrialId"], (1, "correct", 0))
        verified.set()

    verified = threading.Event()
    remove = type(store).remove

    def when_verified(self, *words, **more):
        assert verified.wait(10)
        return remove(self, *words, **more)

    monkeypatch.setattr(type(store), "_place", verify_then)
    monkeypatch.setattr(type(store), "remove", when_verified)
    asked.ask(0.51)
    assert [(item["PictureId"], item["Verdict"]) for item in asked.kept()] == [(1, "correct")]


def test_why_nothing_can_be_kept_is_said_and_forgotten_when_it_can(asked):
    asked.house.blobs.buckets.delete(BUCKET)
    asked.ask()
    feedback = asked.feedback()
    assert feedback["Kept"] == 0
    assert "may not write" in feedback["Problem"]
    asked.house.blobs.make_bucket(BUCKET, account=asked.project.scope.account, region="eu-west-1")
    asked.ask()
    assert (asked.feedback()["Kept"], asked.feedback()["Problem"]) == (1, "")


def plain(shade, noise=8):
    """Return a picture of about one shade, each another."""
    rng = np.random.default_rng(shade * 1000 + noise)
    return Image.fromarray(np.clip(rng.normal(shade, noise, (64, 80, 3)), 0, 255).astype(np.uint8))


def png(picture):
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def teach(asked, pictures):
    """Give the version a reference of these pictures."""
    rows = [LookedAtPicture(measure_features(picture), "False", 0.2) for picture in pictures]
    watch = asked.house.feedback._tools.watch
    with asked.house.datasets._database.write() as connection:
        body = records.pack_pictures(rows, [0.2] * len(rows))
        records.put_drift(
            connection, asked.version.id, asked.project.id, status="ready", message="", reference=body
        )
    watch.forget(asked.version.id)


def shades(count, middle):
    rng = np.random.default_rng(middle)
    return [plain(int(shade), noise) for noise, shade in enumerate(rng.normal(middle, 8, count), start=4)]


def test_a_warning_names_kept_pictures_that_show_it(asked):
    teach(asked, shades(40, 170))
    for picture in [*shades(25, 171), *shades(25, 60)]:
        asked.ask(0.9, data=png(picture))
    drift = asked.feedback()["Drift"]
    assert "brightness" in [finding["Name"] for finding in drift["Findings"]]
    dark = {item["PictureId"] for item in asked.kept() if item["PictureId"] > 25}
    assert len(drift["Examples"]) == 8
    assert set(drift["Examples"]) <= dark


def test_a_full_day_makes_room_for_pictures_that_show_a_drift(asked):
    asked.update(MostPerDay=10)
    teach(asked, shades(40, 170))
    for picture in shades(25, 171):
        asked.ask(0.55, data=png(picture))
    assert asked.feedback()["Kept"] == 10
    trial = asked.feedback()["TrialId"]
    asked.verify(trial, (1, "correct", 0))
    # Sure answers, which are no reason to keep them.
    for picture in shades(60, 60):
        asked.ask(0.99, data=png(picture))
    drift = asked.feedback()["Drift"]
    assert len(drift["Examples"]) == 8
    kept = asked.kept()
    assert len(kept) == 10
    assert 1 in {item["PictureId"] for item in kept}, "what was verified stays"


def test_the_same_picture_again_is_counted_once_though_it_is_not_kept(asked):
    asked.update(MostPerDay=1)
    teach(asked, shades(40, 170))
    asked.ask(0.51)
    data = png(plain(20))
    for _ in range(60):
        asked.ask(0.99, data=data)
    watched = asked.house.feedback._tools.watch._watched[asked.version.id]
    assert watched.count == 2
    assert asked.feedback()["Drift"]["Findings"] == []


def test_examples_are_ranked_by_what_was_found():
    rng = np.random.default_rng(1)

    def rows(middle, count, name):
        return [
            LookedAtPicture({"light": float(value), "size": 1.0}, "", 0.1, f"{name}{number}")
            for number, value in enumerate(rng.normal(middle, 1, count))
        ]

    reference = DriftReference(rows(10, 60, "t"))
    recent = [*rows(10, 25, "same"), *rows(4, 25, "dark")]
    findings = look(reference, recent, 1)
    assert [finding.name for finding in findings] == ["light"]
    ranked = rank_examples(reference, recent, findings)
    assert {picture.exact[:4] for picture in ranked[:8]} == {"dark"}
    assert rank_examples(reference, recent, []) == []
