"""Whole trainings of small drawn sets, in this process: what they reach, refuse and leave behind."""

import json
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

import vedette
from doubles.drawn import PLAIN, draw_plain, draw_plate, write_plates, write_set
from doubles.small_backbone import SIDES, SMALL, small_backbone
from vedette.errors import Taken, Wrong
from vedette.learn.cache import FeatureCache
from vedette.learn.order import Cancelled, Order
from vedette.learn.pipeline import prepare
from vedette.learn.recipe import RunContext
from vedette.runtime.package import open_package
from vedette.vision.annotations import Sample


@pytest.fixture(scope="module", autouse=True)
def small():
    with small_backbone():
        yield


def train(source, **options):
    """Train with a backbone that is quick to look at pictures."""
    return vedette.train(source, **{"budget": "fast", "backbone": SMALL, **options})


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("features")


@pytest.fixture(scope="module")
def shapes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shapes")
    return write_set(folder / "train", PLAIN, 10, seed=1), write_set(folder / "test", PLAIN, 6, seed=2)


@pytest.fixture(scope="module")
def plates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plates")
    return (
        write_plates(folder / "train", normal=12, anomalous=6, seed=1),
        write_plates(folder / "test", normal=8, anomalous=9, seed=2),
    )


@pytest.fixture(scope="module")
def classifier(shapes, cache, tmp_path_factory):
    out = tmp_path_factory.mktemp("model") / "shapes"
    return train(shapes[0], test=shapes[1], out=out, cache=cache)


def test_a_classifier_learns_shapes_from_ten_pictures_each(classifier):
    assert classifier.facts.task == "classification"
    assert classifier.facts.labels == PLAIN
    assert classifier.evaluation.accuracy >= 0.8


def test_a_package_says_what_it_came_from(classifier):
    facts = open_package(classifier.package).facts
    assert facts.recipe["seed"] == 0
    assert facts.recipe["folds"] == "at random"
    assert facts.recipe["onnx_difference"] < 1e-3
    assert [each["recipe"] for each in facts.recipe["tried"]] == [f"probe-{side}" for side in SIDES]
    assert facts.data["training_pictures"] == 30
    assert facts.backbone["name"] == SMALL


def test_a_model_answers_and_shows_where(classifier):
    model = vedette.load(classifier.package)
    answer = model.detect(draw_plain("disc", np.random.default_rng(9)), heatmap=True, min_confidence=0.0)
    assert {finding.label for finding in answer.findings} == set(PLAIN)
    assert sum(finding.confidence for finding in answer.findings) == pytest.approx(1, abs=1e-3)
    assert model.explains


def test_the_same_data_and_seed_give_the_same_model(shapes, classifier, cache, tmp_path):
    again = train(shapes[0], test=shapes[1], out=tmp_path / "again", cache=cache)
    first, second = (p / "model.onnx" for p in (classifier.package, again.package))
    assert first.read_bytes() == second.read_bytes()
    assert again.facts.data["fingerprint"] == classifier.facts.data["fingerprint"]


