"""Logos that were shown alone are found in scenes."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from vedette.learn.brand import compose_all
from vedette.learn.features import FeatureCache
from vedette.learn.recipe import Budget, Work
from vedette.vision.annotations import Sample


def logos(folder: Path) -> list[Sample]:
    folder.mkdir(exist_ok=True)
    samples = []
    for label, color in (("ring", "#cc2200"), ("bars", "#0033aa")):
        image = Image.new("RGB", (120, 120), "white")
        draw = ImageDraw.Draw(image)
        if label == "ring":
            draw.ellipse((10, 10, 110, 110), outline=color, width=22)
        else:
            for x in (10, 50, 90):
                draw.rectangle((x, 10, x + 20, 110), fill=color)
        image.save(folder / f"{label}.png")
        samples.append(Sample(folder / f"{label}.png", labels=(label,)))
    return samples


def a_work() -> Work:
    return Work(FeatureCache(None), budget=Budget("test", 0.25))


def test_composed_scenes_show_every_logo_within_the_picture(tmp_path):
    composed = compose_all(logos(tmp_path / "logos"), tmp_path, 12, a_work())
    assert {label for sample in composed for label, _ in sample.boxes} == {"ring", "bars"}
    for sample in composed:
        assert sample.boxes
        for _, box in sample.boxes:
            assert min(box.left, box.top) >= 0
            assert max(box.left + box.width, box.top + box.height) <= 1


def test_the_same_seed_composes_the_same_scenes(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        compose_all(logos(tmp_path / "logos"), tmp_path / folder, 3, a_work())
    for number in range(3):
        name = f"{number:04d}.png"
        one, two = (np.asarray(Image.open(tmp_path / folder / name)) for folder in ("one", "two"))
        assert np.array_equal(one, two)
