"""What `vedette backup` and `vedette restore` say at a terminal."""

import pytest
from click.testing import CliRunner

from doubles.installations import an_installation
from doubles.trained import put_version
from vedette.cli.main import app
from vedette.store.blobs.folder import FolderBlobs


def run(*words, fails=0):
    ran = CliRunner().invoke(app, [str(word) for word in words])
    assert ran.exit_code == fails, ran.output
    return ran.stderr if fails else ran.stdout


@pytest.fixture
def data(sqlite_maker):
    folder = an_installation(sqlite_maker)
    put_version(folder, "rekognition", "boards", "classification", account="000000000000")
    blobs = FolderBlobs(folder / "buckets")
    blobs.make_bucket("pictures", account="000000000000")
    for key in ("a", "b"):
        blobs.put("pictures", key, b"x")
    blobs.close()
    return folder


def test_a_backup_says_what_is_in_it_and_a_restore_what_to_do_next(data, tmp_path):
    assert run("backup", tmp_path / "b", "--data", data) == (
        f"Backed up to {tmp_path / 'b'}: 2 objects, 1 model, the keys and the database.\n"
        "It holds the keys: keep it as safe as the installation.\n"
    )
    said = run("restore", tmp_path / "b", "--data", tmp_path / "again").splitlines()
    assert said[0].startswith(f"Restored to {tmp_path / 'again'}: ")
    assert "Lifecycle rules are paused: check the buckets" in said[1]
    assert run("account", "list", "--data", tmp_path / "again").split()[0] == "000000000000"


def test_a_damaged_model_is_named_and_the_rest_is_backed_up(data, tmp_path):
    (data / "versions" / "1" / "package" / "model.onnx").write_bytes(b"damaged")
    said = run("backup", tmp_path / "b", "--data", data)
    assert "2 objects, 0 models, the keys and the database." in said
    assert "1 model damaged, or missing from the data folder: to be trained again." in said


def test_what_lies_elsewhere_is_said_not_to_be_in_it(data, tmp_path, monkeypatch):
    monkeypatch.setenv("VEDETTE_S3_ENDPOINT", "http://127.0.0.1:1")
    said = run("backup", tmp_path / "b", "--data", data)
    assert "Not in it: the buckets, which lie at http://127.0.0.1:1." in said
    said = run("restore", tmp_path / "b", "--data", tmp_path / "again")
    assert "set VEDETTE_S3_ENDPOINT" in said
    assert "Lifecycle" not in said


def test_refusals_are_one_sentence_and_a_status(data, tmp_path):
    run("backup", tmp_path / "b", "--data", data)
    for words in (
        ("backup", tmp_path / "b", "--data", data),
        ("backup", tmp_path / "c", "--data", tmp_path / "nowhere"),
        ("restore", tmp_path / "b", "--data", data),
        ("restore", tmp_path, "--data", tmp_path / "again"),
    ):
        said = run(*words, fails=1)
        assert said.count("\n") == 1, said
    assert not (tmp_path / "again").exists()
