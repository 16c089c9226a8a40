"""Commands about models, on a server with a model that was trained elsewhere."""

import json
import uuid

import pytest
from click.testing import CliRunner

from doubles.trained import put_version
from vedette.cli.main import app
from vedette.runtime.package import open_package

ACCOUNT = "000000000000"


@pytest.fixture
def run(server):
    place = ["--endpoint", server.address, "--data", str(server.data)]
    return lambda *words: CliRunner().invoke(app, [*map(str, words), *place])


@pytest.fixture
def name():
    return f"m-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def trained(server, name):
    """A model of Lookout with its result in a bucket."""
    s3 = server.client("s3")
    s3.create_bucket(Bucket="out")
    s3.put_object(Bucket="out", Key=f"{name}.json", Body=json.dumps({"Version": 1, "of": name}))
    results = {
        "metrics": {"F1Score": 0.9, "Recall": 0.9, "Precision": 0.9},
        "files": {"evaluation_result": f"{name}.json"},
    }
    more = {"bucket": "out", "results": results}
    return put_version(server.data, "lookoutvision", name, "anomaly", account=ACCOUNT, **more)


def test_projects_and_models_are_listed(run, name, trained):
    assert f"lookoutvision  {name}" in run("projects").output
    listed = run("models", "--project", name)
    assert listed.output.split() == ["1", "TRAINED", "0.900", "Training", "completed", "successfully."]


def test_a_model_is_downloaded_as_a_package_that_opens(run, name, trained, tmp_path):
    answer = run("model", "download", "--project", name, "--out", tmp_path / "m.zip")
    assert (answer.exit_code, answer.output) == (0, f"Written: {tmp_path / 'm.zip'}\n")
    assert open_package(tmp_path / "m.zip").facts.task == "anomaly"


def test_the_metrics_are_those_of_the_result_file(run, name, trained):
    assert json.loads(run("model", "metrics", "--project", name).output) == {"Version": 1, "of": name}


def test_a_model_is_started_and_stopped(run, name, trained):
    started = run("model", "start", "--project", name, "--units", 1, "--most", 2)
    assert (started.exit_code, started.output) == (0, "1: HOSTED. The model is running.\n")
    again = run("model", "start", "--project", name)
    assert (again.exit_code, "is running" in again.output) == (2, True)
    stopped = run("model", "stop", "--project", name)
    assert (stopped.exit_code, stopped.output) == (0, "1: TRAINED. Training completed successfully.\n")


def test_a_model_is_deleted(run, name, trained):
    assert run("model", "delete", "--project", name, "--version", "1").exit_code == 0
    assert run("models", "--project", name).output.strip() == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["models", "--project", "nobody"], "There is no project nobody"),
        (["model", "delete", "--project", "{name}", "--version", "7"], "no version 7"),
        (["model", "train", "--project", "{name}", "--to", "s3://nowhere/x"], "no training dataset"),
        (["model", "train", "--project", "{name}", "--to", "s3://out", "--name", "a"], "numbers, not names"),
    ],
)
def test_what_a_person_can_mend_is_said_in_a_sentence(words, said, run, name, trained):
    answer = run(*[word.format(name=name) for word in words])
    assert answer.exit_code == 2
    assert said in answer.output


def test_a_server_that_does_not_answer_is_asked_after(server):
    words = ["projects", "--endpoint", "http://127.0.0.1:9", "--data", str(server.data)]
    answer = CliRunner().invoke(app, words)
    assert answer.exit_code == 2
    assert "Is the server running?" in answer.output


def test_thresholds_are_shown_chosen_and_given_back(run, name, trained):
    words = ["model", "thresholds", "--project", name]
    shown = run(*words)
    assert shown.output.splitlines() == [
        "anomaly  0.5000  trained",
        "The services' answers hold to the trained ones.",
    ]
    chosen = run(*words, "--set", "anomaly=0.25", "--wire", "on")
    assert chosen.exit_code == 0, chosen.output
    assert chosen.output.startswith("anomaly  0.2500  chosen by ")
    assert "trained 0.5000\nThe services' answers hold to these." in chosen.output
    assert "anomaly  0.5000  trained" in run(*words, "--reset-all", "--wire", "off").output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--set", "anomaly"], "is no LABEL=VALUE"),
        (["--set", "anomaly=nan"], "is no LABEL=VALUE"),
        (["--set", "anomaly=2"], "is not between 0 and 1"),
        (["--set", "rust=0.5"], 'has no label "rust"'),
    ],
)
def test_a_threshold_that_is_none_is_refused_with_a_sentence(words, sentence, run, name, trained):
    answer = run("model", "thresholds", "--project", name, *words)
    assert (answer.exit_code, sentence in answer.output) == (2, True)
