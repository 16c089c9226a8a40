"""Exports into buckets by the room's front: every form, over nothing, taken up after a crash."""

import json
import threading
from io import BytesIO
from types import SimpleNamespace

import pytest
from PIL import Image

from doubles.houses import MovedClock, a_caller, a_house
from vedette.datasets.dataset import NewDataset, NewLines
from vedette.errors import Busy, Missing, NoSpace, Taken, TooMuch, Wrong
from vedette.exchange.packing import FLAT, LABEL_FILES, PACKED, PLACES
from vedette.exchange.unfinished import UNFINISHED_KEY
from vedette.exports import records
from vedette.exports.exports import folder_address
from vedette.exports.values import ExportWish
from vedette.exports.works import ExportRun
from vedette.exports.writing import PlaceWriter
from vedette.imports.buckets import BucketReading
from vedette.imports.values import ImportSource
from vedette.jobs.kind import JobInterrupted
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject
from vedette.store.db import open_database

PICTURES, OUT = "acme-pictures", "acme-exports"
PAIR = {
    "type": "groundtruth/image-classification", "class-name": "", "confidence": 1, "human-annotated": "yes",
    "job-name": "labeling-job/x", "creation-date": "2026-11-28T10:00:00",
}  # fmt: skip


def a_picture(number):
    file = BytesIO()
    Image.new("RGB", (64, 48), (number * 9 % 256, 40, 90)).save(file, "JPEG")
    return file.getvalue()


class Desk:
    """A project of pictures with labels in a house, and a bucket to export into."""

    def __init__(self, house, count=4):
        self.house = house
        self.caller = a_caller("rekognition").principal
        scope = Scope("rekognition", self.caller.account, "eu-west-1")
        self.project = house.projects.create(scope, NewProject("parts"))
        for name in (PICTURES, OUT):
            house.blobs.make_bucket(name, account=self.caller.account, region="eu-west-1")
        lines = [self._line(number) for number in range(count)]
        manifest = "\n".join(map(json.dumps, lines)).encode()
        dataset = house.datasets.create(self.project, NewDataset("train", None, self.caller, {}))
        house.datasets.update(self.project, dataset, NewLines(manifest, self.caller))
        house.jobs.wait(20)

    def _line(self, number):
        source = f"s3://{PICTURES}/a/part {number}.jpg"
        self.house.blobs.put(PICTURES, f"a/part {number}.jpg", a_picture(number))
        return {"source-ref": source, "kind": 1, "kind-metadata": PAIR | {"class-name": "normal"}}

    def begin(self, form="csv", address=f"s3://{OUT}/here", *, pictures=True, **more):
        wish = ExportWish("train", form, pictures, address, **more)
        return self.house.exports.create(self.project, wish, self.caller)

    def settled(self, state):
        self.house.jobs.wait(20)
        return self.house.exports.describe(self.project, state.id)

    def run(self, *words, **more):
        return self.settled(self.begin(*words, **more))

    def objects(self, prefix="here/"):
        return {
            item.key.removeprefix(prefix): self.house.blobs.read(OUT, item.key)
            for item in self.house.blobs.list(OUT, prefix)
        }


@pytest.fixture
def house(sqlite_maker, tmp_path):
    address, folder = sqlite_maker.new(tmp_path / "data")
    database = open_database(address, folder)
    made = a_house(database, MovedClock(), folder)
    made.jobs.start()
    yield made
    made.jobs.close()
    database.close()


@pytest.fixture
def desk(house):
    return Desk(house)


