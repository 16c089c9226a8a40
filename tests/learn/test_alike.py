"""Pictures that look like one another: kept together where they are few, and not where all of them do."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vedette.learn.alike import look_alikes, settled_together
from vedette.learn.cache import FeatureCache
from vedette.learn.check import check
from vedette.learn.recipe import RunContext
from vedette.vision.annotations import Sample

SIZE = (96, 96)


def scene(number, *, kind=0):
    """A drawing of coarse and of fine noise of its own; of another kind a few places of it differ."""
    rng = np.random.default_rng(number)
    coarse = Image.fromarray(rng.integers(20, 235, (12, 12), np.uint8)).resize((120, 120))
    pixels = np.asarray(coarse, np.float64) + rng.normal(0, 4, (120, 120))
    pixels[50 : 50 + 4 * kind, 50:54] = 0
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).convert("RGB")


def saved_again(image):
    stream = BytesIO()
    image.resize((90, 90)).save(stream, "JPEG", quality=60)
    return Image.open(stream)


def checked(folder, images, labels):
    """Return the samples of pictures with these labels, and a training that has read them."""
    work = RunContext(FeatureCache(None))
    samples = []
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        image.save(folder / f"{number:02}.png")
        samples.append(Sample(folder / f"{number:02}.png", (label,)))
    check(samples, work, size=SIZE)
    return samples, work


def test_a_picture_that_was_saved_again_is_dealt_with_the_first(tmp_path):
    drawn = [scene(number) for number in range(12)]
    images = [*drawn, *map(saved_again, drawn)]
    samples, work = checked(tmp_path, images, ["a", "b"] * 12)
    assert len({work.pictures.digest(sample.picture) for sample in samples}) == 24
    work.alike = look_alikes(samples, work.pictures)
    dealt = work.deal(samples, 4)
    assert dealt[:12].tolist() == dealt[12:].tolist()
    assert np.bincount(dealt).tolist() == [6, 6, 6, 6]
    names = [work.content(sample) for sample in samples]
    assert names[:12] == names[12:]
    assert len(set(names)) == 12


def test_pictures_of_two_labels_are_not_one(tmp_path):
    drawn = [scene(number) for number in range(6)]
    images = [*drawn, *(scene(number, kind=1) for number in range(6))]
    samples, work = checked(tmp_path, images, ["whole"] * 6 + ["chipped"] * 6)
    assert look_alikes(samples, work.pictures) == {}


@pytest.mark.parametrize("image", [scene(0), Image.new("RGB", (120, 120), "grey")])
def test_where_a_camera_sees_the_same_all_day_or_nothing_no_two_pictures_belong_together(tmp_path, image):
    noise = np.random.default_rng(0).normal(0, 2, (20, 120, 120, 3))
    images = [Image.fromarray(np.clip(np.asarray(image) + n, 0, 255).astype(np.uint8)) for n in noise]
    samples, work = checked(tmp_path, images, ["a"] * 20)
    assert look_alikes(samples, work.pictures) == {}


def test_a_label_of_which_there_is_one_scene_alone_still_gives_a_picture_to_judge_by(tmp_path):
    images = [scene(0), saved_again(scene(0)), *(scene(number) for number in range(1, 9))]
    samples, work = checked(tmp_path, images, ["rare"] * 2 + ["usual"] * 8)
    assert look_alikes(samples, work.pictures) == {}


def test_pictures_that_nobody_has_read_are_like_none():
    work = RunContext(FeatureCache(None))
    assert look_alikes([Sample(Path(f"{n}.png"), ("a",)) for n in range(3)], work.pictures) == {}


def test_a_group_of_which_one_was_learnt_from_never_tests():
    alike = {"a": "a", "b": "a", "c": "c", "d": "c"}
    settled = {"a": True, "b": False, "c": True, "d": True, "e": True, "f": False}
    assert settled_together(settled, alike) == {"a": False, "c": True, "e": True, "f": False}
