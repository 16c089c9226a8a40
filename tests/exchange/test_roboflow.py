"""Roboflow's CSV in its folders: read as it writes it, and each loss and fault in a sentence."""

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from doubles.drawn_items import SIZE, WHEN, box, items, labels, said
from vedette.cli.main import app
from vedette.errors import Wrong
from vedette.exchange.formats import from_lines, read_format
from vedette.exchange.items import Item, write_item
from vedette.exchange.losses import find_losses
from vedette.exchange.pieces import NoteList
from vedette.manifest.attributes import Stamp

STAMP = Stamp(moment=WHEN, job="labeling-job/test")
HEADER = "filename,width,height,class,xmin,ymin,xmax,ymax\n"
classed = st.lists(st.lists(labels, unique=True, max_size=4).map(tuple), min_size=1, max_size=6)


def put(place, text):
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, "utf-8")


@settings(max_examples=25, deadline=None)
@given(many=items)
def test_boxes_are_read_as_they_were_written(tmp_path_factory, many):
    out = tmp_path_factory.mktemp("rf")
    from_lines("roboflow", [write_item(item, stamp=STAMP) for item in many], out, written_at=WHEN)
    assert said(read_format("roboflow", out)) == said([item for item in many if item.boxes])


@settings(max_examples=25, deadline=None)
@given(many=classed)
def test_labels_are_read_as_they_were_written(tmp_path_factory, many):
    out = tmp_path_factory.mktemp("rf")
    pictures = [Item(f"p{number}.png", names) for number, names in enumerate(many)]
    from_lines("roboflow", [write_item(item, stamp=STAMP) for item in pictures], out, written_at=WHEN)
    again = [(item.name, set(item.labels), item.boxes) for item in read_format("roboflow", out)]
    assert again == [(item.name, set(item.labels), None) for item in pictures]


def test_the_folders_of_an_export_are_read_together_with_what_lies_beside_the_labels(tmp_path):
    put(
        tmp_path / "train" / "_annotations.csv",
        HEADER + "a.jpg,100,50,bolt,10,5,30,25\na.jpg,100,50,nut,0,0,9,9\n",
    )
    put(tmp_path / "valid" / "_classes.csv", "filename, wet, worn\na.jpg, 0, 1\nb.jpg, 0, 0\n")
    put(
        tmp_path / "test" / "_annotations.coco.json",
        '{"images":[{"id":1,"file_name":"c.jpg","width":100,"height":50}],"categories":[{"id":0,"name":"bolt"}],'
        '"annotations":[{"id":1,"image_id":1,"category_id":0,"bbox":[1,2,3,4]}]}',
    )
    Image.new("L", (100, 50)).save(tmp_path / "train" / "z.jpg")
    found = {item.name: item for item in read_format("roboflow", tmp_path)}
    assert list(found) == ["test/c.jpg", "train/a.jpg", "train/z.jpg", "valid/a.jpg", "valid/b.jpg"]
    assert [label for label, _ in found["train/a.jpg"].boxes] == ["bolt", "nut"]
    # Nobody knows whether somebody looked at a picture that has no row.
    assert (found["train/z.jpg"].boxes, found["train/z.jpg"].labels) == (None, ())
    assert [found[f"valid/{name}.jpg"].labels for name in "ab"] == [("worn",), ()]
    [alone] = read_format("roboflow", tmp_path / "test" / "_annotations.coco.json")
    assert alone.name == "c.jpg"


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("a.jpg,100,50,bolt,10,5,30\n", "row 2, has no filename, width"),
        ("a.jpg,100,50,,10,5,30,25\n", "row 2, has no filename, width"),
        ("a.jpg,0,50,bolt,10,5,30,25\n", "no width and height of its picture"),
        ("a.jpg,1e9,50,bolt,10,5,30,25\n", "no number as width"),
        ("a.jpg,100,50,bolt,nan,5,30,25\n", "no number as xmin"),
        ("a.jpg,100,50,bolt,110,5,130,25\n", "a box of bolt that is not on its picture"),
        (
            "a.jpg,100,50,bolt,1,5,3,25\na.jpg,50,100,bolt,1,5,3,25\n",
            "row 3, says that a.jpg is of 50 x 100 pixels",
        ),
        ("a.jpg,100,50,b\0lt,1,5,3,25\n", "a character that no text has"),
    ],
)
def test_rows_that_cannot_be_used_are_refused_or_left_out_by_their_number(tmp_path, rows, sentence):
    put(tmp_path / "_annotations.csv", HEADER + "" + rows)
    with pytest.raises(Wrong, match=sentence):
        list(read_format("roboflow", tmp_path))
    if "\0" not in rows:
        notes = NoteList()
        list(read_format("roboflow", tmp_path, notes=notes))
        assert sentence in notes.notes[0].sentence


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("_classes.csv", "filename,a,a\n", "two of one name"),
        ("_classes.csv", "filename,a,\n", "a column without a name"),
        ("_classes.csv", "filename,a\nx.jpg,2\n", "row 2, is not a picture and 1 cells"),
        ("_classes.csv", "filename,a\nx.jpg,1\nx.jpg,1\n", "row 3, has x.jpg once more"),
        ("_annotations.csv", "x.jpg,bolt\n", "does not begin with the names of its columns"),
        ("_annotations.csv", "", "does not begin with the names of its columns"),
        ("other.csv", HEADER, "is it an export of Roboflow"),
    ],
)
def test_files_that_say_two_things_or_none_are_refused(tmp_path, name, text, sentence):
    put(tmp_path / name, text)
    with pytest.raises(Wrong, match=sentence):
        list(read_format("roboflow", tmp_path))


