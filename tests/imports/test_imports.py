"""Imports by the room's front: read, shown, mended, run; nothing twice and nothing lost."""

import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from doubles.houses import a_caller, a_house
from doubles.lines import a_line, a_ref
from vedette.datasets.dataset import Filter, NewDataset
from vedette.errors import Busy, Missing, TooMuch, Wrong
from vedette.imports.naming import PlacedPicture
from vedette.imports.pieces import FilePiece, Piece
from vedette.imports.values import ImportOptions, ImportSource, LineQuery, MendOrder
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject
from vedette.store.db import open_database

GOLDEN = Path(__file__).parent.parent / "golden" / "exports"
BUCKET = "acme-pictures"


def a_picture(side=64):
    file = BytesIO()
    Image.new("RGB", (side, side)).save(file, "JPEG")
    return file.getvalue()


class Bench:
    """A project in a house, with a bucket of pictures."""

    def __init__(self, house, service="rekognition"):
        self.house = house
        self.caller = a_caller(service).principal
        scope = Scope(service, self.caller.account, "eu-west-1")
        self.project = house.projects.create(scope, NewProject("parts"))
        house.blobs.make_bucket(BUCKET, account=self.caller.account, region="eu-west-1")

    def put(self, key, body=None):
        self.house.blobs.put(BUCKET, key, a_picture() if body is None else body)
        return f"s3://{BUCKET}/{key}"

    def bring(self, source, *pieces, kind="train"):
        """Make an import, send its pieces, read it; return it once it is read."""
        state = self.house.imports.create(self.project, kind, source, self.caller)
        for number, piece in enumerate(pieces):
            self.house.imports.add_piece(self.project, state.id, number, piece)
        if source.kind == "files":
            self.house.imports.read(self.project, state.id)
        return self.settled(state)

    def settled(self, state):
        self.house.jobs.wait(20)
        return self.house.imports.describe(self.project, state.id)

    def lines(self, state, **query):
        return self.house.imports.lines(self.project, state.id, LineQuery(**query)).rows

    def run(self, state, **options):
        if options:
            self.house.imports.configure(self.project, state.id, ImportOptions(**options))
        self.house.imports.run(self.project, state.id)
        return self.settled(state)

    def entries(self, kind="train"):
        dataset = self.house.datasets.find(self.project, kind)
        return [
            json.loads(entry.line)
            for entry in self.house.datasets.contents.page(dataset, Filter(), most=5000)[0]
        ]

    def mend(self, state, kind, *numbers, **order):
        return self.house.imports.mend(self.project, state.id, MendOrder(kind, numbers, **order))


@pytest.fixture
def house(sqlite_maker, tmp_path, clock):
    address, folder = sqlite_maker.new(tmp_path / "data")
    database = open_database(address, folder)
    made = a_house(database, clock, folder)
    made.jobs.start()
    yield made
    made.jobs.close()
    database.close()


@pytest.fixture
def bench(house):
    return Bench(house)


def uploaded(*paths, sides=(640, 480)):
    return [PlacedPicture(path, f"s3://{BUCKET}/{path}", *sides) for path in paths]


def test_a_folder_in_a_bucket_is_shown_by_label_before_it_is_taken_in(bench):
    for key in ("p/round/a.jpg", "p/round/b.jpg", "p/square/x/c.jpg", "p/d.jpg", "other/e.jpg"):
        bench.put(key)
    bench.put("p/round/f.heic", b"x")
    bench.put("p/notes.txt", b"x")
    state = bench.bring(ImportSource("bucket", "folder", f"s3://{BUCKET}/p", folder_labels="first"))
    assert (state.status, state.message) == ("ready", "")
    assert state.totals["labels"] == {"round": [2, 0], "square": [1, 0]}
    assert {key: state.totals[key] for key in ("lines", "usable", "refused", "unlabelled")} == {
        "lines": 4, "usable": 4, "refused": 0, "unlabelled": 1,
    }  # fmt: skip
    with pytest.raises(Missing):
        bench.house.datasets.find(bench.project, "train")
    done = bench.run(state, labels={"square": "box"})
    assert done.status == "done"
    assert done.result == {"train": 4, "test": 0, "added": 4, "replaced": 0, "present": 0}
    labels = {
        line["source-ref"]: [v["class-name"] for k, v in line.items() if k.endswith("-metadata")]
        for line in bench.entries()
    }
    assert labels == {
        f"s3://{BUCKET}/p/d.jpg": [],
        f"s3://{BUCKET}/p/round/a.jpg": ["round"],
        f"s3://{BUCKET}/p/round/b.jpg": ["round"],
        f"s3://{BUCKET}/p/square/x/c.jpg": ["box"],
    }


