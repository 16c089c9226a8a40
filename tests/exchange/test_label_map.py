"""Labels called otherwise by a file: renamed, merged, exchanged, dropped; and what is told of it."""

import json

import pytest
from click.testing import CliRunner

from doubles.drawn_items import SIZE, WHEN, box
from vedette.cli.main import app
from vedette.errors import Wrong
from vedette.exchange.items import Item, read_item, write_item
from vedette.exchange.label_map import names_by_case, read_label_map
from vedette.manifest.attributes import Stamp
from vedette.manifest.lines import Line, read_line

STAMP = Stamp(moment=WHEN, job="labeling-job/test")


def lines():
    """Return three lines: boxes of two labels, a label of the whole picture, and neither."""
    boxes = (("car", box(10, 20, 30, 40)), ("van", box(50, 60, 70, 80)))
    many = [Item("a.png", (), boxes, SIZE), Item("b.png", ("car", "red")), Item("c.png")]
    return [write_item(item, stamp=STAMP) for item in many]


def a_map(tmp_path, text, name="map.csv"):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


def shown(found):
    """Return each picture's labels, and the labels of its boxes."""
    items = [read_item(line) for line in found]
    return [(item.labels, [label for label, _ in item.boxes or ()]) for item in items]


def test_labels_are_merged_dropped_and_exchanged_at_once(tmp_path):
    merged = read_label_map(a_map(tmp_path, "van,car\nred\n"))
    assert shown(merged.apply(lines())) == [((), ["car", "car"]), (("car",), []), ((), [])]
    swapped = read_label_map(a_map(tmp_path, '{"car": "van", "van": "car", "blue": null}', "map.json"))
    assert shown(swapped.apply(lines())) == [((), ["van", "car"]), (("van", "red"), []), ((), [])]
    assert swapped.effects() == [
        "car becomes van in 2 pictures.",
        "van becomes car in 1 picture.",
        f"{tmp_path}/map.json names labels that no picture has: blue.",
    ]


def test_a_label_that_goes_makes_room_for_another_of_its_name(tmp_path):
    label_map = read_label_map(a_map(tmp_path, "car,\nvan,car\n"))
    assert shown(label_map.apply(lines())) == [((), ["car"]), (("red",), []), ((), [])]


def test_what_stays_without_a_label_is_counted(tmp_path):
    label_map = read_label_map(a_map(tmp_path, "\ufeffcar\nred,\n\n"))
    list(label_map.apply(lines()))
    assert label_map.effects() == [
        "car is dropped from 2 pictures.",
        "red is dropped from 1 picture.",
        "1 picture has no label left.",
    ]


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("map.csv", "", "names no label"),
        ("map.csv", "a,b,c", "not an old and a new name: row 1"),
        ("map.csv", ",b", "not an old and a new name: row 1"),
        ("map.csv", "a,b\na,c", "names a twice"),
        ("map.json", '{"a": "b", "a": "c"}', "names a twice"),
        ("map.json", '{"a": 1}', "no new name for 'a'; null drops"),
        ("map.json", '{"a": {"b": "c"}}', "no new name for 'a'"),
        ("map.json", '{"": "b"}', "no new name for ''"),
        ("map.json", '["a"]', "no JSON object"),
        ("map.json", "3", "no JSON object"),
        ("map.json", "{", "is no JSON"),
        ("map.json", "[" * 9000, "is no JSON"),
    ],
)
def test_a_map_that_is_wrong_is_refused_in_a_sentence(tmp_path, name, text, sentence):
    with pytest.raises(Wrong, match=sentence):
        read_label_map(a_map(tmp_path, text, name))


def test_a_mask_that_would_keep_pixels_without_a_name_is_refused(tmp_path):
    pair = {
        "source-ref": "a.png",
        "anomaly-mask-ref": "m.png",
        "anomaly-mask-ref-metadata": {
            "internal-color-map": {
                str(n): {"class-name": name, "hex-color": f"#00000{n}", "confidence": 0}
                for n, name in enumerate(("scratch", "dent"))
            },
            "type": "groundtruth/semantic-segmentation",
        },
    }
    line = read_line(json.dumps(pair))
    assert isinstance(line, Line)
    with pytest.raises(Wrong, match="may show dent as well"):
        list(read_label_map(a_map(tmp_path, "scratch")).apply([line]))


def test_names_that_differ_only_in_case_are_told():
    assert names_by_case(["Bolt", "bolt", "nut"]) == [
        "Labels differ only in case, and stay apart unless a map joins them: Bolt and bolt."
    ]
    many = [name for n in range(12) for name in (f"a{n}", f"A{n}")]
    assert names_by_case(many)[0].endswith("A9 and a9 and 2 more.")
    assert names_by_case(["bolt", "nut"]) == []


