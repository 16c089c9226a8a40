"""Handlers on this machine: the guides' own, unchanged; events, each handled whatever ends a run."""

import base64
import json
import os
import signal
import subprocess
import sys
import time
from zlib import crc32

import pytest

from doubles.clients import customer
from doubles.example_runs import EXAMPLES
from doubles.pictures import a_png
from doubles.trained import put_version
from vedette.cli.function_run import default_handler
from vedette.cli.main import app

HANDLER = "def lambda_handler(event, context):\n"


def typed(capsys, *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        app(list(words))
    captured = capsys.readouterr()
    return int(end.value.code or 0), captured.out, captured.err


@pytest.fixture
def runs(server, tmp_path, capsys):
    """Run a handler beside the server."""

    def run(code, *words: str):
        where = ["--endpoint", server.address, "--data", str(server.data)]
        return typed(capsys, "function", "run", str(code), *words, *where)

    return run


@pytest.fixture
def handler(tmp_path):
    def write(source: str):
        file = tmp_path / "sort.py"
        file.write_text(source)
        return file

    return write


@pytest.fixture
def bucket(server, request):
    s3, name = server.client("s3"), f"functions-{crc32(request.node.name.encode())}"
    s3.create_bucket(Bucket=name)
    return s3, name


def wait_until(look, *expected: str) -> None:
    end = time.monotonic() + 60
    while (status := look()) not in expected:
        assert time.monotonic() < end, status
        time.sleep(0.1)


def test_the_guides_handler_of_custom_labels_runs_unchanged(server, runs, tmp_path):
    project = "functions-labels"
    version = put_version(server.data, "rekognition", project, "classification", account="000000000000")
    client = server.client("rekognition")
    client.start_project_version(ProjectVersionArn=str(version.arn), MinInferenceUnits=1)
    arn = client.describe_projects(ProjectNames=[project])["ProjectDescriptions"][0]["ProjectArn"]
    wait_until(
        lambda: client.describe_project_versions(ProjectArn=arn)["ProjectVersionDescriptions"][0]["Status"],
        "RUNNING",
    )
    code = EXAMPLES / "custom_labels" / "lambda_function.py"
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"image": base64.b64encode(a_png()).decode()}))
    env = ("--env", f"MODEL_ARN={version.arn}", "--env", "CONFIDENCE=1")
    status, out, err = runs(code, "--event", str(event), *env)
    assert status == 0, err
    answer = json.loads(out)
    assert answer["statusCode"] == 200, answer
    assert {label["Name"] for label in json.loads(answer["body"])} <= {"red", "dark"}
    assert "REPORT RequestId:" in err
    event.write_text("{}")
    assert json.loads(runs(code, "--event", str(event), *env)[1])["body"]["Error"] == "ValueError"
    client.stop_project_version(ProjectVersionArn=str(version.arn))


def test_the_guides_handler_of_lookout_runs_unchanged(server, runs, tmp_path):
    project = "functions-anomalies"
    version = put_version(server.data, "lookoutvision", project, "segmentation", account="000000000000")
    client = server.client("lookoutvision")
    client.start_model(ProjectName=project, ModelVersion=version.name, MinInferenceUnits=1)
    wait_until(
        lambda: client.describe_model(ProjectName=project, ModelVersion=version.name)["ModelDescription"][
            "Status"
        ],
        "HOSTED",
    )
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"image": base64.b64encode(a_png()).decode(), "filename": "a.png"}))
    env = ("--env", f"PROJECT_NAME={project}", "--env", f"MODEL_VERSION={version.name}")
    code = EXAMPLES / "lookout_for_vision" / "lambda_function.py"
    status, out, err = runs(code, "--event", str(event), *env)
    assert status == 0, err
    answer = json.loads(out)
    assert answer["statusCode"] == 200, answer
    assert answer["body"]["RejectMessage"].startswith("Image a.png is ")
    client.stop_model(ProjectName=project, ModelVersion=version.name)


