"""What a training does when the rights of whoever asked for it change, or when that user is gone."""

from dataclasses import replace

import pytest

from doubles.houses import HERE, a_caller, as_administrator
from doubles.trainings import a_training_room, succeed
from vedette.errors import Denied
from vedette.training.order import NewTraining

GONE = "alice is there no more."
ALICE = a_caller("rekognition").principal


class Rights:
    """What the caller may do now, as the directory would say it."""

    def __init__(self):
        self.is_gone, self.is_powerless = False, False

    def __call__(self, caller):
        if self.is_gone:
            raise Denied(GONE)
        return replace(caller, policies=()) if self.is_powerless else as_administrator(caller)


@pytest.fixture
def rights():
    return Rights()


def trained(room):
    room.with_dataset()
    order = NewTraining(ALICE, bucket="out", name="v1")
    return room.ended(room.trainings.order(room.project, order))


def results(room):
    return [blob.key for blob in room.room.blobs.list("out")]


def test_the_training_of_a_deleted_user_stops_with_a_sentence(database, tmp_path, clock, rights):
    rights.is_gone = True
    with a_training_room(database, tmp_path, clock, current=rights) as room:
        version = trained(room)
        assert (version.state, version.message) == ("failed", GONE)
        assert room.engine.orders == []


def test_a_user_deleted_while_it_trains_gets_no_results_written(database, tmp_path, clock, rights):
    def succeed_without_the_user(order, stop):
        rights.is_gone = True
        yield from succeed(order, stop)

    with a_training_room(database, tmp_path, clock, succeed_without_the_user, current=rights) as room:
        version = trained(room)
        assert (version.state, version.message, results(room)) == ("failed", GONE, [])


def test_rights_taken_while_it_trains_hold_when_the_results_are_written(database, tmp_path, clock, rights):
    def succeed_without_rights(order, stop):
        rights.is_powerless = True
        yield from succeed(order, stop)

    with a_training_room(database, tmp_path, clock, succeed_without_rights, current=rights) as room:
        version = trained(room)
        assert (version.state, version.message) == ("failed", "Unable to write to output S3 bucket.")
        assert results(room) == []


def test_pictures_are_read_with_the_rights_of_that_moment(database, tmp_path, clock, rights):
    rights.is_powerless = True
    with a_training_room(database, tmp_path, clock, current=rights) as room:
        trained(room)
        assert room.engine.orders[0]["denied"] == ["pictures"]


def test_a_user_that_is_there_trains(database, tmp_path, clock, rights):
    with a_training_room(database, tmp_path, clock, current=rights) as room:
        assert trained(room).state == "trained"
        assert results(room) != []


def test_an_import_of_a_deleted_user_stops_with_a_sentence(database, tmp_path, clock):
    from doubles.lines import a_line, a_room

    asked = []

    def gone(caller):
        asked.append((caller.account, caller.policies))
        return GONE

    for service in ("rekognition", "lookoutvision"):
        folder = tmp_path / service
        with a_room(database, folder, clock, service=service, absence=gone) as room:
            made = room.create([a_line("one", "a")])
            assert (made.status, made.message) == ("create-failed", GONE)
    assert asked == [(HERE, ()), (HERE, ())]
