"""Parquet with pictures: read as `datasets` 5.2.0 wrote it, and files that lie refused in a sentence."""

import json
import random
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from doubles.drawn_items import SIZE, WHEN, box, boxed, labels, said
from vedette.cli.main import app
from vedette.errors import Wrong
from vedette.exchange.formats import read_format
from vedette.exchange.items import Item, write_item
from vedette.exchange.picture_tables import MOST_GROUP, read_picture_tables, write_picture_table
from vedette.exchange.pieces import NoteList
from vedette.manifest.attributes import Stamp

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

GOLDEN = Path(__file__).parent.parent / "golden" / "exchange"
STAMP = Stamp(moment=WHEN, job="labeling-job/test")
IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
named = st.tuples(st.lists(labels, unique=True, max_size=3).map(tuple), st.none() | boxed)


def picture(folder, wide=640, high=480, form="PNG"):
    place = folder / f"picture-{wide}.{form.lower()}"
    Image.new("L", (wide, high)).save(place)
    return place.read_bytes()


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def table(folder, columns, *, features=None, name="t.parquet", **told):
    """Write a table, a column of pictures among its columns unless they are given."""
    rows = len(next(iter(columns.values())))
    images = columns.pop("image", pa.array([{"bytes": picture(folder), "path": None}] * rows, IMAGE))
    whole = pa.table({"image": images, **columns})
    if features:
        whole = whole.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    parquet.write_table(whole, folder / name, **told)
    return folder / name


def test_what_datasets_wrote_is_read_with_the_names_of_its_numbers():
    first, second, third = read_format("parquet", GOLDEN / "datasets.parquet")
    assert [item.name for item in (first, second, third)] == ["000001.png", "000002.png", "000003.png"]
    # A label of -1 is none.
    assert [item.labels for item in (first, second, third)] == [("sharp",), ("worn",), ()]
    assert [(label, at.left * 64, at.top * 48) for label, at in third.boxes] == [
        ("bolt", 0, 0),
        ("nut", 8, 6),
    ]
    assert (second.boxes, second.size.width, second.size.height) == ((), 64, 48)
    [listed] = read_format("parquet", GOLDEN / "datasets-listed.parquet")
    assert [(label, round(at.left * 64), round(at.height * 48)) for label, at in listed.boxes] == [
        ("b", 1, 4)
    ]


@settings(max_examples=25, deadline=None)
@given(many=st.lists(named, min_size=1, max_size=40))
def test_a_table_is_read_as_it_was_written(tmp_path_factory, many):
    folder = tmp_path_factory.mktemp("pq")
    pictures = [Item(f"p{number}.png", names, boxes, SIZE) for number, (names, boxes) in enumerate(many)]
    every = sorted(
        {label for names, boxes in many for label in (*names, *(label for label, _ in boxes or ()))}
    )
    write_picture_table([(item, picture(folder)) for item in pictures], folder / "t.parquet", every)
    taken = {}
    again = list(read_picture_tables(folder / "t.parquet", taken.__setitem__))
    assert [(item.labels, item.boxes is None) for item in again] == [
        (item.labels, item.boxes is None) for item in pictures
    ]
    assert said(again) == said(pictures)
    assert taken == {item.name: picture(folder) for item in pictures}