@pytest.mark.parametrize("form", PACKED)
def test_every_form_lies_in_the_bucket_with_its_pictures(desk, form):
    state = desk.run(form)
    assert (state.status, state.message, state.completed, state.total) == ("done", "", 4, 4)
    objects = desk.objects()
    pictures = {key: body for key, body in objects.items() if key.endswith(".jpg")}
    name = {
        "folder": "normal/a/part {}.jpg",
        "mvtec": "train/good/part {}.jpg",
        "visa": "product/Data/Images/Normal/part {}.jpg",
    } | {form: f"{place}/a_part {{}}.jpg".removeprefix("/") for form, place in PLACES.items() if form in FLAT}
    place = name.get(form, f"{PLACES.get(form, 'images')}/a/part {{}}.jpg")
    assert pictures == {place.format(number): a_picture(number) for number in range(4)}
    assert (state.files, state.size) == (len(objects), sum(map(len, objects.values())))


def test_a_manifest_names_its_pictures_where_they_lie_now(desk):
    desk.run("manifest")
    lines = [json.loads(line) for line in desk.objects()["dataset.manifest"].splitlines()]
    assert [line["source-ref"] for line in lines] == [
        f"s3://{OUT}/here/images/a/part {n}.jpg" for n in range(4)
    ]
    # It can be taken in as it is.
    other = desk.house.projects.create(desk.project.scope, NewProject("again"))
    assert all(desk.house.blobs.find(OUT, line["source-ref"].removeprefix(f"s3://{OUT}/")) for line in lines)
    assert other.id != desk.project.id


def test_labels_alone_name_pictures_where_they_were(desk):
    state = desk.run("manifest", pictures=False)
    assert list(desk.objects()) == ["dataset.manifest"]
    lines = [json.loads(line) for line in desk.objects()["dataset.manifest"].splitlines()]
    assert [line["source-ref"] for line in lines] == [f"s3://{PICTURES}/a/part {n}.jpg" for n in range(4)]
    assert (state.files, state.left_out) == (1, 0)


def test_a_folder_that_holds_something_is_refused_unless_told(desk):
    desk.house.blobs.put(OUT, "here/labels.csv", b"mine")
    desk.house.blobs.put(OUT, "here/notes.txt", b"mine too")
    with pytest.raises(Taken, match="There is something in s3://acme-exports/here/ already"):
        desk.begin()
    assert desk.objects() == {"labels.csv": b"mine", "notes.txt": b"mine too"}
    assert desk.run(existing="replace").status == "done"
    objects = desk.objects()
    assert objects["labels.csv"] != b"mine"
    assert objects["notes.txt"] == b"mine too"


def test_a_name_that_only_begins_alike_is_another_folder(desk):
    desk.house.blobs.put(OUT, "here-too.txt", b"mine")
    assert desk.run(address=f"s3://{OUT}/here").status == "done"
    assert desk.house.blobs.read(OUT, "here-too.txt") == b"mine"


def test_what_is_put_there_meanwhile_is_left_as_it_is(desk, monkeypatch):
    real, first = PlaceWriter.write, []

    def write(self, file):
        if not first:
            first.append(desk.house.blobs.put(OUT, "here/images/a/part 2.jpg", b"somebody else's"))
        return real(self, file)

    monkeypatch.setattr(PlaceWriter, "write", write)
    state = desk.run()
    assert state.status == "failed"
    assert "part 2.jpg is there and holds something else; it was left as it is" in state.message
    assert desk.objects()["images/a/part 2.jpg"] == b"somebody else's"


def test_a_run_that_was_cut_off_goes_on_with_the_entries_of_its_moment(desk, monkeypatch):
    real, count = PlaceWriter.write, []

    def write(self, file):
        count.append(file.name)
        if len(count) == 3:
            raise JobInterrupted
        return real(self, file)

    monkeypatch.setattr(PlaceWriter, "write", write)
    state = desk.begin("coco")
    desk.house.jobs.wait(1)
    assert len(desk.objects()) == 3  # the mark, and two pictures
    # What the dataset becomes meanwhile is none of this export's.
    dataset = desk.house.datasets.find(desk.project, "train")
    desk.house.blobs.delete(PICTURES, "a/part 0.jpg")
    monkeypatch.setattr(PlaceWriter, "write", real)
    desk.house.blobs.put(PICTURES, "a/part 0.jpg", a_picture(0))
    assert dataset.counts.total == 4
    tools = desk.house.exports._tools
    ExportRun(tools, NoContext(), state.id).run()
    state = desk.house.exports.describe(desk.project, state.id)
    assert (state.status, state.files, state.completed) == ("done", 5, 4)
    versions = {item.key: item.modified for item in desk.house.blobs.list(OUT)}
    assert len(versions) == 5
    assert set(desk.objects().values()) >= {a_picture(number) for number in range(4)}


