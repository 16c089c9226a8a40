"""The README's commands work as they are printed, typed into a shell by somebody with an empty home."""

import re
from pathlib import Path

import pytest

from doubles.clients import customer, run

pytestmark = [pytest.mark.clients, pytest.mark.timeout(900)]

ROOT = Path(__file__).parent.parent.parent


def block(heading: str) -> str:
    """Return the first shell block below a line that starts with these words."""
    text = (ROOT / "README.md").read_text("utf-8").split(heading, 1)[1]
    return re.search(r"```bash\n(.*?)```", text, re.DOTALL).group(1)


@pytest.mark.parametrize("heading", ["Then, in another terminal", "Lookout for Vision was dropped"])
def test_the_shell_blocks_of_the_readme_run(server, newest, tmp_path, heading):
    environment = customer(server, tmp_path)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        del environment[name]
    environment |= {"PATH": f"{newest}:{environment['PATH']}", "VEDETTE_DATA": str(server.data)}
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "one.jpg").write_bytes(b"a picture")
    words = "\n".join(
        [block("Then, in another terminal"), block(heading) if heading.startswith("Look") else ""]
    )
    words = words.replace("http://127.0.0.1:8080", server.address)
    words = words.replace(".venv/bin/vedette", str(ROOT / ".venv" / "bin" / "vedette"))
    if heading.startswith("Look"):
        words = words.replace("boards", "boards-again").replace("s3://pictures", "s3://pictures-again")
        words = words.replace("install`", "install")
        run(str(ROOT / ".venv" / "bin" / "vedette"), "sdk", "install", env=environment, cwd=tmp_path)
    said = run("bash", "-euo", "pipefail", "-c", words, env=environment, cwd=tmp_path)
    assert "ProjectArn" in said
