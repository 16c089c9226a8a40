"""The job that looks at the data of a training that waits: it refuses, or leaves nothing."""

import pytest
from PIL import Image

from doubles.lines import a_line, a_ref, an_anomaly_line
from vedette.engines.jobs import resolve
from vedette.training.folder import LOCK, Folder
from vedette.training.worker_order import TrainOrder


@pytest.fixture
def folder(tmp_path):
    made = Folder(tmp_path)
    made.pictures.mkdir()
    return made


def checked(folder, dialect, lines):
    for number in range(len(lines)):
        Image.new("RGB", (80, 64), (number, 90, 90)).save(folder.place_of(a_ref(number)))
    folder.manifest("train").write_text("".join(f"{line}\n" for line in lines), "utf-8")
    order = TrainOrder(
        folder=str(folder.root),
        dialect=dialect,
        arn="arn",
        project="boards",
        version="v1",
        masks="s3://out/masks",
        has_test=False,
        divides=False,
        budget="fast",
        seed=1,
        cache="unused",
    ).dump()
    stages = []
    answer = resolve("check-version")(order, lambda event: stages.append(event.facts["stage"]), lambda: False)
    assert stages == ["checking the manifests"]
    return answer


def test_what_cannot_be_trained_with_leaves_a_result_and_its_documents(folder):
    answer = checked(folder, "rekognition", [a_line(0, "a"), a_line(1, "a")])
    assert answer == {"refused": "The manifest file has too few labels."}
    result = folder.read_result()
    assert result["refused"] == "The manifest file has too few labels."
    assert {place.name for place in folder.out.iterdir()} == {"manifest_summary", "train_validation"}


@pytest.mark.parametrize(
    ("dialect", "lines"),
    [
        ("rekognition", [a_line(n, "ab"[n % 2]) for n in range(4)]),
        ("lookoutvision", [an_anomaly_line(n, "normal" if n < 20 else "anomaly") for n in range(30)]),
    ],
)
def test_what_can_be_trained_with_leaves_nothing_behind(folder, dialect, lines):
    before = {"train.manifest", "pictures", LOCK}  # the file that a worker locks stays, empty
    assert checked(folder, dialect, lines) == {"refused": ""}
    assert folder.read_result() is None
    assert {place.name for place in folder.root.iterdir()} == before
