"""What 8 bits make of a map with a voice: pictures that only what is normal calls anomalous."""

from pathlib import Path

import pytest

from vedette.evaluation.judge import judge
from vedette.learn import quantize
from vedette.learn.budget import Budget
from vedette.learn.cache import FeatureCache
from vedette.learn.export import export
from vedette.learn.recipe import OUTPUTS, RunContext
from vedette.learn.segment.recipe import DenseSegmenter
from vedette.runtime.facts import PackageFacts
from vedette.runtime.model import Model
from vedette.runtime.package import open_package, write_package
from vedette.vision.annotations import Mask, Sample
from vedette.vision.drawn_sets import COLORS, draw_set


def plates(folder: Path, count: int, *, seed: int, drawn: int) -> list[Sample]:
    """Write plates with scratches and rust; so many keep their masks."""
    folder.mkdir()
    samples = []
    for one in draw_set("segmentation", count, seed=seed):
        picture, mask = folder / one.name, folder / f"mask-{one.name}"
        one.image.save(picture)
        drawing = None
        if one.is_anomalous and drawn > 0:
            drawn -= 1
            one.mask.save(mask)
            drawing = Mask(mask, dict.fromkeys(COLORS.values(), "defect"))
        samples.append(Sample(picture, is_anomalous=one.is_anomalous, mask=drawing))
    return samples


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A package whose network calls nothing anomalous, so that its map alone finds anything."""
    folder = tmp_path_factory.mktemp("voice")
    learnt = plates(folder / "learnt", 24, seed=0, drawn=1)
    recipe, work = DenseSegmenter(("defect",)), RunContext(FeatureCache(None), budget=Budget("test", 0.02))
    judgement = recipe.judge(learnt, work)
    judgement.carry.weights, judgement.carry.threshold = (0.0, 0.0, -3.0), 0.5
    assert judgement.carry.normal is not None
    assert judgement.carry.normal.voice is not None
    model = recipe.fit(learnt, work, judgement)
    export(model, OUTPUTS["segmentation"], folder / "model.onnx")
    facts = PackageFacts(
        task="segmentation",
        labels=model.labels,
        thresholds=model.thresholds,
        input_size=model.input_size,
        pixel_thresholds=model.pixel_thresholds,
        colors=model.colors,
    )
    write_package(folder / "package", model=folder / "model.onnx", facts=facts, evaluation={}, card="")
    return open_package(folder / "package"), learnt, plates(folder / "judged", 12, seed=100, drawn=0)


@pytest.mark.slow  # a short training, and two networks made and judged
def test_what_the_map_alone_calls_anomalous_it_calls_so_in_8_bits(trained):
    """By as much as two trainings differ at most, which is what 8 bits may cost (decision 0349)."""
    package, learnt, judged = trained
    original = Model(package.facts, package.model, threads=1)
    before = judge(original, judged, thresholds=package.facts.thresholds).evaluation
    called = [outcome.score >= 0.5 for outcome in before.outcomes]
    assert called == [bool(sample.is_anomalous) for sample in judged]
    pictures = [sample.picture for sample in learnt[::2]]
    for plan in quantize.PLANS[:2]:
        network = quantize.quantize_network(package, original, pictures, plan)
        assert network is not None
        eight = Model(package.facts, network, threads=1)
        after = judge(eight, judged, thresholds=package.facts.thresholds).evaluation
        assert quantize.figure_of(after) >= quantize.figure_of(before) - quantize.DISTANCE
        assert [outcome.score >= 0.5 for outcome in after.outcomes] == called