@pytest.mark.parametrize("form", PACKED)
def test_no_import_takes_an_export_that_was_cut_off(desk, monkeypatch, tmp_path, form):
    real, count = PlaceWriter.write, []

    def write(self, file):
        count.append(file.name)
        if len(count) == last:
            raise NoSpace("The disk is full.")
        return real(self, file)

    def take(address, name):
        reading = BucketReading(desk.house.blobs, lambda *_: True, desk.caller, lambda: False)
        reading.write_folder(ImportSource("bucket", form, address), tmp_path / name)

    monkeypatch.setattr(PlaceWriter, "write", write)
    last = 0
    files = desk.run(form, f"s3://{OUT}/whole").files
    file = LABEL_FILES.get(form, "")
    take(f"s3://{OUT}/whole/{file}", "whole")
    for last in range(1, files + 1):
        count.clear()
        address = f"s3://{OUT}/cut {last}"
        assert desk.run(form, address).status == "failed"
        places = [f"{address}/{file}"] if form == "manifest" else [address, f"{address}/{file}"]
        for number, place in enumerate(places):
            with pytest.raises(Wrong, match="an export that was cut off, or is still being written"):
                take(place, f"{last}-{number}")
    # What came to nothing does not stand in the way of the next one, which takes its mark away.
    last = 0
    assert desk.run(form, f"s3://{OUT}/cut 1").status == "done"
    assert len(desk.objects("cut 1/")) == files
    take(f"s3://{OUT}/cut 1/{file}", "mended")


@pytest.mark.parametrize(
    ("key", "place"),
    [
        (".vedette-unfinished-set", "set"),
        ("images/.vedette-writing-set/0.png", "set"),
        (".vedette-unfinished-set.manifest", "set/set.manifest"),
    ],
)
def test_what_was_cut_off_on_a_disk_and_copied_to_a_bucket_is_no_source(desk, tmp_path, key, place):
    desk.house.blobs.put(OUT, f"set/{key}", b"")
    desk.house.blobs.put(OUT, "set/set.manifest", b"{}")
    reading = BucketReading(desk.house.blobs, lambda *_: True, desk.caller, lambda: False)
    form = "manifest" if place.endswith("manifest") else "csv"
    with pytest.raises(Wrong, match="an export that was cut off"):
        reading.write_folder(ImportSource("bucket", form, f"s3://{OUT}/{place}"), tmp_path / "read")


def test_a_mark_that_somebody_wrote_over_is_not_read_into_memory(desk, monkeypatch):
    real = PlaceWriter.write

    def write(self, file):
        desk.house.blobs.put(OUT, f"set/{UNFINISHED_KEY}", b"x" * 1000)
        return real(self, file)

    monkeypatch.setattr(PlaceWriter, "write", write)
    monkeypatch.setattr(type(desk.house.blobs), "read", None)
    assert desk.run("csv", f"s3://{OUT}/set").status == "done"
    assert f"set/{UNFINISHED_KEY}" in {item.key for item in desk.house.blobs.list(OUT)}


def test_a_folder_takes_one_export_at_a_time(desk, monkeypatch):
    real, reached, go_on = PlaceWriter.write, threading.Event(), threading.Event()

    def write(self, file):
        reached.set()
        go_on.wait(10)
        return real(self, file)

    monkeypatch.setattr(PlaceWriter, "write", write)
    first = desk.begin("coco", existing="replace")
    assert reached.wait(10)
    with pytest.raises(Busy, match="Another export is being written into s3://acme-exports/here/"):
        desk.begin("voc", f"s3://{OUT}/here/", existing="replace")
    other = desk.begin("voc", f"s3://{OUT}/beside", existing="replace")
    go_on.set()
    assert {desk.settled(state).status for state in (first, other)} == {"done"}
    assert desk.run("voc", existing="replace").status == "done"