def test_ten_thousand_classes_are_columns_and_two_that_differ_in_case_are_told(tmp_path):
    names = [f"part{number}" for number in range(10_000)] + ["Bolt", "bolt"]
    row = ",".join("1" if name in ("part7", "Bolt", "bolt") else "0" for name in names)
    put(tmp_path / "_classes.csv", f"filename,{','.join(names)}\na.jpg,{row}\n")
    [item] = read_format("roboflow", tmp_path)
    assert item.labels == ("part7", "Bolt", "bolt")
    answer = CliRunner().invoke(app, ["import", "roboflow", str(tmp_path), "--dry-run"])
    assert "differ only in case" in answer.output
    assert "Bolt and bolt" in answer.output


def test_what_it_does_not_hold_is_named_before_it_is_written(tmp_path):
    lines = [write_item(Item("a.png", (), (), SIZE), stamp=STAMP)]
    lines += [write_item(Item("b.png", (), (("bolt", box(1, 2, 3, 4)),), SIZE), stamp=STAMP)]
    assert find_losses("roboflow", lines) == [
        "1 picture was looked at and nothing was found, which roboflow does not tell from what nobody saw."
    ]


def test_an_export_with_its_pictures_comes_back_by_the_command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("x/a.png", "y/a.png"):
        (tmp_path / name).parent.mkdir()
        Image.new("L", (640, 480)).save(tmp_path / name)
    lines = [
        write_item(Item(f"{way}/a.png", ("wet",), (("bolt", box(1, 2, 30, 40)),), SIZE), stamp=STAMP)
        for way in "xy"
    ]
    (tmp_path / "all.manifest").write_text("".join(line.text + "\n" for line in lines))
    runner = CliRunner()
    answer = runner.invoke(
        app, ["export", "roboflow", "all.manifest", "--out", "set/train", "--with-pictures"]
    )
    assert answer.exit_code == 0, answer.output
    assert sorted(path.name for path in (tmp_path / "set" / "train").iterdir()) == [
        "_annotations.csv", "_classes.csv", "x_a.png", "y_a.png",
    ]  # fmt: skip
    again = list(read_format("roboflow", tmp_path / "set"))
    assert [(item.name, item.labels) for item in again] == [
        ("train/x_a.png", ("wet",)),
        ("train/y_a.png", ("wet",)),
    ]
    assert all(boxes == [("bolt", 1, 2, 30, 40)] for _, boxes in said(again))
