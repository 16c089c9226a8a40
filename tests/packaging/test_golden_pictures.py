"""Golden pictures that show a device which takes red for blue, found or made."""

import io

import numpy as np
import pytest
from PIL import Image

from doubles.packages import save_plain, tiny_package
from vedette.packaging.building import build_component
from vedette.packaging.golden_files import read_golden_files
from vedette.packaging.proving import COLORS_HIDDEN, COLORS_SHOWN, try_component
from vedette.runtime.components import ComponentFacts
from vedette.runtime.golden import difference, golden_answer, golden_pictures, precision_of, swapped
from vedette.runtime.model import Model
from vedette.runtime.package import open_package
from vedette.vision.images import decode
from vedette.workers import golden

RED, GREY, WHITE, BLACK = (250, 0, 0), (90, 90, 90), (255, 255, 255), (0, 0, 0)


def made(place, task, *colors, **facts):
    """Return the result of the job for a tiny model and plain pictures, and a component with what it left."""
    package = tiny_package(place / "model", task, **facts)
    files = [str(save_plain(place / f"{number}.png", color)) for number, color in enumerate(colors)]
    order = {"package": str(package), "thresholds": {}, "pictures": files, "out": str(place / "golden")}
    result = golden.main(order, lambda event: None, lambda: False)
    found = read_golden_files(result, place / "golden")
    component = build_component(
        package, ComponentFacts(name="belt", version="1.0.0"), place / "component", more=found.files
    )
    return result, component


def refused_by(component):
    """Return which golden pictures a device refuses that takes blue for red."""
    package = open_package(component.folder / "model")
    model = Model(package.facts, package.model, threads=1)
    pictures = golden_pictures(component.folder, list(component.files))
    answers = [golden_answer(model.look(swapped(model.decode(row.place))), 0.5) for row in pictures]
    return [bool(difference(row.expected, answer)) for row, answer in zip(pictures, answers, strict=True)]


def test_a_picture_that_shows_colours_goes_before_clearer_ones(tmp_path):
    # By clearness alone the four would be white, black, and the next of either.
    colors = [WHITE, BLACK, WHITE, BLACK, WHITE, BLACK, RED]
    result, component = made(tmp_path, "classification", *colors)
    assert (len(result["files"]), result["shows_colors"]) == (5, True)
    assert sum(refused_by(component)) == 1
    assert COLORS_SHOWN in try_component(component).sentence


@pytest.mark.parametrize("task", ["classification", "multilabel"])
def test_where_no_picture_shows_colours_one_is_tinted(tmp_path, task):
    result, component = made(tmp_path, task, WHITE, BLACK, GREY)
    assert (len(result["files"]), result["shows_colors"]) == (5, True), "answers and four pictures"
    assert refused_by(component) == [False, False, False, True]
    assert COLORS_SHOWN in try_component(component).sentence
    picture = golden_pictures(component.folder, list(component.files))[-1]
    red, _, blue = np.asarray(decode(picture.place)[0]).mean(axis=(0, 1))
    assert 0 < blue < red, "the mildest tint that shows it, not the strongest"


def test_a_model_that_looks_at_no_colour_says_so(tmp_path):
    result, component = made(tmp_path, "anomaly", WHITE, BLACK, thresholds={"anomaly": 0.5})
    assert (len(result["files"]), result["shows_colors"]) == (3, False)
    proof = try_component(component)
    assert (proof.is_alike, COLORS_HIDDEN in proof.sentence) == (True, True)


def test_no_picture_makes_no_golden_ones(tmp_path):
    order = {
        "package": str(tiny_package(tmp_path / "model", "classification")),
        "thresholds": {},
        "pictures": [],
        "out": str(tmp_path / "golden"),
    }
    result = golden.main(order, lambda event: None, lambda: False)
    assert result == {"files": [], "size": None, "shows_colors": False}


def test_swapping_is_what_a_decoder_does_that_takes_blue_for_red():
    file = io.BytesIO()
    pixels = np.random.default_rng(7).integers(0, 256, (9, 7, 3), np.uint8)
    Image.fromarray(pixels).save(file, "PNG")
    image, size = swapped(decode(file.getvalue()))
    assert (np.asarray(image).tolist(), size) == (pixels[..., ::-1].tolist(), (9, 7))


@pytest.mark.parametrize(("recipe", "precision"), [({"precision": "int8"}, "int8"), ({}, "float32")])
def test_the_precision_is_what_the_package_was_made_with(recipe, precision):
    assert precision_of(recipe) == precision
