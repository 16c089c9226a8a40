import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from doubles.servers import start_server, stop_server
from doubles.trained import put_version

PAGE = (Path(__file__).parent.parent.parent / "docs" / "how-to" / "host-models.md").read_text("utf-8")


@pytest.fixture
def server(tmp_path):
    """A server of this test's own: the page's lines name the project's first version."""
    running = start_server(tmp_path / "data")
    yield running
    stop_server(running)


def test_its_shell_lines_run(server):
    put_version(server.data, "lookoutvision", "doors", "anomaly", account="000000000000")
    script = "\n".join(["set -e", *re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)])
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "AWS_ENDPOINT_URL": server.address,
        "VEDETTE_DATA": str(server.data),
    }
    ran = subprocess.run(
        ["bash", "-c", script], check=True, env=environment, timeout=120, capture_output=True, text=True
    )
    assert [line.partition(".")[0] for line in ran.stdout.splitlines()] == ["1: HOSTED", "1: TRAINED"]
