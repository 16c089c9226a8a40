"""IAM by the AWS CLI, as its page says, and by the JavaScript SDK, unmodified."""

import json
import re
import shutil
import uuid
from pathlib import Path

import pytest

from doubles.clients import customer, run
from doubles.servers import start_server, stop_server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(900)]

HERE = Path(__file__).parent
PAGE = (HERE.parents[1] / "docs" / "how-to" / "who-may-do-what.md").read_text("utf-8")


@pytest.fixture
def own_server(tmp_path):
    """A server that no other test makes users at."""
    server = start_server(tmp_path / "data")
    yield server
    assert stop_server(server) == 0


def test_the_commands_of_the_page_run_from_top_to_bottom(own_server, newest, tmp_path):
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    environment = customer(own_server, tmp_path)
    environment["PATH"] = f"{newest}:{environment['PATH']}"
    # The first block gives a shell the key, which the environment has already.
    assert blocks.pop(0).startswith("eval")
    said = run("bash", "-euc", "\n".join(blocks), env=environment, cwd=tmp_path)
    assert "rekognition:DetectCustomLabels\tallowed\n" in said
    assert "rekognition:StopProjectVersion\timplicitDeny\n" in said
    assert "AmazonRekognitionCustomLabelsFullAccess" in said
    assert '"DefaultVersionId": "v1"' in said


def test_the_javascript_sdk_speaks_iam(any_server, javascript, tmp_path):
    mark = uuid.uuid4().hex[:8]
    script = javascript / "iam.mjs"
    shutil.copyfile(HERE / "iam.mjs", script)
    found = json.loads(run("node", str(script), mark, env=customer(any_server, tmp_path), cwd=javascript))
    policy = {
        "PolicyName": "AmazonS3ReadOnlyAccess",
        "PolicyArn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
    }
    assert found == {
        "arn": f"user/js/js-{mark}",
        "before": "AccessDeniedException",
        "after": "answered",
        "attached": [policy],
        "simulated": ["allowed", "implicitDeny"],
        "listed": True,
        "conflict": "DeleteConflictException",
        "missing": "NoSuchEntityException",
    }
