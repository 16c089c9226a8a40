"""The page about datasets on the command line: its commands run, in its order, against a server."""

import json
import re
import shlex
from pathlib import Path

from click.testing import CliRunner

from doubles.pictures import a_png
from vedette.cli.main import app

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "label-from-the-command-line.md"
COMMANDS = re.search(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


def test_the_commands_of_the_page_do_what_it_says(server, monkeypatch):
    s3 = server.client("s3")
    s3.create_bucket(Bucket="acme")
    for key in ("plants/rose/a.png", "plants/fern/b.png", "plants/loose.png"):
        s3.put_object(Bucket="acme", Key=key, Body=a_png())
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.address)
    monkeypatch.setenv("VEDETTE_DATA", str(server.data))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    assert COMMANDS is not None
    for command in COMMANDS[1].strip().splitlines():
        answer = CliRunner().invoke(app, shlex.split(command)[1:])
        assert answer.exit_code == 0, (command, answer.output, answer.stderr)
    answer = CliRunner().invoke(app, ["dataset", "list", "--project", "plants", "--lines"])
    labels = [
        [value["class-name"] for key, value in json.loads(line).items() if key.endswith("-metadata")]
        for line in answer.output.splitlines()
    ]
    assert labels == [["fern"], ["rosa"]]