@pytest.mark.parametrize("run", [1, 5])
def test_a_series_is_learnt_and_judged_in_blocks(run, cache, tmp_path):
    """Of frames whose ground is the same in runs of five, a test part of every label is one run."""
    samples = []
    for label in ("disc", "ring"):
        for number in range(20):
            rng = np.random.default_rng([label == "ring", number // run])
            ground = rng.integers(0, 255, (4, 4, 3)).astype(np.uint8)
            image = Image.fromarray(ground).resize((96, 96), Image.Resampling.NEAREST)
            # A spot of its own, so that no two pictures of a run are taken for one (learn/alike.py).
            own = np.random.default_rng([7, label == "ring", number])
            left, top = own.integers(0, 80, 2).tolist()
            image.paste((int(own.integers(0, 255)),) * 3, (left, top, left + 16, top + 16))
            image.save(tmp_path / f"{label}-{number}.png")
            samples.append(Sample(tmp_path / f"{label}-{number}.png", (label,)))
    work = RunContext(FeatureCache(cache), backbone=SMALL)
    plan, _, _ = prepare(Order(samples, tmp_path / "out", backbone=SMALL), work)
    numbers = sorted(int(s.picture.stem.split("-")[1]) for s in plan.test if s.labels == ("disc",))
    assert (work.in_blocks, work.alike) == (run == 5, {})
    assert (numbers == list(range(numbers[0], numbers[0] + 4))) == (run == 5)
    folds = work.folds(plan.train)[:16].tolist()  # of the first label
    assert (sum(a != b for a, b in pairwise(folds)) == 4) == (run == 5)


def test_labels_that_differ_by_place_alone_are_learnt(cache, tmp_path):
    """Averaged over the whole picture such pictures look alike, and answers are guesses."""

    def draw(label, rng):
        whole = Image.new("RGB", (192, 96), tuple(int(v) for v in rng.integers(80, 120, 3)))
        whole.paste(draw_plain("disc", rng), (96 * (label == "right"), 0))
        return whole

    parts = [
        write_set(tmp_path / str(i), ("left", "right"), each, draw=draw, seed=i)
        for i, each in enumerate((8, 12))
    ]
    trained = train(parts[0], test=parts[1], out=tmp_path / "m", cache=cache)
    assert trained.facts.recipe["averaged_over"] == "its quarters"
    assert trained.evaluation.accuracy >= 0.95


def test_several_labels_a_picture_are_learnt(shapes, cache, tmp_path):
    rng = np.random.default_rng(0)
    samples = []
    for number in range(30):
        shown = [PLAIN[i] for i in range(2) if rng.random() < 0.5] or [PLAIN[number % 2]]
        picture = Image.new("RGB", (192, 96), (90, 90, 90))
        for place, label in enumerate(shown):
            picture.paste(draw_plain(label, rng), (96 * place, 0))
        picture.save(tmp_path / f"{number}.png")
        samples.append(Sample(tmp_path / f"{number}.png", tuple(shown)))
    trained = train(samples, out=tmp_path / "m", task="multilabel", cache=cache)
    assert trained.facts.task == "multilabel"
    assert trained.evaluation.f1 >= 0.7


def test_labelled_anomalies_are_told_from_normal_plates(plates, cache, tmp_path):
    trained = train(plates[0], test=plates[1], out=tmp_path / "m", cache=cache)
    assert trained.facts.task == "anomaly"
    assert set(trained.facts.recipe["evidence_tried"]) >= {"memory", "gaussians", "normal", "probe", "both"}
    assert trained.evaluation.auroc >= 0.9
    assert trained.evaluation.f1 >= 0.8


def test_normal_pictures_alone_suffice(plates, cache, tmp_path):
    normal = plates[0] / "normal"
    only = [Sample(path, is_anomalous=False) for path in sorted(normal.iterdir())]
    trained = train(only, test=plates[1], out=tmp_path / "m", cache=cache)
    assert trained.evaluation.auroc >= 0.85
    assert (
        "standard deviations above the mean of 12 held-out normal" in trained.facts.recipe["threshold_from"]
    )
    model = vedette.load(trained.package)
    answer = model.detect(plates[1] / "anomaly" / "000.png", heatmap=True)
    assert 0 <= answer.heatmap.min() <= answer.heatmap.max() <= 1


def test_pictures_of_every_kind_are_taken_and_what_is_left_out_is_named_and_counted(shapes, cache, tmp_path):
    folder = write_set(tmp_path / "mixed", PLAIN[:2], 5, seed=5)
    one = folder / "disc" / "000.png"
    Image.open(one).convert("L").save(one)
    Image.open(folder / "disc" / "001.png").convert("RGBA").resize((200, 90)).save(
        folder / "disc" / "001.png"
    )
    sixteen = np.asarray(Image.open(folder / "cross" / "000.png").convert("L")).astype(np.uint16) * 257
    Image.fromarray(sixteen).save(folder / "cross" / "000.png")
    Image.open(folder / "cross" / "001.png").convert("CMYK").save(folder / "cross" / "001.jpg")
    (folder / "cross" / "broken.png").write_bytes((folder / "cross" / "002.png").read_bytes()[:300])
    samples = [Sample(p, (p.parent.name,)) for p in sorted(folder.rglob("*.*g"))]
    samples.append(Sample(sorted(shapes[1].rglob("*.png"))[0]))
    trained = train(samples, out=tmp_path / "m", cache=cache)
    assert [one.picture for one in trained.left_out] == [folder / "cross" / "broken.png", samples[-1].picture]
    assert trained.left_out[1].why.endswith("is not labelled for classification.")
    assert [broken.picture.name for broken in trained.broken] == ["broken.png"]
    assert "broken.png" in trained.broken[0].why
    facts = open_package(trained.package).facts
    assert facts.data["training_pictures"] + facts.data["test_pictures"] == 11
    assert facts.data["left_out"] == trained.evaluation.left_out == 2


def test_only_broken_pictures_are_refused_by_name(tmp_path):
    for label in ("a", "b"):
        (tmp_path / "set" / label).mkdir(parents=True)
        for number in range(2):
            (tmp_path / "set" / label / f"{number}.png").write_bytes(b"no picture")
    with pytest.raises(Wrong, match=r"None of the 4 pictures can be read; the first: .*0\.png"):
        train(tmp_path / "set", out=tmp_path / "m")
    assert not (tmp_path / "m").exists()


def test_a_folder_that_is_something_else_is_refused_before_the_work(shapes, tmp_path):
    (tmp_path / "letters.txt").write_text("mine")
    said = []
    with pytest.raises(Taken, match="is no model package"):
        train(shapes[0], out=tmp_path, on_progress=said.append)
    assert said == []
    assert (tmp_path / "letters.txt").read_text() == "mine"


def test_a_cancelled_training_leaves_nothing(shapes, tmp_path):
    said = []
    with pytest.raises(Cancelled):
        train(
            shapes[0],
            out=tmp_path / "m",
            on_progress=said.append,
            cancelled=lambda: len(said) > 20,
        )
    assert not list(tmp_path.iterdir())


def test_a_second_training_reads_no_picture_that_it_knows(shapes, classifier, cache, tmp_path):
    draw_plain("cross", np.random.default_rng(99)).save(tmp_path / "new.png")
    before = {path: path.stat().st_ino for path in cache.rglob("*.npy")}
    assert len(before) > classifier.facts.data["training_pictures"]
    samples = [Sample(p, (p.parent.name,)) for p in sorted(shapes[0].rglob("*.png"))]
    samples.append(Sample(tmp_path / "new.png", ("cross",)))
    train(samples, test=shapes[1], out=tmp_path / "two", cache=cache)
    after = {path: path.stat().st_ino for path in cache.rglob("*.npy")}
    assert before.items() <= after.items()
    # The new picture, at the size of the recipe that had won and at the one at which series are looked for.
    won = int(classifier.facts.recipe["recipe"].split("-")[1])
    assert len(after) - len(before) == len({won, SIDES[0]})


def test_the_evaluation_is_written_and_is_json(classifier):
    evaluation = json.loads((classifier.package / "evaluation.json").read_text())
    assert evaluation["pictures"] == 18
    assert len(evaluation["outcomes"]) == 18


@pytest.mark.slow
def test_tiles_find_what_one_view_of_a_large_picture_misses(tmp_path):
    rng = np.random.default_rng(0)
    samples = {"train": [], "test": []}
    for part, normal, anomalous in (("train", 10, 5), ("test", 5, 6)):
        for number in range(normal + anomalous):
            defect = "" if number < normal else ("scratch", "stain")[number % 2]
            path = tmp_path / f"{part}{number}.jpg"
            draw_plate(rng, side=1600, defect=defect, share=0.0035).save(path, quality=92)
            samples[part].append(Sample(path, is_anomalous=bool(defect)))
    trained = vedette.train(samples["train"], test=samples["test"], out=tmp_path / "m")
    assert trained.facts.tiling is not None
    assert trained.evaluation.accuracy >= 0.9