@pytest.mark.parametrize(("form", "file"), [("labelstudio", "labelstudio.json"), ("cvat", "cvat.xml")])
def test_an_export_with_its_pictures_becomes_a_dataset(bench, form, file):
    body = (GOLDEN / file).read_bytes()
    names = ["tray-01.jpg", "tray 03.jpg"] if form == "labelstudio" else ["tray-01.jpg", "tray-02.jpg"]
    sides = (200, 100) if form == "labelstudio" else (640, 480)
    pieces = [
        Piece([FilePiece(f"export/{file}", 0, body[:100])], uploaded(f"images/{names[0]}")),
        Piece([FilePiece(f"export/{file}", 100, body[100:])], uploaded(f"images/{names[1]}", sides=sides)),
    ]
    for name in names:
        bench.put(f"images/{name}")
    state = bench.bring(ImportSource("files", form), *pieces)
    assert (state.status, state.message) == ("ready", "")
    assert state.totals["labels"]["bolt"][1] == (2 if form == "labelstudio" else 1)
    refused = [(row.name, [p[0] for p in row.problems]) for row in bench.lines(state) if row.is_refused]
    missing = "s3://acme-vision/trays/tray-02.jpg" if form == "labelstudio" else "trays/tray-03.jpg"
    code = "ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS" if form == "labelstudio" else "PICTURE_MISSING"
    assert (missing, [code]) in refused
    done = bench.run(state)
    assert (done.status, done.message, done.result["added"]) == ("done", "", 2)
    line = bench.entries()[0]
    assert line["source-ref"] == f"s3://{BUCKET}/images/tray-01.jpg"
    assert line["bounding-box"]["annotations"][0] == {
        "class_id": 0, "left": 64, "top": 120, "width": 320, "height": 240,
    }  # fmt: skip


