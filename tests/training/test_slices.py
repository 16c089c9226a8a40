"""Facts of test pictures by which a model may be weak: read once, and empty where there are none."""

import numpy as np
import pytest
from PIL import Image

from vedette.training.folder import Folder
from vedette.training.slices import PictureSlice, coded, folder_of, read_slice, read_slices, write_slices


def a_picture(path, *, level=128, size=(64, 48), **tags):
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(np.full((size[1], size[0], 3), level, np.uint8))
    exif = Image.Exif()
    numbers = {"make": 0x010F, "model": 0x0110, "turned": 0x0112, "taken": 0x0132}
    for name, value in tags.items():
        exif[numbers[name]] = value
    image.save(path, exif=exif.tobytes())
    return path


def test_a_camera_says_when_and_by_what_a_picture_was_taken(tmp_path):
    path = a_picture(tmp_path / "a.jpg", make="ACME", model="Eye 3", taken="2026:05:04 12:30:00", turned=6)
    facts = read_slice(path)
    assert (facts.width, facts.height, facts.taken, facts.camera) == (
        48,
        64,
        "2026-05-04T12:30:00",
        "ACME Eye 3",
    )


@pytest.mark.parametrize(("level", "brightness"), [(0, 0.0), (128, 0.5), (255, 1.0)])
def test_brightness_is_the_mean_of_the_grey_picture(tmp_path, level, brightness):
    for name in ("a.png", "a.jpg"):
        assert read_slice(a_picture(tmp_path / name, level=level)).brightness == pytest.approx(
            brightness, abs=0.01
        )


def test_a_make_that_the_model_repeats_is_not_said_twice(tmp_path):
    assert read_slice(a_picture(tmp_path / "a.jpg", make="ACME", model="ACME 3")).camera == "ACME 3"
    assert read_slice(a_picture(tmp_path / "b.jpg", model="X")).camera == "X"


@pytest.mark.parametrize("taken", ["", "yesterday", "0000:00:00 00:00:00", "2026-05-04", "\0" * 19])
def test_a_moment_that_is_none_is_empty(tmp_path, taken):
    assert read_slice(a_picture(tmp_path / "a.jpg", taken=taken)).taken == ""


def test_a_picture_that_is_gone_or_damaged_has_no_facts(tmp_path):
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(a_picture(tmp_path / "a.jpg").read_bytes()[:300])
    no_picture = tmp_path / "no.png"
    no_picture.write_text("no picture")
    assert read_slice(None) == read_slice(no_picture) == PictureSlice()
    assert read_slice(tmp_path / "gone.png") == PictureSlice()
    assert read_slice(broken).brightness is None


def test_what_is_written_is_read_back_in_the_order_of_the_pictures(tmp_path):
    folder = Folder(tmp_path)
    addresses = ["s3://b/left/0.png", "s3://b/1.png", "s3://b/gone.png"]
    for level, address in zip((0, 255), addresses, strict=False):
        a_picture(folder.place_of(address), level=level)
    assert read_slices(folder) is None
    write_slices(folder, addresses)
    slices = read_slices(folder)
    assert [picture.brightness for picture in slices] == [0.0, 1.0, None]
    folder.slices.write_text("[[1,2")
    assert read_slices(folder) is None


def test_names_are_coded_once_and_nothing_is_no_name():
    assert coded(["b", "", "a", "b"]) == (["a", "b"], [1, -1, 0, 1])


@pytest.mark.parametrize(
    ("address", "folder"),
    [
        ("s3://bucket/left/3.png", "bucket/left"),
        ("s3://bucket/3.png", "bucket"),
        (f"s3://bucket/uploads/{'ab' * 32}/3.png", "bucket/uploads"),
        (f"s3://bucket/{'ab' * 32}/day/3.png", "bucket/day"),
        (f"s3://bucket/{'AB' * 32}/3.png", f"bucket/{'AB' * 32}"),
        ("s3://bucket/a//b/3.png", "bucket/a//b"),
        ("3.png", ""),
    ],
)
def test_folders_are_those_that_somebody_made(address, folder):
    assert folder_of(address) == folder
