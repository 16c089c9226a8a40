"""The facts of both services as their guides give them: limits, names of results, words for states."""

import re
from pathlib import Path

import pytest

from vedette.dialects.limits import DatasetLimits, PictureLimits
from vedette.dialects.lookout import limits as lookout_limits
from vedette.dialects.registry import LOOKOUT, REKOGNITION
from vedette.dialects.rekognition import limits as rekognition_limits

MIB, GIB = 1 << 20, 1 << 30


def test_limits_of_custom_labels():
    assert REKOGNITION.pictures == PictureLimits(15 * MIB, 64, 4096, 20)
    assert REKOGNITION.pictures_in_requests == PictureLimits(
        4 * MIB, 64, 4096, 20, "An S3Object may have 15 MiB."
    )
    assert REKOGNITION.datasets == DatasetLimits({"train": 250_000, "test": 250_000}, 250, GIB)
    limits = rekognition_limits
    assert (limits.LABEL_LENGTH, limits.BOXES, limits.LABELS) == (256, 50, 50)
    assert (limits.TRAINING_SIDE, limits.TOLERANCE) == (1280, 0.2)
    assert (REKOGNITION.least_tested, REKOGNITION.has_one_size, REKOGNITION.divides_datasets) == (
        1,
        False,
        True,
    )


def test_limits_of_lookout_for_vision():
    assert LOOKOUT.pictures == LOOKOUT.pictures_in_requests == PictureLimits(8 * MIB, 64, 4096)
    assert LOOKOUT.datasets == DatasetLimits({"train": 24_000, "test": 4_000}, 100, GIB)
    limits = lookout_limits
    assert (limits.LINE_LENGTH, limits.LABEL_LENGTH, limits.LABELS_OF_MASK) == (8192, 256, 20)
    assert (LOOKOUT.least_tested, LOOKOUT.has_one_size, LOOKOUT.divides_datasets) == (10, True, False)
    assert LOOKOUT.class_labels == {"normal", "anomaly"}


@pytest.mark.parametrize(
    ("dialect", "text", "is_allowed"),
    [
        (REKOGNITION, "x" * 255, True),
        (REKOGNITION, "x" * 256, False),
        (REKOGNITION, "First (2nd), 'third': a;b? 100 - _.", True),
        (REKOGNITION, "Übergabe", False),
        (REKOGNITION, "a\nb", False),
        (LOOKOUT, "x" * 500, True),
        (LOOKOUT, "x" * 501, False),
        (LOOKOUT, "first-2.0_b", True),
        (LOOKOUT, "with space", False),
    ],
)
def test_a_description_has_so_many_of_these_characters(dialect, text, is_allowed):
    assert dialect.descriptions.allow(text) is is_allowed


def test_results_have_the_names_of_their_service():
    assert REKOGNITION.results == {
        "manifest_summary": "ManifestSummary",
        "train_validation": "TrainingManifestWithValidation",
        "test_validation": "TestingManifestWithValidation",
        "evaluation_summary": "EvaluationResultSummary",
        "train_snapshot": "TrainingGroundTruth",
        "test_snapshot": "TestingGroundTruth",
    }
    assert LOOKOUT.results == {
        "evaluation_manifest": "EvaluationManifest",
        "evaluation_result": "EvaluationResult",
    }
    assert REKOGNITION.first_result in REKOGNITION.results
    assert LOOKOUT.first_result in LOOKOUT.results


def test_states_of_models_have_the_words_of_their_service():
    assert REKOGNITION.model_statuses.words == {
        "training": "TRAINING_IN_PROGRESS",
        "trained": "TRAINING_COMPLETED",
        "failed": "TRAINING_FAILED",
        "copying": "COPYING_IN_PROGRESS",
        "copied": "COPYING_COMPLETED",
        "copy-failed": "COPYING_FAILED",
        "starting": "STARTING",
        "running": "RUNNING",
        "start-failed": "FAILED",
        "stopping": "STOPPING",
        "stopped": "STOPPED",
        "deleting": "DELETING",
        "archived": "EXPIRED",
    }
    assert LOOKOUT.model_statuses.words == {
        "training": "TRAINING",
        "trained": "TRAINED",
        "failed": "TRAINING_FAILED",
        "starting": "STARTING_HOSTING",
        "running": "HOSTED",
        "start-failed": "HOSTING_FAILED",
        "stopping": "STOPPING_HOSTING",
        "stopped": "TRAINED",
        "deleting": "DELETING",
        "archived": "TRAINED",
    }


def test_the_console_knows_a_model_that_aws_trained_by_the_sentence_of_both_services():
    sentence = LOOKOUT.model_statuses.sentence("archived", "")
    assert sentence == REKOGNITION.model_statuses.sentence("archived", "")
    console = Path(__file__).parents[2] / "console" / "src" / "api" / "versions.ts"
    [beginning] = re.findall(r'TRAINED_AT_AWS = "([^"]+)"', console.read_text("utf-8"))
    assert sentence.startswith(beginning)


def test_states_of_datasets_have_the_words_of_their_service():
    words = {
        "creating": "CREATE_IN_PROGRESS",
        "created": "CREATE_COMPLETE",
        "create-failed": "CREATE_FAILED",
        "updating": "UPDATE_IN_PROGRESS",
        "updated": "UPDATE_COMPLETE",
    }
    assert REKOGNITION.dataset_statuses.words == {**words, "update-failed": "UPDATE_FAILED"}
    assert LOOKOUT.dataset_statuses.words == {**words, "update-failed": "UPDATE_FAILED_ROLLBACK_COMPLETE"}


@pytest.mark.parametrize(
    ("width", "height", "sides", "ratio"),
    [
        (64, 64, True, True),
        (63, 64, False, True),
        (64, 63, False, True),
        (4096, 4096, True, True),
        (4097, 4096, False, True),
        (1280, 64, True, True),
        (1281, 64, True, False),
        (64, 1281, True, False),
    ],
)
def test_sides_and_their_ratio_have_bounds(width, height, sides, ratio):
    limits = REKOGNITION.pictures
    assert (limits.allow_sides(width, height), limits.allow_ratio(width, height)) == (sides, ratio)
    assert LOOKOUT.pictures.allow_ratio(width, height)
