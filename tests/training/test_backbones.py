"""Weights that trainings begin from: taken in, lent to trainings, kept while those need them, taken away."""

import hashlib
import os
from pathlib import Path

import pytest

from doubles.houses import ELSEWHERE, HERE
from doubles.trainings import a_training_room, die, hang, succeed
from vedette.engines.port import Event
from vedette.errors import Busy, Missing, Taken, Wrong
from vedette.identity.principal import root_of
from vedette.training import backbones
from vedette.training.backbones import NewBackbone
from vedette.training.folder import Folder

WEIGHTS = b"weights of a network"
DIGEST = hashlib.sha256(WEIGHTS).hexdigest()
FACTS = {"network": "efficientnet-lite1", "megabytes": 0.1, "milliseconds": 31.5}
OURS = {"vedette:backbone": "ours"}


def find(order, stop):
    """What the worker says of weights that it can run."""
    assert order.keys() == {"file"}, order
    yield Event("done", FACTS)


def no_network(order, stop):
    yield Event("failed", {"sentence": f"{order['file']} looks like a ResNet.", "refusal": "Wrong"})


@pytest.fixture
def training(database, tmp_path, clock):
    """Return a function that opens the room with these scripts; every room is closed at the end."""
    opened = []

    def begin(*scripts, **options):
        manager = a_training_room(database, tmp_path, clock, *scripts, **options)
        opened.append(manager)
        room = manager.__enter__()
        room.with_dataset()
        room.room.blobs.put("out", "w.safetensors", WEIGHTS)
        return room

    yield begin
    for manager in reversed(opened):
        manager.__exit__(None, None, None)


def add(training, name="ours", key="w.safetensors", account=HERE, bucket="out"):
    return training.trainings.backbones.add(root_of(account), NewBackbone(name, bucket, key, "MIT"))


def files(training):
    return sorted(path.name for path in (training.data / "backbones").glob("*/*"))


def test_weights_are_taken_in_with_what_they_are(training):
    training = training(find)
    card = add(training)
    assert (card.sha256, card.size, card.network) == (DIGEST, len(WEIGHTS), "efficientnet-lite1")
    assert (card.licence, card.milliseconds) == ("MIT", 31.5)
    assert training.trainings.backbones.list(HERE) == [card]
    assert files(training) == [card.file, "ours.json"]
    with pytest.raises(Taken, match="There is a backbone ours; remove it first"):
        add(training)


@pytest.mark.parametrize("name", ["lite0", "file", "transformers", "../ours", "Ours", "", "a" * 64, "ours\n"])
def test_a_name_that_stands_for_something_else_is_refused(training, name):
    training = training(find)
    with pytest.raises(Wrong, match="cannot be the name of a backbone"):
        add(training, name)
    assert files(training) == []


def test_what_is_no_file_of_weights_leaves_nothing(training, monkeypatch):
    training = training(no_network, die)
    training.room.blobs.put("out", "w.onnx", WEIGHTS)
    with pytest.raises(Wrong, match=r"w\.onnx is none of \.safetensors"):
        add(training, key="w.onnx")
    with pytest.raises(Missing, match=r"no s3://out/none\.pth, or whoever asked for it may not read it"):
        add(training, key="none.pth")
    with pytest.raises(Wrong, match=r"^w\.safetensors looks like a ResNet\.$"):
        add(training)
    with pytest.raises(Wrong, match=r"w\.safetensors could not be opened: the process that opened it ended"):
        add(training)
    monkeypatch.setattr(backbones, "MOST_BYTES", len(WEIGHTS) - 1)
    with pytest.raises(Wrong, match="19 are the most"):
        add(training)
    assert files(training) == []


def test_weights_that_the_caller_may_not_read_are_as_if_they_were_not(training):
    training = training(find, current=lambda caller: caller)
    with pytest.raises(Missing, match="or whoever asked for it may not read it"):
        add(training, account=ELSEWHERE)
    assert files(training) == []


