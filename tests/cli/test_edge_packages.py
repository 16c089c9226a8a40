"""`vedette edge package` and `vedette edge inspect`, with and without a server."""

import json
import uuid

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from doubles.devices import running_device
from doubles.lines import an_anomaly_line
from doubles.packages import save_plain, tiny_package
from doubles.trained import put_version
from vedette.cli.main import app
from vedette.cli.remote import Server, remote_dataset
from vedette.runtime.component_archives import unpack_component
from vedette.runtime.components import write_component
from vedette.runtime.golden import golden_pictures

ACCOUNT = "000000000000"


def run(*words):
    return CliRunner().invoke(app, ["edge", *map(str, words)])


@pytest.mark.parametrize(("service", "version"), [("lookoutvision", "1"), ("rekognition", "")])
def test_a_server_s_model_becomes_a_component_without_a_bucket(server, service, version, tmp_path):
    name = f"m-{uuid.uuid4().hex[:8]}"
    kind = "anomaly" if service == "lookoutvision" else "detection"
    made = put_version(server.data, service, name, kind, account=ACCOUNT)
    place = ["--endpoint", server.address, "--data", server.data, "--out", tmp_path / "out"]
    words = [
        "--arch",
        "arm64",
        "--nvidia",
        "--description",
        "Line 4.",
        *(["--model", version] if version else []),
    ]
    answer = run("package", "--project", name, *words, *place)
    assert (answer.exit_code, answer.stderr.count("\n") > 3) == (0, False)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(
        [
            f"{name}-1.0.0.zip",
            f"{name}-1.0.0-linux-aarch64.tar.gz",
            "recipe.json",
            "recipe.yaml",
            "manifest.json",
            "SHA256SUMS",
        ]
    )
    component = unpack_component(tmp_path / "out" / f"{name}-1.0.0.zip", tmp_path / "component")
    assert component.facts.model_arn == str(made.arn)
    assert component.facts.target.sentence == "Linux on ARM64, NVIDIA"
    assert component.open_model().facts.task == kind


def test_a_package_of_vedette_train_needs_no_server(tmp_path):
    tiny_package(tmp_path / "my model", "multilabel")
    answer = run(
        "package", "--model", tmp_path / "my model", "--out", tmp_path / "out", "--artifacts", "s3://b/p/"
    )
    assert answer.exit_code == 0
    assert str(tmp_path / "out" / "my-model-1.0.0.zip") in answer.output
    recipe = json.loads((tmp_path / "out" / "recipe.json").read_text())
    assert recipe["Manifests"][0]["Artifacts"][0]["Uri"] == "s3://b/p/my-model-1.0.0.zip"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "Say --project"),
        (["--model", "/nowhere"], "There is no model"),
        (["--model", "PACKAGE", "--component-version", "1.0"], "three numbers"),
        (["--model", "PACKAGE", "--name", "../x"], "no name of a component"),
    ],
)
def test_an_order_that_cannot_be_right_is_a_sentence(words, sentence, tmp_path):
    package = tiny_package(tmp_path / "package", "anomaly")
    answer = run(
        "package", *(package if word == "PACKAGE" else word for word in words), "--out", tmp_path / "out"
    )
    assert answer.exit_code == 2
    assert sentence in answer.output
    assert not (tmp_path / "out").exists()


def test_inspect_says_what_a_package_is_and_ends_by_it(tmp_path):
    package = tiny_package(tmp_path / "package", "anomaly")
    answer = run("inspect", package)
    assert answer.exit_code == 0
    assert "task    anomaly" in answer.output
    assert json.loads(run("inspect", package, "--json").output)["kind"] == "model package"
    compiled = tmp_path / "aws"
    compiled.mkdir()
    (compiled / "manifest.json").write_text('{"model_graph": {"model_graph_type": "single", "stages": []}}')
    answer = run("inspect", compiled)
    assert (answer.exit_code, "DLR" in answer.output) == (1, True)
    (package / "model.onnx").write_bytes(b"x")
    answer = run("inspect", package)
    assert (answer.exit_code, "checksum differs" in answer.output) == (2, True)


