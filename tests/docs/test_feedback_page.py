"""What the page on feedback loops shows is what its command prints; labelling and training are only noted."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from doubles.console import HOME
from doubles.put_loops import put_loop
from doubles.servers import start_server, stop_server
from doubles.trained import put_version
from vedette.cli.main import app
from vedette.loops import records
from vedette.store.db import open_database

PAGE = Path(__file__).parent.parent.parent / "docs" / "how-to" / "improve-with-feedback.md"
# As a loop over drawn discs and squares left them (docs/experiments.md, 2026-11-30).
LABELLED = {
    "looked_at": 32,
    "chosen": [(f"s3://line-3/monday/{n}.png", "test" if n < 5 else "train", 0.5) for n in range(24)],
    "labelled": 24,
}
COMPARED = {
    "new_name": "monday",
    "verdict": "better",
    "compared": 40,
    "first_correct": 24,
    "second_correct": 38,
    "p_value": 0.00052,
}


@pytest.fixture
def boards(tmp_path):
    """A server with the project of the page, and its version."""
    server = start_server(tmp_path / "data")
    server.client("rekognition").create_project(ProjectName="boards")
    yield server, put_version(server.data, "rekognition", "boards", "classification", account=HOME, name="v1")
    stop_server(server)


def note(server, loop, **values):
    """Note of the loop what labelling, training and comparing would have."""
    database = open_database("", server.data)
    try:
        with database.write() as connection:
            assert records.change(connection, records.find(connection, loop), **values)
    finally:
        database.close()


def test_the_page_shows_what_its_command_prints(boards):
    server, version = boards
    shown = re.findall(r"```text\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    words = ["loop", "show", "monday", "--project", "boards"]
    place = ["--endpoint", server.address, "--data", str(server.data)]

    def printed():
        ran = CliRunner().invoke(app, [*words, *place])
        assert ran.exit_code == 0, ran.output
        return ran.output

    state = {"facts": LABELLED, "wish": {"alias": "line-3"}}
    loop = put_loop(server.data, version, "monday", step="train", status="running", **state)
    assert printed() == shown[0]
    note(server, loop, step="move", facts={**LABELLED, **COMPARED})
    assert printed() == shown[1]
    message = "line-3 points to the version monday, which is better than v1."
    note(server, loop, step="end", status="done", message=message)
    assert printed() == shown[2]
    assert len(shown) == 3
