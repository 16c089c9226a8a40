"""What a model says of a picture, through tiny networks that keep the contract of real ones."""

import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from doubles import graphs
from vedette.errors import Wrong
from vedette.runtime.facts import PackageFacts, Tiling
from vedette.runtime.model import Model, load
from vedette.runtime.package import write_package
from vedette.vision.annotations import Box, Finding
from vedette.vision.images import BrokenPicture


def model(task, graph, *, labels=("a",), size=8, **facts):
    return Model(
        PackageFacts(task=task, labels=labels, input_size=(size, size), **{"thresholds": {}, **facts}), graph
    )


def plain(color, height=20, width=30):
    return np.full((height, width, 3), color, np.uint8)


def classifier(**facts):
    return model("classification", graphs.brightness_scores(), labels=("red", "dark"), **facts)


def test_each_label_is_held_to_its_own_threshold():
    answer = classifier(thresholds={"red": 0.9, "dark": 0.05}).detect(plain((204, 0, 0)))
    assert [(f.label, round(f.confidence, 3)) for f in answer.findings] == [("dark", 0.2)]
    assert {label: round(score, 3) for label, score in answer.scores.items()} == {"red": 0.8, "dark": 0.2}


def test_a_given_confidence_replaces_the_thresholds():
    strict = classifier(thresholds={"red": 0.9, "dark": 0.9})
    assert [f.label for f in strict.detect(plain((204, 0, 0)), min_confidence=0.5).findings] == ["red"]
    assert [f.label for f in strict.detect(plain((204, 0, 0)), min_confidence=0.0).findings] == [
        "red",
        "dark",
    ]


@pytest.mark.parametrize("confidence", [-0.1, 1.5, float("nan")])
def test_a_confidence_beyond_0_and_1_is_an_error(confidence):
    with pytest.raises(ValueError, match="between 0 and 1"):
        classifier().detect(plain(0), min_confidence=confidence)


def test_every_kind_of_source_gives_the_same_answer(tmp_path):
    pixels = plain((204, 10, 30))
    image = Image.fromarray(pixels)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    path = tmp_path / "a.png"
    path.write_bytes(buffer.getvalue())
    answers = [classifier().detect(source) for source in (pixels, image, buffer.getvalue(), path, str(path))]
    assert all(answer == answers[0] for answer in answers)
    assert (answers[0].height, answers[0].width) == (20, 30)


def test_a_broken_picture_is_named():
    with pytest.raises(BrokenPicture, match=r"camera 7 is no picture"):
        classifier().detect(b"nothing", name="camera 7")


def test_a_heat_map_comes_only_when_asked_for():
    half = plain((255, 0, 0))
    half[:, 15:] = 0
    assert classifier().detect(half).heatmaps == {}
    answer = classifier().detect(half, min_confidence=0.4, heatmap=True)
    assert set(answer.heatmaps) == {"red", "dark"}
    heat = answer.heatmaps["red"]
    assert heat[:, :3].min() == 1
    assert heat[:, -3:].max() == 0
    assert answer.heatmap is not None


BOXES = [(0, 0, 0.5, 0.5), (0, 0, 0.5, 0.48), (0.5, 0.5, 1.2, 1.0), (0.2, 0.2, 0.2, 0.6)]
SCORES = [(0.9, 0.0), (0.8, 0.1), (0.3, 0.7), (0.99, 0.0)]


def detector(**facts):
    return model("detection", graphs.fixed_boxes(BOXES, SCORES), labels=("cat", "dog"), **facts)


def test_boxes_are_suppressed_per_label_clipped_and_sorted():
    answer = detector().detect(plain(0), min_confidence=0.25)
    assert [(f.label, round(f.confidence, 2), f.box) for f in answer.findings] == [
        ("cat", 0.9, Box(0, 0, 0.5, 0.5)),
        ("dog", 0.7, Box(0.5, 0.5, 0.5, 0.5)),
        ("cat", 0.3, Box(0.5, 0.5, 0.5, 0.5)),
    ]


def test_boxes_are_held_to_thresholds_and_counted():
    assert [f.label for f in detector(thresholds={"cat": 0.95, "dog": 0.6}).detect(plain(0)).findings] == [
        "dog"
    ]
    assert len(detector(most_findings=1).detect(plain(0), min_confidence=0).findings) == 1


def test_boxes_of_a_letterboxed_input_are_shares_of_the_picture():
    tall = model(
        "detection", graphs.fixed_boxes([(0.25, 0, 0.75, 1.0)], [(0.9,)]), labels=("x",), policy="letterbox"
    ).detect(plain(0, height=40, width=20))
    assert tall.findings == (Finding("x", pytest.approx(0.9), Box(0, 0, 1, 1)),)