@pytest.fixture
def signer(tmp_path):
    """A signing key's file, and its public half."""
    place = tmp_path / "signing.pem"
    answer = run("key", place, "--new")
    assert answer.exit_code == 0
    assert place.stat().st_mode & 0o777 == 0o600
    return place, answer.output.strip()


@pytest.fixture
def belt(tmp_path):
    """A model, and pictures of both kinds."""
    for number, light in enumerate((0, 255, 20, 235)):
        save_plain(tmp_path / "pictures" / f"{number}.png", light, height=48, width=64)
    return tiny_package(tmp_path / "belt", "anomaly", thresholds={"anomaly": 0.5})


def test_a_signed_package_with_golden_pictures_is_what_an_agent_wants(signer, belt, tmp_path):
    key, public = signer
    out = tmp_path / "out"
    words = ["--model", belt, "--golden", tmp_path / "pictures", "--sign", key, "--out", out]
    answer = run("package", *words)
    said = f"4 golden pictures of {tmp_path / 'pictures'}. None shows it where a device takes red for blue.\n"
    assert (answer.exit_code, answer.stderr) == (0, said)
    (tmp_path / "models").mkdir()
    component = unpack_component(out / "belt-1.0.0.zip", tmp_path / "models" / "belt")
    assert component.facts.picture_size == (64, 48)
    kinds = [row.expected.score >= 0.5 for row in golden_pictures(component.folder, list(component.files))]
    assert sorted(kinds) == [False, False, True, True]
    for package in (out / "belt-1.0.0.zip", out / "belt-1.0.0-linux-x86_64.tar.gz", component.folder):
        shown = run("inspect", package, "--json", "--try", "--require-signature", public)
        assert shown.exit_code == 0, shown.output
        rows = json.loads(shown.output)
        assert rows["golden pictures"].startswith("4, ")
        assert rows["signed"].endswith(f"with the key {public}")
        assert rows["tried"].startswith("4 golden pictures answered alike here, at most 0.")
    with running_device(tmp_path / "models", keys=(public,)) as device:
        device.run("belt")
    (other := tmp_path / "other").mkdir()
    stranger = run("key", other / "key.pem", "--new").output.strip()
    with running_device(tmp_path / "models", keys=(stranger,)) as device:
        device.start("belt")
        assert device.await_status("belt", "RUNNING", "FAILED") == "FAILED"
        assert "a key that the agent does not know" in device.describe("belt").status_message
    refused = run("inspect", component.folder, "--require-signature", stranger)
    assert (refused.exit_code, "does not know" in refused.output) == (2, True)


def test_a_package_that_answers_otherwise_here_is_said_to_be_of_no_use(signer, belt, tmp_path):
    out = tmp_path / "out"
    run("package", "--model", belt, "--golden", tmp_path / "pictures", "--out", out)
    component = unpack_component(out / "belt-1.0.0.zip", tmp_path / "component")
    answers = component.folder / "golden" / "answers.json"
    document = json.loads(answers.read_text())
    document["pictures"][0]["score"] = 1 - document["pictures"][0]["score"]
    answers.write_text(json.dumps(document))
    write_component(component.folder, component.facts)
    shown = run("inspect", component.folder, "--try")
    assert (shown.exit_code, "golden picture 1 of 4 is answered otherwise here" in shown.output) == (1, True)
    assert run("inspect", component.folder).exit_code == 0, "nothing is run where that is not asked"


def test_a_package_without_either_says_so(belt, tmp_path):
    answer = run("package", "--model", belt, "--out", tmp_path / "out")
    assert "No golden pictures" in answer.stderr
    shown = run("inspect", tmp_path / "out" / "belt-1.0.0.zip", "--json", "--try").output
    rows = json.loads(shown)
    assert (rows["golden pictures"], rows["signed"]) == ("none", "no")
    assert "it has no golden pictures" in rows["tried"]
    refused = run("inspect", belt, "--require-signature", "A" * 43)
    assert (refused.exit_code, "which nobody signs" in refused.output) == (2, True)


