"""Functions, their schedules and logs by unmodified clients: boto3, old and newest, AWS CLI, JavaScript."""

import base64
import json
import re
import shutil
import sys
from pathlib import Path

import pytest

from doubles.clients import customer, run
from doubles.function_requests import zipped
from doubles.function_servers import start_functions
from doubles.servers import stop_server
from vedette.functions.confine import find_confinement

needs_confinement = pytest.mark.skipif(
    not find_confinement().is_close, reason="nothing here shuts a process in"
)
pytestmark = [pytest.mark.clients, needs_confinement, pytest.mark.timeout(900)]

HERE = Path(__file__).parent
SOURCE = re.search(r'SOURCE = """\n(.*?)"""', (HERE / "functions.py").read_text(), re.DOTALL)[1]
EXPECTED = {
    "failed": "ValueError",
    "refused": 0,
    "rules": ["cron(0 2 ? * MON-FRI *)"],
    "targets": ["1"],
    "gone": True,
    "lines": ["handled NAME"],
    "stream": True,
    "days": 7,
}


@pytest.fixture(scope="module", params=["http", "https"])
def place(request, tmp_path_factory):
    """A server on which functions run; what they ask of it goes the same way as the clients."""
    words = ("--tls", "self") if request.param == "https" else ()
    server = start_functions(tmp_path_factory.mktemp("functions") / "data", words=words)
    yield server
    stop_server(server)


def test_the_last_boto3_with_lookoutvision_uses_functions(place, tmp_path):
    words = (sys.executable, str(HERE / "functions.py"), "last")
    assert json.loads(run(*words, env=customer(place, tmp_path))) == EXPECTED


def test_the_newest_boto3_uses_functions(place, newest, tmp_path):
    words = (str(newest / "python"), str(HERE / "functions.py"), "newest")
    assert json.loads(run(*words, env=customer(place, tmp_path))) == EXPECTED


def test_the_javascript_sdk_uses_functions(place, javascript, tmp_path):
    script = javascript / "functions.mjs"
    shutil.copyfile(HERE / "functions.mjs", script)
    role = place.client("iam").get_role(RoleName="sorting")["Role"]["Arn"]
    words = ("node", str(script), "script", role, base64.b64encode(zipped(SOURCE)).decode())
    assert json.loads(run(*words, env=customer(place, tmp_path), cwd=javascript)) == EXPECTED


def test_the_aws_cli_uses_functions_and_reads_their_logs(place, newest, tmp_path):
    environment = customer(place, tmp_path)

    def aws(*words):
        return run(str(newest / "aws"), *words, env=environment, cwd=tmp_path)

    (tmp_path / "code.zip").write_bytes(zipped(SOURCE))
    role = place.client("iam").get_role(RoleName="sorting")["Role"]["Arn"]
    words = ["--runtime", "python3.12", "--handler", "a.handle", "--timeout", "60", "--memory-size", "256"]
    words += ["--function-name", "typed", "--role", role, "--zip-file", "fileb://code.zip"]
    arn = json.loads(aws("lambda", "create-function", *words))["FunctionArn"]
    aws("lambda", "invoke", "--function-name", "typed", "--payload", '{"a": "by hand"}', "out.json")
    assert json.loads((tmp_path / "out.json").read_text())["stream"].endswith(tuple("0123456789abcdef"))
    rule = ["--name", "typed", "--schedule-expression", "rate(5 minutes)"]
    assert json.loads(aws("events", "put-rule", *rule))["RuleArn"].endswith(":rule/typed")
    answer = aws("events", "put-targets", "--rule", "typed", "--targets", f"Id=1,Arn={arn}")
    assert json.loads(answer)["FailedEntryCount"] == 0
    # As `aws logs tail` of the CLI's version 2 asks, which no package registry has.
    ask = ["--log-group-name", "/aws/lambda/typed", "--interleaved", "--start-time", "0"]
    events = json.loads(aws("logs", "filter-log-events", *ask))["events"]
    assert [event["message"] for event in events if "handled" in event["message"]] == ["handled by hand"]
    aws("logs", "delete-log-group", "--log-group-name", "/aws/lambda/typed")
    assert json.loads(aws("logs", "describe-log-groups", "--log-group-name-prefix", "/aws/lambda/typed")) == {
        "logGroups": []
    }