def test_ten_thousand_categories_are_mapped_by_a_file(tmp_path):
    path = a_map(tmp_path, "".join(f"kind {n},{'screw' if n % 2 else 'nut'}\n" for n in range(10_000)))
    many = [write_item(Item(f"{n}.png", (f"kind {n}",)), stamp=STAMP) for n in range(0, 10_000, 1_999)]
    assert [labels for labels, _ in shown(read_label_map(path).apply(many))] == [
        ("nut",), ("screw",), ("nut",), ("screw",), ("nut",), ("screw",),
    ]  # fmt: skip


def test_the_command_tells_the_effect_before_it_writes_and_leaves_out_when_asked(tmp_path):
    shape = {"label": "Bolt", "shape_type": "rectangle", "points": [[1, 1], [3, 3]]}
    document = {
        "imagePath": "a.png", "imageWidth": 8, "imageHeight": 8, "flags": {"bolt": True, "wet": True},
        "shapes": [shape, {**shape, "shape_type": "point"}],
    }  # fmt: skip
    (tmp_path / "a.json").write_text(json.dumps(document))
    label_map = a_map(tmp_path, "wet\n")
    words = ["import", "labelme", str(tmp_path), "--map", str(label_map)]
    answer = CliRunner().invoke(app, [*words, "--dry-run"])
    told = [
        f"Left out: {tmp_path}/a.json has a point, which has no area and becomes no box.",
        "wet is dropped from 1 picture.",
        "Labels differ only in case, and stay apart unless a map joins them: Bolt and bolt.",
    ]
    assert answer.stdout.splitlines() == [*told, "1 pictures would be brought; nothing was written."]
    out = tmp_path / "out.manifest"
    strict = CliRunner().invoke(app, [*words, "--out", str(out)])
    assert (strict.exit_code, out.exists()) == (2, False)
    assert "has a point" in strict.stderr
    answer = CliRunner().invoke(app, [*words, "--out", str(out), "--leave-out"])
    assert (answer.exit_code, answer.stderr.splitlines()) == (0, told)
    [line] = out.read_text("utf-8").splitlines()
    found = read_line(line)
    assert isinstance(found, Line)
    assert shown([found]) == [(("bolt",), ["Bolt"])]


def test_names_are_asked_for_and_the_answers_kept_for_the_next_import(tmp_path):
    manifest, names = tmp_path / "in.manifest", tmp_path / "names.csv"
    manifest.write_text("".join(f"{line.text}\n" for line in lines()))
    words = ["import", "manifest", str(manifest), "--map", str(names), "--out"]
    asked, again = tmp_path / "asked.manifest", tmp_path / "again.manifest"
    answer = CliRunner().invoke(app, [*words, str(asked), "--ask"], input="auto, blue\n-\n\n")
    assert answer.exit_code == 0, answer.output
    assert "car (2 pictures) [car]: " in answer.stderr
    assert names.read_bytes() == b'car,"auto, blue"\r\nred,\r\n'
    assert CliRunner().invoke(app, [*words, str(again)]).exit_code == 0
    assert asked.read_text("utf-8") == again.read_text("utf-8")
    found = [read_line(text) for text in asked.read_text("utf-8").splitlines()]
    assert shown(found) == [((), ["auto, blue", "van"]), (("auto, blue",), []), ((), [])]
    third = tmp_path / "third.manifest"
    refused = CliRunner().invoke(app, [*words, str(third), "--ask"], input="x\n")
    assert (refused.exit_code, third.exists()) == (2, False)
    assert "is there already" in refused.stderr


def test_nobody_is_asked_about_what_is_refused_or_about_hundreds(tmp_path):
    manifest, out = tmp_path / "in.manifest", tmp_path / "out.manifest"
    words = ["import", "manifest", str(manifest), "--out", str(out), "--ask"]
    manifest.write_text(f"{lines()[0].text}\nno line\n")
    answer = CliRunner().invoke(app, words, input="x\n")
    assert (answer.exit_code, "car (" in answer.stderr) == (2, False)
    many = [write_item(Item(f"{n}.png", (f"kind {n}",)), stamp=STAMP) for n in range(201)]
    manifest.write_text("".join(f"{line.text}\n" for line in many))
    answer = CliRunner().invoke(app, words, input="x\n")
    assert (answer.exit_code, out.exists()) == (2, False)
    assert "201 labels, too many to ask about" in answer.stderr
    manifest.write_text("".join(f"{line.text}\n" for line in lines()))
    answer = CliRunner().invoke(app, words, input="auto\n")
    assert (answer.exit_code, out.exists()) == (1, False), "whoever breaks off brings nothing"
    assert CliRunner().invoke(app, words, input="\n\n\n").exit_code == 0, "all names may stay"
    assert len(out.read_text("utf-8").splitlines()) == 3