def test_a_small_object_in_a_large_picture_is_found_in_its_tile():
    picture = plain(0, height=96, width=128)
    picture[64:80, 96:112] = 255
    tiled = model("detection", graphs.bright_boxes(32), size=32, tiling=Tiling((32, 32), 0.0, whole=True))
    (found,) = tiled.detect(picture, min_confidence=0.9).findings
    assert (found.box.left, found.box.top) == pytest.approx((96 / 128, 64 / 96))
    assert (found.box.width, found.box.height) == pytest.approx((16 / 128, 16 / 96))
    untiled = model("detection", graphs.bright_boxes(32), size=32)
    assert untiled.detect(picture, min_confidence=0.9).findings == ()


def test_a_piece_cut_by_a_tile_gives_way_to_the_whole_object():
    picture = plain(255, height=64, width=64)
    tiled = model("detection", graphs.bright_boxes(32), size=32, tiling=Tiling((32, 32), 0.0, whole=True))
    boxes = [finding.box for finding in tiled.detect(picture, min_confidence=0.5).findings]
    assert boxes.count(Box(0, 0, 0.5, 0.5)) == 1
    # A quarter of a tile that touches no edge inside the picture stays: nothing says it was cut.
    assert Box(0.25, 0.25, 0.25, 0.25) not in boxes


def spotter(**facts):
    return model("anomaly", graphs.brightest_spot(16), labels=(), size=16, **facts)


@pytest.mark.parametrize(
    ("level", "threshold", "is_anomalous", "confidence"),
    [(204, 0.5, True, 0.8), (51, 0.5, False, 0.8), (102, 0.25, True, 0.6), (51, 0.8, False, 0.875)],
)
def test_confidence_is_in_the_verdict_and_never_below_a_half(level, threshold, is_anomalous, confidence):
    answer = spotter(thresholds={"anomaly": threshold}).detect(plain(level))
    assert answer.is_anomalous is is_anomalous
    assert answer.confidence == pytest.approx(confidence)
    assert answer.score == pytest.approx(level / 255)
    assert [f.label for f in answer.findings] == (["anomaly"] if is_anomalous else [])


def test_a_given_confidence_is_what_the_score_must_reach():
    assert spotter().detect(plain(153), min_confidence=0.7).is_anomalous is False
    assert spotter().detect(plain(153), min_confidence=0.55).is_anomalous is True


def test_a_defect_that_would_vanish_is_found_by_tiles():
    picture = plain(0, height=200, width=300)
    picture[150:154, 250:254] = 255
    answer = spotter(tiling=Tiling((16, 16), 0.25, whole=True)).detect(picture, heatmap=True)
    assert answer.is_anomalous
    row, column = np.unravel_index(np.argmax(answer.heatmap), answer.heatmap.shape)
    assert (row / answer.heatmap.shape[0], column / answer.heatmap.shape[1]) == pytest.approx(
        (152 / 200, 252 / 300), abs=0.02
    )
    assert not spotter().detect(picture).is_anomalous


def segmenter(**facts):
    return model("segmentation", graphs.colour_masks(16), labels=("rust", "moss"), size=16, **facts)


