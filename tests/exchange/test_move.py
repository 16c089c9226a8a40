"""Lines and files of an exported dataset find their new place together."""

from pathlib import Path

import pytest

from doubles.pictures import a_png
from vedette.exchange.move import MovedLine, key_of, move_lines
from vedette.exchange.places import SourceFolder
from vedette.manifest.lines import read_line, write_line


def test_pictures_and_masks_move_with_their_line_and_old_findings_stay_behind(tmp_path):
    for name in ("train/images/a.png", "train/masks/a.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(a_png())
    line = read_line(
        '{"source-ref":"s3://old/train/images/a.png","m-ref":"s3://old/train/masks/a.png",'
        '"cl-metadata":{"is_labeled":true},"odd":1}'
    )
    (moved,) = move_lines([line], SourceFolder(tmp_path), to="s3://new/here/")
    assert moved.line.values == {
        "source-ref": "s3://new/here/train/images/a.png",
        "m-ref": "s3://new/here/train/masks/a.png",
        "odd": 1,
    }
    assert moved.files == {
        "s3://new/here/train/images/a.png": tmp_path / "train/images/a.png",
        "s3://new/here/train/masks/a.png": tmp_path / "train/masks/a.png",
    }


def test_what_the_services_own_export_script_left_is_found(tmp_path):
    # <destination>/<type>/images/<old key>, masks beside them, and datasets/<type>.manifest
    for name in ("train/images/shift 2/a.png", "train/masks/shift 2/a.png", "datasets/train.manifest"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(a_png())
    line = read_line(
        '{"source-ref":"s3://backup/doors/train/images/shift 2/a.png",'
        '"anomaly-mask-ref":"s3://backup/doors/train/masks/shift 2/a.png"}'
    )
    (moved,) = move_lines([line], SourceFolder(tmp_path), to="s3://new")
    assert set(moved.files.values()) == {
        tmp_path / "train/images/shift 2/a.png",
        tmp_path / "train/masks/shift 2/a.png",
    }
    assert moved.missing == ()


def test_what_is_not_there_is_named(tmp_path):
    line = read_line('{"source-ref":"s3://old/a.png"}')
    assert list(move_lines([line], SourceFolder(tmp_path), to="s3://new")) == [
        MovedLine(line, {}, ("s3://old/a.png",))
    ]


@pytest.mark.parametrize(
    ("ref", "key"),
    [
        ("s3://bucket/a/b%20c.png", "a/b%20c.png"),
        ("../images/a.png", "images/a.png"),
        ("/home/me/a.png", "home/me/a.png"),
        ("images\\a.png", "images/a.png"),
        ("C:\\Users\\me\\a.png", "Users/me/a.png"),
        ("file:///home/me/a.png", "home/me/a.png"),
        ("s3://bucket/a/../../b.png", "a/b.png"),
    ],
)
def test_a_key_has_no_way_up(ref, key):
    assert key_of(ref) == key
    assert not Path(key_of(ref)).is_absolute()


def test_a_mask_that_is_missing_is_not_found_in_its_picture(tmp_path):
    (tmp_path / "a.png").write_bytes(a_png())
    values = {"source-ref": "s3://yard/a.png", "anomaly-mask-ref": "s3://yard/masks/a.png"}
    [moved] = move_lines([write_line(values)], SourceFolder(tmp_path), to="s3://new")
    assert moved.missing == ("s3://yard/masks/a.png",)
    assert moved.files == {"s3://new/a.png": tmp_path.resolve() / "a.png"}