def test_each_object_below_a_prefix_is_handled_once_and_failures_are_kept(bucket, runs, handler, tmp_path):
    s3, name = bucket
    for key in ("in/a b+ä.jpg", "in/bad.jpg", "in/c.jpg", "elsewhere/d.jpg"):
        s3.put_object(Bucket=name, Key=key, Body=key.encode())
    code = handler(
        "import boto3\nfrom urllib.parse import unquote_plus\n"
        + HANDLER
        + "    record = event['Records'][0]\n"
        "    key = unquote_plus(record['s3']['object']['key'])\n"
        "    if 'bad' in key: raise ValueError('a bad picture')\n"
        "    bucket = record['s3']['bucket']['name']\n"
        "    body = boto3.client('s3').get_object(Bucket=bucket, Key=key)['Body'].read()\n"
        "    return [key, body.decode(), record['eventName'], record['eventSource']]\n"
    )
    words = ("--on", f"s3://{name}/in/", "--once", "--retry-after", "0.01")
    status, out, err = runs(code, *words)
    assert status == 1
    answers = [json.loads(line[line.index("[") :]) for line in out.splitlines() if ": [" in line]
    assert sorted(answer[0] for answer in answers) == ["in/a b+ä.jpg", "in/c.jpg"]
    assert all(answer[0] == answer[1] for answer in answers)
    assert "3 events handled, 1 given up." in out
    assert "failed 3 times" in err
    [dead] = [json.loads(line) for line in (tmp_path / "sort.py.dead.jsonl").read_text().splitlines()]
    assert dead["requestContext"]["approximateInvokeCount"] == 3
    assert dead["requestPayload"]["Records"][0]["s3"]["object"]["key"] == "in/bad.jpg"
    assert dead["responsePayload"]["errorType"] == "ValueError"
    # The same command again handles what is new, and what was replaced.
    assert "0 events handled" in runs(code, *words)[1]
    s3.put_object(Bucket=name, Key="in/c.jpg", Body=b"another picture")
    assert "1 events handled, 0 given up." in runs(code, *words)[1]


def test_a_run_that_is_killed_loses_nothing(server, bucket, runs, handler, tmp_path):
    s3, name = bucket
    keys = {f"in/{number:02}.jpg" for number in range(12)}
    for key in keys:
        s3.put_object(Bucket=name, Key=key, Body=b"1")
    code = handler(
        "import time\n"
        + HANDLER
        + "    time.sleep(0.05)\n    return event['Records'][0]['s3']['object']['key']\n"
    )
    done = tmp_path / "sort.py.done.jsonl"
    words = [
        sys.executable,
        "-m",
        "vedette",
        "function",
        "run",
        str(code),
        "--on",
        f"s3://{name}/in/",
        "--once",
    ]
    with subprocess.Popen(
        words,
        env={**os.environ, **customer(server, tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as run:
        end = time.monotonic() + 60
        while not done.exists() or len(done.read_text().splitlines()) < 3:
            assert time.monotonic() < end
            time.sleep(0.02)
        run.send_signal(signal.SIGKILL)
    with done.open("a") as lines:
        lines.write('{"subject": "cut o')
    assert runs(code, "--on", f"s3://{name}/in/", "--once")[0] == 0
    handled = []
    for line in done.read_text().splitlines():
        if not line.endswith("cut o"):
            handled.append(json.loads(line)["subject"].split()[0].removeprefix(f"s3://{name}/"))
    assert set(handled) == keys
    assert len(handled) == len(keys)


def test_a_schedule_calls_it(runs, handler):
    code = handler(HANDLER + "    return [event['source'], event['detail-type'], len(event['time'])]\n")
    status, out, err = runs(code, "--every", "1s", "--once")
    assert status == 0, err
    assert '["aws.events", "Scheduled Event", 20]' in out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--every", "soon"), "'soon' is no interval"),
        (("--on", "bucket/prefix"), "is no place in a bucket"),
        (("--on", "s3://functions-of-nobody/x"), "does not exist"),
        (("--event", "/nothing/there.json"), "is no event"),
        (("--event", "-", "--every", "1s"), "Say one of"),
    ],
)
def test_what_cannot_be_is_said(runs, handler, words, sentence):
    status, _, err = runs(handler(HANDLER + "    pass\n"), *words)
    assert status == 2
    assert sentence in err


def test_what_is_no_code_is_said(runs, tmp_path):
    (tmp_path / "a.zip").write_bytes(b"no zip")
    for code, sentence in (
        (tmp_path / "nothing.py", "does not exist"),
        (tmp_path / "a.zip", "Could not unzip"),
    ):
        status, _, err = runs(code)
        assert status == 2
        assert sentence in err
    assert default_handler(tmp_path / "folder") == "lambda_function.lambda_handler"