def two_patches(height=160, width=240):
    picture = plain(0, height, width)
    picture[: height // 4, : width // 2] = (255, 0, 0)
    picture[height // 2 :, width // 2 :] = (0, 255, 0)
    return picture


@pytest.mark.parametrize(
    "tiling", [None, Tiling((80, 80), 0.25, whole=False), Tiling((80, 80), 0.25, whole=True)]
)
def test_masks_have_the_pictures_size_and_areas_are_its_shares(tiling):
    answer = segmenter(tiling=tiling).detect(two_patches())
    assert answer.is_anomalous
    assert answer.mask.shape == (160, 240)
    assert [f.label for f in answer.findings if f.confidence > 0.6] == [f.label for f in answer.findings]
    areas = {f.label: f.area for f in answer.findings}
    assert areas == {"moss": pytest.approx(0.25, abs=0.03), "rust": pytest.approx(0.125, abs=0.03)}
    assert answer.mask[10, 10] == 1
    assert answer.mask[150, 230] == 2
    assert answer.mask[70, 60] == 0


def test_a_pixel_has_to_reach_its_types_threshold():
    dim = plain((140, 0, 0))
    assert [f.label for f in segmenter().detect(dim).findings] == ["rust"]
    answer = segmenter(pixel_thresholds={"rust": 0.8}).detect(dim)
    assert answer.findings == ()
    assert not answer.mask.any()


def test_a_network_without_the_outputs_of_its_task_is_refused():
    with pytest.raises(Wrong, match="no output named masks"):
        model("segmentation", graphs.brightest_spot(16), labels=("x",), size=16)


def test_bytes_that_are_no_network_are_refused():
    with pytest.raises(Wrong, match="cannot be loaded"):
        model("anomaly", b"not a network")


@pytest.mark.parametrize("name", ["model", "model.zip"])
def test_a_package_is_loaded_from_folder_and_zip(tmp_path, name):
    facts = PackageFacts(task="classification", labels=("red", "dark"), thresholds={}, input_size=(8, 8))
    path = write_package(
        tmp_path / name, model=graphs.brightness_scores(), facts=facts, evaluation={}, card="# It"
    )
    loaded = load(path, threads=1)
    assert loaded.task == "classification"
    assert loaded.labels == ("red", "dark")
    assert loaded.detect(plain((255, 0, 0))).findings[0] == Finding("red", 1.0)


def test_masks_are_a_heat_map_where_the_network_has_no_other():
    answer = segmenter().detect(two_patches(), heatmap=True)
    assert answer.heatmap[0, 0] > 0.9
    assert answer.heatmap[7, 2] < 0.1
    assert not detector().explains


@pytest.mark.parametrize(
    ("task", "graph", "labels", "size", "said"),
    [
        (
            "classification",
            graphs.brightness_scores(),
            ("a", "b", "c"),
            8,
            "for 2 labels, and package.json names 3",
        ),
        ("segmentation", graphs.colour_masks(16), ("rust",), 16, "masks are for 3 labels"),
        (
            "anomaly",
            graphs.brightest_spot(16),
            ("anomaly",),
            32,
            r"takes pictures of \(16, 16\), not \(32, 32\)",
        ),
    ],
)
def test_a_network_that_is_not_what_its_facts_say_is_refused(task, graph, labels, size, said):
    with pytest.raises(Wrong, match=said):
        model(task, graph, labels=labels, size=size)


@pytest.mark.parametrize(
    "facts",
    [{}, {"policy": "letterbox"}, {"tiling": Tiling((64, 64), 0.2, whole=True)}],
    ids=["stretch", "letterbox", "tiles"],
)
def test_a_bitmap_made_small_by_two_threads_gives_the_answer_of_its_picture(facts):
    pixels = np.random.default_rng(3).integers(0, 256, (200, 190, 3), np.uint8)
    pixels[40:120, 20:90] = (250, 10, 10)
    helped = []
    with ThreadPoolExecutor(2) as pool:

        def at_once(works):
            helped.append(len(works))
            return [future.result() for future in [pool.submit(work) for work in works]]

        options = {
            "task": "segmentation",
            "labels": ("rust", "moss"),
            "thresholds": {},
            "input_size": (100, 100),
        }
        network = graphs.colour_masks(100)
        alone = Model(PackageFacts(**options, **facts), network)
        two = Model(PackageFacts(**options, **facts), network, spread=at_once)
        expected = alone.detect(pixels)
        answer = two.look((pixels, pixels.shape[:2]))
    np.testing.assert_array_equal(answer.mask, expected.mask)
    assert answer.mask.any()
    assert (answer.score, answer.findings) == (expected.score, expected.findings)
    assert max(helped) > 1


def test_several_threads_may_share_a_model():
    shared = classifier()
    pictures = [plain((level, 0, 0)) for level in range(0, 256, 8)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(shared.detect, pictures))
    assert together == [shared.detect(picture) for picture in pictures]


@settings(max_examples=25)
@given(
    height=st.integers(20, 120),
    width=st.integers(20, 120),
    tile=st.tuples(st.integers(20, 70), st.integers(20, 70)),
    overlap=st.floats(0, 0.5),
    whole=st.booleans(),
)
def test_tiles_leave_no_seam_on_a_picture_of_one_kind(height, width, tile, overlap, whole):
    answer = segmenter(tiling=Tiling(tile, overlap, whole=whole)).detect(
        plain((255, 0, 0), height, width), heatmap=True
    )
    assert (answer.mask == 1).all()
    assert answer.findings == (Finding("rust", pytest.approx(1), area=1.0),)
    assert answer.heatmap.min() > 0.99
    bright = model("detection", graphs.bright_boxes(32), size=32, tiling=Tiling(tile, overlap, whole=whole))
    for finding in bright.detect(plain(255, height, width), min_confidence=0.5).findings:
        box = finding.box
        assert -1e-9 <= box.left < box.left + box.width <= 1 + 1e-9
        assert -1e-9 <= box.top < box.top + box.height <= 1 + 1e-9