COCO = {
    "images": [{"id": n, "width": 640, "height": 480, "file_name": f"{n}.jpg"} for n in (1, 2)],
    "categories": [{"id": 1, "name": "bolt"}],
    "annotations": [
        {"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 10, 50, 50]},
        {"id": 2, "image_id": 9, "category_id": 1, "bbox": [10, 10, 50, 50]},
        {"id": 3, "image_id": 2, "category_id": 1, "bbox": "x"},
    ],
}
VOC = (
    "<annotation><filename>1.jpg</filename><size><width>640</width><height>480</height></size>"
    "<object><name>bolt</name><bndbox><xmin>10</xmin><ymin>10</ymin><xmax>60</xmax><ymax>60</ymax></bndbox>"
    "</object></annotation>"
)
LINE = a_line(1, "bolt").replace(a_ref(1), "1.jpg")
SOURCES = {
    "coco": {"labels.json": json.dumps(COCO)},
    "voc": {"Annotations/1.xml": VOC, "Annotations/2.xml": "<!DOCTYPE x>"},
    "yolo": {"data.yaml": "names: [bolt]\n", "labels/1.txt": "0 .1 .1 .1 .1\n", "labels/2.txt": "7 0 0 0 0"},
    "csv": {"labels.csv": "1.jpg,bolt\n3.jpg,bolt\n"},
    "manifest": {"a.manifest": LINE + '\n{"source-ref":\n'},
}  # fmt: skip


@pytest.mark.parametrize("form", SOURCES)
@pytest.mark.parametrize("place", ["files", "bucket"])
def test_every_format_names_what_it_cannot_use_and_brings_the_rest(bench, form, place):
    names = ["images/1.jpg", "images/2.jpg"]
    refs = [bench.put(f"set/{name}") for name in names]
    if place == "bucket":
        for path, text in SOURCES[form].items():
            bench.put(
                f"set/{path}",
                text.encode().replace(b'"1.jpg"', f'"{refs[0]}"'.encode())
                if form == "manifest"
                else text.encode(),
            )
        address = f"s3://{BUCKET}/set" + ("/a.manifest" if form == "manifest" else "")
        state = bench.bring(ImportSource("bucket", form, address))
    else:
        pictures = [PlacedPicture(name, ref, 640, 480) for name, ref in zip(names, refs, strict=True)]
        files = [FilePiece(path, 0, text.encode()) for path, text in SOURCES[form].items()]
        state = bench.bring(ImportSource("files", form), Piece(files, pictures))
    assert (state.status, state.message) == ("ready", "")
    assert state.totals["labels"]["bolt"][0] == 1
    assert any(row.is_refused for row in bench.lines(state))
    for row in bench.lines(state):
        assert "/imports/" not in row.name + "".join(problem[1] for problem in row.problems)
    done = bench.run(state)
    assert (done.status, done.message) == ("done", "")
    assert any("bolt" in json.dumps(line) for line in bench.entries())


def test_another_dataset_is_copied_and_divided_as_it_was_shown(bench):
    for number in range(10):
        bench.put(f"p/{'round' if number % 2 else 'square'}/{number}.jpg")
    first = bench.bring(ImportSource("bucket", "folder", f"s3://{BUCKET}/p", folder_labels="first"))
    bench.run(first)
    other = Bench.__new__(Bench)
    other.__dict__.update(bench.__dict__)
    other.project = bench.house.projects.create(bench.project.scope, NewProject("copy"))
    state = other.bring(ImportSource("dataset", "manifest", str(bench.project.arn), "train"))
    bench.house.imports.configure(other.project, state.id, ImportOptions(divides=True))
    names = sorted(row.name for row in other.lines(state))
    assert names == sorted(line["source-ref"] for line in bench.entries())
    shown = other.settled(state).totals["split"]
    assert (shown["train"], shown["test"]) == (8, 2)
    assert shown["labels"] == [["round", 4, 1], ["square", 4, 1]]
    done = other.run(state, divides=True)
    assert done.result == {"train": 8, "test": 2, "added": 10, "replaced": 0, "present": 0}
    assert [len(other.entries(kind)) for kind in ("train", "test")] == [8, 2]


def test_adding_the_same_again_brings_nothing_twice_and_keeps_labels(bench):
    bench.put("p/round/a.jpg")
    source = ImportSource("bucket", "folder", f"s3://{BUCKET}/p", folder_labels="first")
    bench.run(bench.bring(source))
    bench.put("p/round/b.jpg")
    again = bench.run(bench.bring(replace(source, folder_labels="none")))
    assert again.result == {"train": 1, "test": 0, "added": 1, "replaced": 0, "present": 1}
    assert "round" in bench.entries()[0]
    replaced = bench.run(bench.bring(replace(source, folder_labels="none")), existing="replace")
    assert replaced.result["replaced"] == 2
    assert "round" not in bench.entries()[0]


def test_pictures_of_another_bucket_than_the_datasets_are_refused_by_name(bench):
    bench.put("p/a.jpg")
    bench.run(bench.bring(ImportSource("bucket", "folder", f"s3://{BUCKET}/p")))
    bench.house.blobs.make_bucket("elsewhere-1", account=bench.caller.account)
    bench.house.blobs.put("elsewhere-1", "b.jpg", a_picture())
    state = bench.bring(ImportSource("bucket", "folder", "s3://elsewhere-1/"))
    assert [row.problems[0][0] for row in bench.lines(state)] == ["ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS"]
    with pytest.raises(Wrong, match="Not one line"):
        bench.house.imports.run(bench.project, state.id)


@pytest.mark.parametrize(
    "address", ["http://x.example/a", "file:///etc", "https://a/b", "/etc/passwd", "s3://", "", "ftp://x/y"]
)
def test_only_buckets_are_read(bench, address):
    with pytest.raises(Wrong, match="Nothing is fetched from the web"):
        bench.house.imports.create(
            bench.project, "train", ImportSource("bucket", "folder", address), bench.caller
        )


def test_a_bucket_of_another_account_is_not_there(bench):
    bench.house.blobs.make_bucket("foreign-1", account="999999999999")
    bench.house.blobs.put("foreign-1", "a.jpg", a_picture())
    state = bench.bring(ImportSource("bucket", "folder", "s3://foreign-1/"))
    assert (state.status, state.message) == ("failed", "This account has no bucket foreign-1.")


def test_a_manifest_that_is_not_there_is_named(bench):
    state = bench.bring(ImportSource("bucket", "manifest", f"s3://{BUCKET}/gone.manifest"))
    sentence = f"s3://{BUCKET}/gone.manifest is not there, or not for you to read."
    assert (state.status, state.message) == ("failed", sentence)


@pytest.mark.parametrize(
    "path",
    [
        "../a",
        "/a",
        "a/../../b",
        "a\\..\\b",
        "C:/x",
        "a//b",
        "con/a",
        "a\x00b",
        ".",
        "",
        "x/" * 30 + "y",
        "ü" * 400,
    ],
)
def test_no_piece_has_a_path_that_leaves_its_folder(bench, path):
    state = bench.house.imports.create(bench.project, "train", ImportSource("files", "coco"), bench.caller)
    with pytest.raises(Wrong):
        bench.house.imports.add_piece(bench.project, state.id, 0, Piece([FilePiece(path, 0, b"x")]))
    with pytest.raises(Wrong):
        bench.house.imports.add_piece(bench.project, state.id, 0, Piece((), uploaded(path)))


def test_a_file_that_is_a_folder_too_and_a_gap_are_said(bench):
    source = ImportSource("files", "coco")
    both = bench.bring(source, Piece([FilePiece("a", 0, b"x"), FilePiece("a/b.json", 0, b"x")]))
    assert both.message == "a/b.json is a file and a folder at once."
    gap = bench.bring(source, Piece([FilePiece("a.json", 5, b"x")]))
    assert "came with a gap" in gap.message


def test_pieces_that_come_twice_are_there_once_and_too_many_bytes_are_refused(bench, monkeypatch):
    bench.put("images/1.jpg")
    piece = Piece([FilePiece("a.csv", 0, b"images/1.jpg,bolt\n")], uploaded("images/1.jpg"))
    state = bench.house.imports.create(bench.project, "train", ImportSource("files", "csv"), bench.caller)
    for _ in range(3):
        bench.house.imports.add_piece(bench.project, state.id, 0, piece)
    assert bench.house.imports.describe(bench.project, state.id).pieces == 1
    monkeypatch.setattr("vedette.imports.pieces.MOST_BYTES", 10)
    with pytest.raises(TooMuch):
        bench.house.imports.add_piece(bench.project, state.id, 1, piece)
    bench.house.imports.read(bench.project, state.id)
    assert bench.settled(state).totals["usable"] == 1


def test_nothing_to_import_is_said(bench):
    state = bench.bring(ImportSource("files", "coco"), Piece((), uploaded("a.jpg")))
    assert (state.status, state.message) == ("failed", "There is no label file here (.json).")
    empty = bench.bring(ImportSource("bucket", "folder", f"s3://{BUCKET}/none"))
    assert empty.message == f"There is nothing in s3://{BUCKET}/none/."


def test_an_import_is_its_projects_alone_and_refuses_what_its_state_forbids(bench):
    bench.put("p/a.jpg")
    state = bench.bring(ImportSource("bucket", "folder", f"s3://{BUCKET}/p"))
    other = bench.house.projects.create(bench.project.scope, NewProject("other"))
    with pytest.raises(Missing):
        bench.house.imports.describe(other, state.id)
    done = bench.run(state)
    for act in (
        lambda: bench.house.imports.run(bench.project, state.id),
        lambda: bench.mend(done, "leave-out", 1),
        lambda: bench.house.imports.add_piece(bench.project, state.id, 0, Piece()),
    ):
        with pytest.raises(Busy):
            act()
    bench.house.imports.delete(bench.project, state.id)
    with pytest.raises(Missing):
        bench.house.imports.describe(bench.project, state.id)


def test_classes_of_lookout_are_named_by_who_imports(house):
    bench = Bench(house, "lookoutvision")
    for key in ("p/good/a.jpg", "p/scratched/b.jpg", "p/normal/c.jpg"):
        bench.put(key)
    state = bench.bring(ImportSource("bucket", "folder", f"s3://{BUCKET}/p", folder_labels="first"))
    assert state.totals["labels"] == {"good": [1, 0], "normal": [1, 0], "scratched": [1, 0]}
    bench.run(state, labels={"good": "normal", "scratched": "anomaly"})
    assert [line["anomaly-label-metadata"]["class-name"] for line in bench.entries()] == [
        "normal",
        "normal",
        "anomaly",
    ]
    counts = house.datasets.find(bench.project, "train").counts
    assert (counts.normal, counts.anomaly) == (2, 1)


def test_labels_with_markup_and_turning_marks_are_text(bench):
    name = "<img src=x onerror=alert(1)>\u202egpj"
    bench.put(f"p/{name.replace('/', '')}/a.jpg")
    state = bench.bring(ImportSource("bucket", "folder", f"s3://{BUCKET}/p", folder_labels="first"))
    assert list(state.totals["labels"]) == [name]
    assert bench.run(state).status == "done"


def test_a_dataset_that_is_there_is_kept_by_a_failed_import(bench):
    dataset = bench.house.datasets.create(bench.project, NewDataset("train", None, bench.caller, {}))
    state = bench.bring(ImportSource("bucket", "folder", "s3://foreign-9/"))
    assert state.status == "failed"
    assert bench.house.datasets.find(bench.project, "train").id == dataset.id


def test_an_import_is_forgotten_after_a_week_that_passed_and_not_after_one_that_the_clock_leapt(bench, clock):
    source = ImportSource("files", "yolo")
    made = bench.house.imports.create(bench.project, "train", source, bench.caller)
    clock.leap(days=30)
    clock.move(hours=1)
    bench.house.imports.create(bench.project, "train", source, bench.caller)
    assert bench.house.imports.describe(bench.project, made.id).status == "open"
    clock.move(days=8)
    bench.house.imports.create(bench.project, "train", source, bench.caller)
    with pytest.raises(Missing):
        bench.house.imports.describe(bench.project, made.id)