def test_what_was_cut_off_is_taken_over_by_the_same_content_alone(desk, monkeypatch):
    real, count = PlaceWriter.write, []

    def write(self, file):
        count.append(file.name)
        if len(count) == 3:
            raise NoSpace("The disk is full.")
        return real(self, file)

    monkeypatch.setattr(PlaceWriter, "write", write)
    assert desk.run("voc").status == "failed"
    with pytest.raises(Taken, match="An export of something else was cut off in s3://acme-exports/here/"):
        desk.begin("coco", existing="replace")
    assert desk.run("voc", existing="replace").status == "done"
    assert UNFINISHED_KEY not in desk.objects()
    assert desk.run("coco", existing="replace").status == "done"


@pytest.mark.parametrize(
    ("form", "key"), [("voc", "here/part 0.xml"), ("voc", "here/new.xml"), ("folder", "here/bolt/0.jpg")]
)
def test_no_import_takes_half_of_what_is_replaced_meanwhile(desk, tmp_path, form, key):
    assert desk.run(form).status == "done"
    changes = iter([key])

    def may_read(*_):
        for key in changes:
            desk.house.blobs.put(OUT, key, b"another's")
        return True

    def take(name):
        reading = BucketReading(desk.house.blobs, may_read, desk.caller, lambda: False)
        reading.write_folder(ImportSource("bucket", form, f"s3://{OUT}/here"), tmp_path / name)

    with pytest.raises(Wrong, match="changed while they were read"):
        take("first")
    take("second")


@pytest.mark.parametrize("form", ["voc", "manifest"])
def test_no_import_takes_what_an_export_has_begun_to_replace(desk, tmp_path, form):
    assert desk.run(form).status == "done"

    def may_read(*_):
        desk.house.blobs.put(OUT, f"here/{UNFINISHED_KEY}", b"begun")
        return True

    reading = BucketReading(desk.house.blobs, may_read, desk.caller, lambda: False)
    place = f"s3://{OUT}/here/dataset.manifest" if form == "manifest" else f"s3://{OUT}/here"
    with pytest.raises(Wrong, match="still being written"):
        reading.write_folder(ImportSource("bucket", form, place), tmp_path / "read")


class NoContext:
    """A job's context that nobody stops."""

    id = 1

    def should_leave(self):
        return False

    def is_cancelled(self):
        return False

    def pause(self, seconds):
        return False

    def end(self, connection):
        pass


def test_cancelling_leaves_what_is_there_and_says_so(desk, monkeypatch):
    real, reached, go_on = PlaceWriter.write, threading.Event(), threading.Event()

    def write(self, file):
        reached.set()
        go_on.wait(10)
        return real(self, file)

    monkeypatch.setattr(PlaceWriter, "write", write)
    state = desk.begin()
    assert reached.wait(10)
    with pytest.raises(Busy, match="cancel it first"):
        desk.house.exports.delete(desk.project, state.id)
    desk.house.exports.cancel(desk.project, state.id)
    go_on.set()
    state = desk.settled(state)
    assert (state.status, state.message) == ("cancelled", "")
    assert UNFINISHED_KEY in desk.objects()
    assert len(desk.objects()) <= 2
    desk.house.exports.delete(desk.project, state.id)
    assert desk.house.exports.of_projects([desk.project.id]) == []


