"""The tour's pages of models: trainings, versions, evaluation, comparison, use, trials, feedback.

Nothing is trained: two versions with evaluations of their own lie beside the server, one of Lookout runs.
"""

import io
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page

from doubles.console import HOME
from doubles.evaluated import evaluation_of, judged_lines, put_beside
from doubles.put_loops import LABELLED, put_loop, version_beside
from doubles.servers import RunningServer
from doubles.trained import put_version
from vedette.evaluation.document import write_evaluation
from vedette.evaluation.judged import JudgedPicture
from vedette.vision.annotations import Sample

PATIENCE_S = 60.0
VERSION = "release.candidate-" + "very-long-version-name_" * 8
TRIAL = "Monday <b>night</b> shift: " + "every plate of the second camera, " * 2

Call = Callable[..., Any]


def put_models(
    server: RunningServer, project: str, lookout: str, lines: list[str], labels: tuple[str, ...]
) -> None:
    """Put two versions in the project, wrong at every fourth and every third picture; Lookout's one runs."""
    for every, name in ((4, VERSION), (3, "v.2")):
        pictures = judged_lines("rekognition", lines, every=every)
        put_beside(
            server, project, "rekognition", "classification", pictures, labels, account=HOME, name=name
        )
    samples = [
        Sample(Path("plate.jpg"), is_anomalous=number % 3 == 0, source=source)
        for number, source in enumerate(_sources(lines))
    ]
    plates = [JudgedPicture(sample, score=0.37 * number % 1) for number, sample in enumerate(samples)]
    document = write_evaluation(evaluation_of("anomaly", plates, thresholds={"anomaly": 0.5}))
    put_version(server.data, "lookoutvision", lookout, "anomaly", account=HOME, evaluation=document)
    client = server.client("lookoutvision")
    client.start_model(ProjectName=lookout, ModelVersion="1", MinInferenceUnits=1)
    wanted = {"ProjectName": lookout, "ModelVersion": "1"}
    _until(lambda: client.describe_model(**wanted)["ModelDescription"]["Status"] == "HOSTED")


def run_trial(call: Call, arn: str, folder: str) -> str:
    """Run a trial of Lookout's model on pictures of a bucket, and return its id."""
    trial = call("StartTrialDetection", ProjectArn=arn, VersionName="1", TrialName=TRIAL, Address=folder)
    found = {"ProjectArn": arn, "TrialId": trial["Trial"]["TrialId"]}
    _until(lambda: call("DescribeTrialDetection", **found)["Trial"]["Status"] != "running")
    return str(found["TrialId"])


def run_batch(call: Call, arn: str, folder: str, results: str) -> str:
    """Run a batch of Lookout's model on pictures of a bucket, and return its id."""
    wish = {"BatchName": TRIAL, "Source": folder, "Address": results}
    begun = call("StartBatchDetection", ProjectArn=arn, VersionName="1", **wish)
    found = {"ProjectArn": arn, "BatchId": begun["Batch"]["BatchId"]}
    _until(lambda: call("DescribeBatchDetection", **found)["Batch"]["Status"] == "done")
    return str(found["BatchId"])


def put_asking_loop(server: RunningServer, lookout: str) -> str:
    """Put a loop of Lookout's model that asks before it trains, and return its id."""
    version = version_beside(server.data, "lookoutvision", lookout, "1")
    wish = {"alias": "line-" + "long-" * 11, "source": "s3://a-bucket/" + "a-very-long-folder_" * 12}
    name = "a-name-of-forty-letters-the-longest-ther"
    return put_loop(server.data, version, name, step="train", status="running", facts=LABELLED, wish=wish)


def _sources(lines: list[str]) -> list[str]:
    return [sample.sample.source for sample in judged_lines("rekognition", lines)]


def _until(claim: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not claim():
        assert time.monotonic() < end
        time.sleep(0.1)


def heading(page: Page) -> Locator:
    """What most of these pages have first."""
    return page.get_by_role("heading", level=1)


def drawn_curves(page: Page) -> Locator:
    """The last thing that comes on pages with curves."""
    return page.locator(".uplot canvas").first


def first_card(page: Page) -> Locator:
    return page.get_by_role("button", name="Enlarge").first


def try_pictures(page: Page) -> None:
    """Try a picture that the model takes for anomalous, and one that is none."""
    pixels = np.zeros((64, 96, 3), np.uint8)
    pixels[:32, :48] = 255
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG")
    files = [
        {"name": "plate <b>7</b>.jpg", "mimeType": "image/jpeg", "buffer": stream.getvalue()},
        {"name": "none.jpg", "mimeType": "image/jpeg", "buffer": b"none"},
    ]
    page.get_by_test_id("choose-files-try").set_input_files(files)
    page.get_by_test_id("findings-list").wait_for()


def enlarge(page: Page) -> None:
    first_card(page).click()
    page.get_by_role("dialog").get_by_role("img").first.wait_for()


def keep_sample(page: Page) -> None:
    page.get_by_text("Keep a sample of what this version is asked").click()
