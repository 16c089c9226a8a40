"""The README's commands work as they are printed, typed into a shell by somebody with an empty home."""

import re
from pathlib import Path

import pytest

from doubles.clients import customer, run

pytestmark = [pytest.mark.clients, pytest.mark.timeout(900)]

ROOT = Path(__file__).parent.parent.parent


def block(heading: str) -> str:
    """Return the first shell block below a heading."""
    section = (ROOT / "README.md").read_text("utf-8").split(f"## {heading}\n", 1)[1]
    return re.search(r"```bash\n(.*?)```", section, re.DOTALL).group(1)


def test_the_customer_s_commands_of_the_readme_run(server, newest, tmp_path):
    environment = customer(server, tmp_path)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        del environment[name]
    environment |= {"PATH": f"{newest}:{environment['PATH']}", "VEDETTE_DATA": str(server.data)}
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "one.jpg").write_bytes(b"a picture")
    commands = block("Your code, unchanged").replace("http://127.0.0.1:8080", server.address)
    commands = commands.replace(".venv/bin/vedette", str(ROOT / ".venv" / "bin" / "vedette"))
    printed = run("bash", "-euo", "pipefail", "-c", commands, env=environment, cwd=tmp_path)
    assert "upload: pictures/one.jpg to s3://pictures/one.jpg" in printed
    assert "project/boards/" in printed, "rekognition's project"
    assert "project/doors" in printed, "the closed service's project"