def test_a_training_has_its_own_link_to_what_it_was_asked_for_with(training):
    seen = []

    def look(order, stop):
        place = Folder(Path(order["folder"])).weights / order["backbone"]
        seen.append((order["backbone"], place.read_bytes(), place.stat().st_nlink))
        yield from succeed(order, stop)

    training = training(find, look)
    add(training)
    version = training.order(tags=OURS)
    assert training.ended(version).state == "trained"
    assert seen == [("ours.safetensors", WEIGHTS, 2)]
    kept = training.versions.find_by_id(version.id).inputs["backbone"]
    assert (kept["name"], kept["sha256"], kept["network"]) == ("ours", DIGEST, "efficientnet-lite1")
    assert training.room.jobs.wait(10)
    assert not training.trainings.folder(version).weights.exists()


def test_weights_that_a_training_needs_are_not_taken_away(training):
    training = training(find, hang, at_once=1)
    add(training)
    training.order("v1", tags=OURS)
    second = training.order("v2", tags=OURS)
    with pytest.raises(Busy, match=r"what these trainings begin from: boards/v\d, boards/v\d\. Remove it"):
        training.trainings.backbones.remove(HERE, "ours")
    training.trainings.stop(second)
    for version in training.versions.in_state("training"):
        training.trainings.stop(version)
        training.ended(version)
    training.trainings.backbones.remove(HERE, "ours")
    assert files(training) == []
    with pytest.raises(Missing, match='There is no backbone "ours"; there are lite0'):
        training.order("v3", tags=OURS)


def test_weights_lost_from_a_folder_are_found_by_their_digest_under_any_name(training):
    training = training(find, succeed, find)
    add(training)
    version = training.order(tags=OURS)
    training.ended(version)
    inputs, folder = training.versions.find_by_id(version.id).inputs, Folder(training.data / "again")
    folder.weights.mkdir(parents=True)
    (folder.weights / "ours.safetensors").write_bytes(b"other weights")
    training.trainings.backbones.remove(HERE, "ours")
    add(training, "renamed")
    restore = training.trainings.backbones.restore
    assert restore(HERE, inputs, folder) == "ours.safetensors"
    assert (folder.weights / "ours.safetensors").read_bytes() == WEIGHTS
    (folder.weights / "ours.safetensors").unlink()
    training.trainings.backbones.remove(HERE, "renamed")
    with pytest.raises(Missing, match="The weights ours that the training was asked for with are not there"):
        restore(HERE, inputs, folder)


def test_accounts_have_weights_of_their_own(training):
    training = training(find)
    add(training)
    assert training.trainings.backbones.list(ELSEWHERE) == []
    with pytest.raises(Missing, match=r"there are lite0\.$"):
        training.trainings.backbones.remove(ELSEWHERE, "ours")
    with pytest.raises(Missing):
        training.trainings.backbones.find(ELSEWHERE, f"../{HERE}/ours")
    assert len(training.trainings.backbones.list(HERE)) == 1


def test_a_tag_that_says_two_things_is_refused(training):
    training = training(find)
    tags = {"vedette:backbone": "ours", "vedette:network": "s3://out/net.onnx"}
    with pytest.raises(Wrong, match="begins from no backbone"):
        training.order(tags=tags)
    assert training.trained(tags={"vedette:backbone": "lite0"}).inputs.get("backbone") is None


def test_what_a_stop_left_of_weights_goes_at_the_next_start(training):
    training = training(find)
    card = add(training)
    folder = training.data / "backbones" / HERE
    (folder / "half-0123.pth").write_bytes(b"half")
    os.link(folder / "ours.json", folder / ".ours-0123")
    backbones = training.trainings.backbones
    now = backbones.clock().timestamp()
    whole = files(training)
    for name in whole:
        os.utime(folder / name, (now, now))
    backbones.start()
    assert files(training) == whole, "another server may be adding them"
    for name in whole:
        os.utime(folder / name, (now - 90_000, now - 90_000))
    backbones.start()
    assert files(training) == [card.file, "ours.json"]


def test_a_card_that_cannot_be_read_keeps_nobody_from_anything(training):
    training = training(find, find)
    card = add(training)
    add(training, "later")
    place = training.data / "backbones" / HERE / "later.json"
    place.write_text('{"of": "a later release"}')
    (training.data / "backbones" / ".DS_Store").write_bytes(b"")
    before = files(training)
    training.trainings.backbones.start()
    assert training.trainings.backbones.list(HERE) == [card]
    assert files(training) == before, "whose weights those are is not known"
    with pytest.raises(Missing, match=r"there are lite0, ours\.$"):
        training.order(tags={"vedette:backbone": "later"})