def test_a_project_that_is_being_exported_is_not_deleted(desk, monkeypatch):
    real, reached, go_on = PlaceWriter.write, threading.Event(), threading.Event()

    def write(self, file):
        reached.set()
        go_on.wait(10)
        return real(self, file)

    monkeypatch.setattr(PlaceWriter, "write", write)
    state, projects, project = desk.begin(), desk.house.projects, desk.project
    assert reached.wait(10)
    # What is exported is frozen by now: the dataset may go.
    desk.house.datasets.delete_kind(project, "train")
    with pytest.raises(Busy, match="still has 1 export under way; cancel that, or wait for its end"):
        projects.delete(project.scope, project.name)
    go_on.set()
    assert desk.settled(state).status == "done"
    assert UNFINISHED_KEY not in desk.objects()
    projects.delete(project.scope, project.name)


def test_a_full_disk_ends_it_with_a_sentence(desk, monkeypatch):
    def write(self, file):
        raise NoSpace("The disk is full.")

    monkeypatch.setattr(PlaceWriter, "write", write)
    state = desk.run()
    assert (state.status, state.message) == ("failed", "The disk is full.")


def test_a_picture_that_cannot_be_read_is_named_and_the_rest_goes_out(desk):
    desk.house.blobs.delete(PICTURES, "a/part 1.jpg")
    state = desk.run()
    assert (state.status, state.left_out) == ("done", 1)
    assert b"part 1.jpg" in desk.objects()["left-out.txt"]
    assert b"part 1.jpg" not in desk.objects()["labels.csv"]


def test_places_that_are_none_or_not_ones_own_are_refused(desk, house, monkeypatch):
    house.blobs.make_bucket("others-bucket", account="999999999999", region="eu-west-1")
    for address, kind, sentence in (
        ("https://example.com/x", Wrong, "no folder in a bucket"),
        ("file:///etc", Wrong, "no folder in a bucket"),
        ("s3://", Wrong, "no folder in a bucket"),
        (f"s3://{OUT}/a\u202eb", Wrong, "cannot be shown"),
        (f"s3://{OUT}/{'x' * 600}", Wrong, "more than 512 bytes"),
        ("s3://nowhere-at-all/x", Missing, "This account has no bucket nowhere-at-all"),
        ("s3://others-bucket/x", Missing, "This account has no bucket others-bucket"),
    ):
        with pytest.raises(kind, match=sentence):
            desk.begin(address=address)
    with pytest.raises(Wrong, match="Folders hold labels by where pictures lie"):
        desk.begin("folder", pictures=False)
    others = SimpleNamespace(wish=SimpleNamespace(address="s3://others-bucket/x/"))
    monkeypatch.setattr(records, "under_way", lambda _: [others])
    with pytest.raises(Missing, match="This account has no bucket others-bucket"):
        desk.begin(address="s3://others-bucket/x")  # nor does it say who writes there
    assert house.exports.of_projects([desk.project.id]) == []


@pytest.mark.parametrize(
    ("address", "kept"),
    [("s3://b/x", "s3://b/x/"), ("s3://b/x/", "s3://b/x/"), ("S3://b", "s3://b/"), ("s3://b/", "s3://b/"),
     (" s3://b/a//b// ", "s3://b/a//b/"), ("s3://b///", "s3://b/")],
)  # fmt: skip
def test_a_folder_is_kept_with_its_slash(address, kept):
    assert folder_address(address) == kept


def test_a_project_has_so_many_under_way(desk, monkeypatch):
    go_on = threading.Event()
    real = PlaceWriter.write
    monkeypatch.setattr(PlaceWriter, "write", lambda self, file: go_on.wait(10) and real(self, file))
    for number in range(5):
        desk.begin(address=f"s3://{OUT}/{number}", pictures=False)
    with pytest.raises(TooMuch, match="5 exports of this project are under way"):
        desk.begin(address=f"s3://{OUT}/6")
    go_on.set()
    desk.house.jobs.wait(20)
    for number in range(7, 29):
        desk.run(address=f"s3://{OUT}/{number}", pictures=False)
    assert len(desk.house.exports.of_projects([desk.project.id])) == 20