def test_an_import_puts_the_pictures_beside_the_manifest_and_an_export_takes_them_back(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copy(GOLDEN / "datasets.parquet", tmp_path)
    answer = run("import", "parquet", "datasets.parquet", "--out", "train.manifest")
    assert answer.exit_code == 0, answer.output
    names = [json.loads(line)["source-ref"] for line in Path("train.manifest").read_text().splitlines()]
    assert names == [f"train-pictures/00000{number}.png" for number in (1, 2, 3)]
    assert all(Path(name).is_file() for name in names)
    again = run("import", "parquet", "datasets.parquet", "--out", "train.manifest")
    assert "is there already; say another place by --images" in again.output
    assert run("export", "parquet", "train.manifest", "--out", "new.parquet").exit_code == 2
    answer = run("export", "parquet", "train.manifest", "--out", "new.parquet", "--with-pictures")
    assert answer.exit_code == 0, answer.output
    before, after = (list(read_format("parquet", Path(name))) for name in ("datasets.parquet", "new.parquet"))
    assert [(item.labels, item.boxes) for item in after] == [(item.labels, item.boxes) for item in before]
    assert run("import", "parquet", "new.parquet", "--dry-run").output.startswith(
        "3 pictures would be brought"
    )


def test_an_import_that_is_refused_on_its_way_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [{"bytes": picture(tmp_path), "path": None}] * 40 + [{"bytes": b"no picture", "path": None}]
    table(tmp_path, {"image": pa.array(rows, IMAGE)})
    answer = run("import", "parquet", "t.parquet", "--out", "train.manifest")
    assert (answer.exit_code, "row 41, has a picture that cannot be read" in answer.output) == (2, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["picture-640.png", "t.parquet"]
    answer = run("import", "parquet", "t.parquet", "--out", "train.manifest", "--leave-out")
    assert (answer.exit_code, len(list((tmp_path / "train-pictures").iterdir()))) == (0, 40)


def test_what_an_import_that_was_killed_left_is_cleared_by_the_next(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".train-pictures.part").mkdir()
    (tmp_path / ".train-pictures.part" / "000001.png").write_bytes(b"half")
    table(tmp_path, {"label": pa.array(["sharp"])})
    assert run("import", "parquet", "t.parquet", "--out", "train.manifest").exit_code == 0
    assert [path.name for path in (tmp_path / "train-pictures").iterdir()] == ["000001.png"]


def test_files_of_several_splits_keep_pictures_of_one_name_apart(tmp_path):
    for split in ("train-0", "test-0"):
        image = [{"bytes": picture(tmp_path), "path": path} for path in ("a.png", "../A.png")]
        table(
            tmp_path,
            {"image": pa.array(image, IMAGE), "label": pa.array(["x", "y"])},
            name=f"{split}.parquet",
        )
    assert [item.name for item in read_format("parquet", tmp_path)] == [
        "test-0/a.png", "test-0/A-2.png", "train-0/a.png", "train-0/A-2.png",
    ]  # fmt: skip


def test_labels_of_anomalies_become_classes_where_that_is_asked(tmp_path):
    table(tmp_path, {"label": pa.array(["Normal", "anomaly", None])})
    found = read_format("parquet", tmp_path / "t.parquet", anomalies=True)
    assert [item.is_anomalous for item in found] == [False, True, None]
    table(tmp_path, {"label": pa.array(["bent"])})
    with pytest.raises(Wrong, match="has the labels bent, and not normal or anomaly"):
        list(read_format("parquet", tmp_path / "t.parquet", anomalies=True))


def test_boxes_that_no_class_can_hold_are_named(tmp_path):
    boxes = pa.array([{"bbox": [[0.0, 0.0, 9.0, 9.0]], "category": ["crack"]}, None], BBOX)
    path, notes = table(tmp_path, {"label": pa.array(["anomaly", "normal"]), "objects": boxes}), NoteList()
    items = list(read_picture_tables(path, None, notes, anomalies=True))
    assert [(item.is_anomalous, item.boxes) for item in items] == [(True, None), (False, None)]
    (note,) = notes.take()
    assert note.sentence.endswith(
        "row 1, has boxes, which are left out: pictures become normal or anomalies."
    )


CLASS = {"label": {"_type": "ClassLabel", "names": ["a", "b"]}}
BBOX = pa.struct([("bbox", pa.list_(pa.list_(pa.float64()))), ("category", pa.list_(pa.string()))])


@pytest.mark.parametrize(
    ("columns", "features", "sentence"),
    [
        ({"label": pa.array([1])}, None, "row 1, has the label number 1, and the file does not say"),
        ({"label": pa.array([2])}, CLASS, "the label '2', no text and none of its 2 names"),
        ({"label": pa.array([-2])}, CLASS, "the label '-2'"),
        ({"label": pa.array([" "])}, None, "the label ' '"),
        ({"label": pa.array([1.5])}, None, "the label '1.5'"),
        ({"image": pa.array(["a.png"])}, None, "has no column of pictures"),
        (
            {"image": pa.array([{"bytes": None, "path": "/etc/passwd"}], IMAGE)},
            None,
            "row 1, has no bytes of its picture, and names /etc/passwd",
        ),
        (
            {"objects": pa.array([{"bbox": [[1, 2, 3, 4]], "category": []}], BBOX)},
            None,
            "without a category for each",
        ),
        (
            {"objects": pa.array([{"bbox": [[1, 2, 3]], "category": ["x"]}], BBOX)},
            None,
            "that is not 4 numbers",
        ),
        (
            {"objects": pa.array([{"bbox": [[900, 2, 3, 4]], "category": ["x"]}], BBOX)},
            None,
            "a box of x that is not on its picture",
        ),
        (
            {"objects": pa.array([{"bbox": [[float("nan"), 2, 3, 4]], "category": ["x"]}], BBOX)},
            None,
            "not 4 numbers",
        ),
    ],
)
def test_rows_that_say_nothing_are_refused_by_their_number(tmp_path, columns, features, sentence):
    file = table(tmp_path, dict(columns), features=features)
    with pytest.raises(Wrong, match=sentence):
        list(read_format("parquet", file))


def test_other_columns_are_told_and_ten_thousand_names_are_names(tmp_path):
    names = [f"part{number}" for number in range(10_000)]
    features = {"label": {"_type": "ClassLabel", "names": names}}
    file = table(tmp_path, {"label": pa.array([9_999]), "caption": pa.array(["x"])}, features=features)
    notes = NoteList(str(tmp_path))
    [item] = read_format("parquet", file, notes=notes)
    assert item.labels == ("part9999",)
    assert [note.sentence for note in notes.notes] == ["t.parquet has columns that become no label: caption."]


def test_a_row_group_of_more_than_is_read_is_refused_before_a_row_of_it_is(tmp_path):
    file = table(tmp_path, {"label": pa.array(["a"] * 3)}, row_group_size=1)
    body = bytearray(file.read_bytes())
    metadata = parquet.read_metadata(file)
    size = metadata.row_group(2).total_byte_size
    at = body.rfind(zigzag(size))
    grown = zigzag(MOST_GROUP * 2)
    body[at : at + len(zigzag(size))] = grown
    footer = int.from_bytes(body[-8:-4], "little") + len(grown) - len(zigzag(size))
    body[-8:-4] = footer.to_bytes(4, "little")
    file.write_bytes(body)
    with pytest.raises(Wrong, match=f"a row group of {MOST_GROUP * 2:,} bytes"):
        list(read_format("parquet", file))


def zigzag(number):
    """Return a number as Parquet's footer has it."""
    value, out = number << 1, bytearray()
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


@pytest.mark.parametrize("cut", [0, 4, 8, 100, -1, -4, -9, -200])
def test_a_file_that_is_cut_is_refused(tmp_path, cut):
    whole = (GOLDEN / "datasets.parquet").read_bytes()
    (tmp_path / "t.parquet").write_bytes(whole[:cut])
    with pytest.raises(Wrong, match="cannot be read as Parquet"):
        list(read_format("parquet", tmp_path / "t.parquet"))


def test_a_footer_that_lies_is_refused_or_read_and_never_anything_else(tmp_path):
    whole = (GOLDEN / "datasets.parquet").read_bytes()
    start = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    random_places = random.Random(17)
    for _ in range(400):
        body = bytearray(whole)
        for _ in range(random_places.randint(1, 3)):
            body[random_places.randrange(start, len(body))] = random_places.randrange(256)
        (tmp_path / "t.parquet").write_bytes(body)
        try:
            found = list(read_format("parquet", tmp_path / "t.parquet", notes=NoteList()))
        except Wrong:
            continue
        assert all(item.size is not None for item in found)


def test_lines_without_pictures_are_told_and_left_out(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = [write_item(Item("a.png", (), (("bolt", box(1, 2, 3, 4)),), SIZE), stamp=STAMP)]
    Path("t.manifest").write_text(lines[0].text + "\n")
    answer = run("export", "parquet", "t.manifest", "--out", "t.parquet", "--with-pictures")
    assert "There is no file for a.png; it is left out." in answer.output
    assert list(read_format("parquet", Path("t.parquet"))) == []
