"""A card says what a person should know."""

from pathlib import Path

from vedette.evaluation.evaluate import evaluate
from vedette.evaluation.judged import JudgedPicture
from vedette.report.card import model_card
from vedette.runtime.facts import PackageFacts, Tiling
from vedette.vision.annotations import Sample


def test_a_card_holds_figures_thresholds_and_provenance():
    pictures = [JudgedPicture(Sample(Path("a.png"), is_anomalous=n > 2), score=n / 5) for n in range(5)]
    facts = PackageFacts(
        task="anomaly",
        labels=("anomaly",),
        thresholds={"anomaly": 0.4321},
        input_size=(256, 320),
        tiling=Tiling((512, 640)),
        data={"training_pictures": 20},
        backbone={"name": "lite0"},
        recipe={
            "recipe": "memory",
            "tried": [{"recipe": "probe"}, {"recipe": "memory"}],
            "more_pictures_of": {"label": "anomaly", "quality": 0.8, "judged": 10},
            "device": "cpu",
            "device_note": "The GPU failed, so that the processor learns: CUDA error",
        },
    )
    card = model_card(facts, evaluate("anomaly", ["anomaly"], pictures))
    for line in (
        "| anomaly | 0.432 | 2 |",
        "1.000 |",
        "tiles of 640 × 512",
        "Backbone: lite0",
        "Recipe: memory, the best of memory, probe",
        "What would help most: more pictures of anomaly, which was told worst in training",
        "Learnt on: the processor. The GPU failed, so that the processor learns: CUDA error",
        "rough",
    ):
        assert line in card


def test_a_card_of_a_model_that_nobody_judged_claims_nothing():
    facts = PackageFacts(task="detection", labels=("a|b",), thresholds={}, input_size=(64, 64))
    card = model_card(facts, None)
    assert "How good it is" not in card
    assert "help most" not in card
    assert "a\\|b" in card