def test_golden_pictures_of_a_server_s_model_are_of_its_test_dataset(server, tmp_path):
    name = f"m-{uuid.uuid4().hex[:8]}"
    put_version(server.data, "lookoutvision", name, "anomaly", account=ACCOUNT)
    s3 = server.client("s3")
    s3.create_bucket(Bucket=name)
    lines = []
    for number, kind in enumerate(("normal", "anomaly")):
        picture = save_plain(tmp_path / f"{number}.png", 255 * number, height=40, width=80)
        s3.put_object(Bucket=name, Key=f"boards/{number}.png", Body=picture.read_bytes())
        lines.append(an_anomaly_line(number, kind, name))
    lines.append(an_anomaly_line("gone", "normal", name))
    dataset = remote_dataset(Server("lookoutvision", server.address, server.data), name, "test")
    dataset.create_empty()
    server.client("lookoutvision").update_dataset_entries(
        ProjectName=name, DatasetType="test", Changes="\n".join(lines).encode()
    )
    dataset.wait()
    place = ["--endpoint", server.address, "--data", server.data, "--out", tmp_path / "out"]
    answer = run("package", "--project", name, *place)
    said = f"2 golden pictures of the project {name}. None shows it where a device takes red for blue.\n"
    assert (answer.exit_code, answer.stderr) == (0, said)
    component = unpack_component(tmp_path / "out" / f"{name}-1.0.0.zip", tmp_path / "component")
    assert component.facts.picture_size == (80, 40)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "There is no key at"),
        (b"", "holds no private key"),
        (b"\0" * 100, "holds no private key"),
        ("rsa", "Ed25519 is what devices verify"),
        ("password", "protected by a password"),
    ],
    ids=["missing", "empty", "noise", "rsa", "password"],
)
def test_what_is_no_signing_key_is_refused_before_anything_is_written(content, sentence, belt, tmp_path):
    place = tmp_path / "key.pem"
    if isinstance(content, str):
        content = foreign_key(content)
    if content is not None:
        place.write_bytes(content)
    answer = run("package", "--model", belt, "--sign", place, "--out", tmp_path / "out")
    assert (answer.exit_code, sentence in answer.output) == (2, True), answer.output
    assert not (tmp_path / "out").exists()


def foreign_key(kind):
    """Return a key that OpenSSL reads, and Vedette does not take."""
    key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else Ed25519PrivateKey.generate()
    hiding = serialization.NoEncryption() if kind == "rsa" else serialization.BestAvailableEncryption(b"x")
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, hiding)


def test_a_signing_key_is_never_written_over_and_others_that_read_it_are_said(signer, belt, tmp_path):
    place, public = signer
    before = place.read_bytes()
    again = run("key", place, "--new")
    assert (again.exit_code, "never written over" in again.output) == (2, True)
    assert place.read_bytes() == before
    assert run("key", place).output.strip() == public
    place.chmod(0o644)
    answer = run("package", "--model", belt, "--sign", place, "--out", tmp_path / "out")
    assert (answer.exit_code, "chmod 600" in answer.stderr) == (0, True)
    lines = place.read_text().splitlines()
    assert not any(lines[1] in path.read_text("latin-1") for path in (tmp_path / "out").iterdir())


@pytest.mark.parametrize("name", ["nothing", "empty", "notes.txt"])
def test_pictures_that_are_none_are_a_sentence(name, belt, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("no manifest")
    words = ["--model", belt, "--golden", tmp_path / name, "--out", tmp_path / "out"]
    answer = run("package", *words)
    assert (answer.exit_code, "Traceback" in answer.output) == (2, False), answer.output
    assert not (tmp_path / "out").exists()
