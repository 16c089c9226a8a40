"""Stacks by the AWS CLI, as its page says: deployed twice, described, looked at for drift, deleted."""

import json
import re
from pathlib import Path

import pytest

from doubles.clients import customer, run
from doubles.servers import start_server, stop_server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(900)]

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "from-a-template.md").read_text("utf-8")
(TEMPLATE,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
(COMMANDS,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
REST = """
aws s3 mb s3://templates
aws s3 cp line-4.yaml s3://templates/line-4.yaml
aws cloudformation validate-template --template-url "$AWS_ENDPOINT_URL/templates/line-4.yaml"
number=$(aws cloudformation detect-stack-drift --stack-name line-4 --output text)
aws cloudformation describe-stack-drift-detection-status --stack-drift-detection-id "$number"
aws cloudformation delete-stack --stack-name line-4
aws cloudformation wait stack-delete-complete --stack-name line-4
"""


@pytest.fixture
def own_server(tmp_path):
    """A server that no other test makes stacks at."""
    server = start_server(tmp_path / "data")
    yield server
    assert stop_server(server) == 0


def test_the_commands_of_the_page_run_from_top_to_bottom(own_server, newest, tmp_path):
    environment = customer(own_server, tmp_path)
    environment["PATH"] = f"{newest}:{environment['PATH']}"
    (tmp_path / "line-4.yaml").write_text(TEMPLATE)
    # The first line gives a shell the key, which the environment has already.
    first, rest = COMMANDS.split("\n", 1)
    assert first.startswith("eval")
    output = run("bash", "-euc", rest + REST, env=environment, cwd=tmp_path)
    assert "Successfully created/updated stack - line-4" in output
    assert "No changes to deploy. Stack line-4 is up to date" in output
    assert "project/boards-line-4/" in output
    assert '"StackDriftStatus": "IN_SYNC"' in output
    assert json.dumps("Line") in output
