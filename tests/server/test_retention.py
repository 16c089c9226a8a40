"""What the settings say is kept no longer is deleted at night: that, nothing else, and each is named."""

from datetime import UTC, datetime

import pytest

from doubles.houses import HERE
from doubles.tried import BRIGHT, DARK, TriedProject, a_png
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject
from vedette.projects.version_states import NewVersion
from vedette.server.retention import RetentionWatch, rules_of
from vedette.settings import Settings

DAY = 24


@pytest.fixture
def line(house):
    tried = TriedProject(house)
    tried.put("in/a.png", a_png(BRIGHT))
    tried.put("in/b.png", a_png(DARK))
    return tried


def watch_of(house, clock, **settings):
    rules = rules_of(Settings(**settings), house.datasets._database, house.trainings)
    return RetentionWatch(house.datasets._database, house.jobs.passed, rules, clock)


def live(house, clock, days):
    """Let days pass, each of them counted."""
    for _ in range(days * 4):
        clock.move(hours=6)
        house.jobs.passed.look()


def at_night(clock):
    """Go on to three in the morning."""
    clock.move(hours=(27 - clock().astimezone(UTC).hour) % 24)


def a_failed_version(house, name, project="boards"):
    scope = Scope("rekognition", HERE, "eu-west-1")
    known, _ = house.projects.list(scope, names=[project])
    owner = known[0] if known else house.projects.create(scope, NewProject(project))
    version, _ = house.versions.create(owner, NewVersion(name))
    ended_ms = int(house.trainings._rooms.clock().timestamp() * 1000)
    house.trainings.folder(version).root.mkdir(parents=True)
    return house.versions.move(version, "failed", "Too few labels.", ended_ms=ended_ms)


def names(house, project="boards"):
    owner = house.projects.find(Scope("rekognition", HERE, "eu-west-1"), project)
    return [version.name for version in house.versions.list(owner)[0]]


def test_nothing_is_deleted_unless_a_setting_says_so(house, clock):
    a_failed_version(house, "v1")
    live(house, clock, 40)
    at_night(clock)
    assert watch_of(house, clock).look() == []
    assert names(house) == ["v1"]


def test_failed_versions_go_after_their_days_with_their_files_and_others_stay(house, clock):
    old = a_failed_version(house, "old")
    live(house, clock, 20)
    a_failed_version(house, "young")
    a_failed_version(house, "never ended")
    house.versions.record(house.versions.find(old.project, "never ended"), ended_ms=None)
    live(house, clock, 11)
    at_night(clock)
    watch = watch_of(house, clock, keep_failed=30)
    (deleted,) = watch.look()
    assert deleted.startswith("version boards/old, which failed at ")
    assert deleted.endswith(": Too few labels.")
    assert names(house) == ["never ended", "young"]
    assert not house.trainings.folder(old).root.exists()
    # Once a night, and at the next night again.
    assert watch.look() == []
    live(house, clock, 25)
    at_night(clock)
    assert len(watch.look()) == 1
    assert names(house) == ["never ended"]


def test_it_works_at_night_alone(house, clock):
    a_failed_version(house, "v1")
    live(house, clock, 40)
    clock.move(hours=(24 - clock().astimezone(UTC).hour) % 24)
    watch = watch_of(house, clock, keep_failed=30)
    assert watch.look() == []
    clock.move(hours=2)
    assert len(watch.look()) == 1


def test_a_clock_that_leaps_ahead_makes_nothing_old(house, clock):
    a_failed_version(house, "v1")
    house.jobs.passed.look()
    clock.leap(hours=400 * DAY)
    at_night(clock)
    assert watch_of(house, clock, keep_failed=30).look() == []
    assert names(house) == ["v1"]


def test_a_trial_goes_that_nobody_has_touched_and_holds_nobody_s_work(line, house, clock):
    quiet, verified = line.run(name="quiet"), line.run(name="verified")
    line.verify(verified, (1, "correct", 0))
    live(house, clock, 31)
    at_night(clock)
    watch = watch_of(house, clock, keep_trials=30)
    (deleted,) = watch.look()
    assert deleted.startswith(f"trial quiet ({quiet}) of version")
    assert [trial.id for trial in house.trials.of_project(line.project)] == [verified]
    # Its verified picture is in no dataset: that is work, and stays until somebody adds it.
    line.add(verified)
    live(house, clock, 2)
    at_night(clock)
    assert len(watch.look()) == 1
    assert house.trials.of_project(line.project) == []
    assert len(line.lines()) == 1


def test_a_trial_that_was_verified_lately_stays(line, house, clock):
    trial = line.run()
    live(house, clock, 20)
    line.verify(trial, (1, "incorrect", 0))
    live(house, clock, 15)
    at_night(clock)
    assert watch_of(house, clock, keep_trials=30).look() == []
    assert datetime.fromtimestamp(0, UTC) < clock()
    assert [one.id for one in house.trials.of_project(line.project)] == [trial]
