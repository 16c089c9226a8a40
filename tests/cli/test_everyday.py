"""Finding by tags, opening the console, completing commands and their manual pages."""

import os
import re
import shutil
import subprocess
import sys
import webbrowser

import click
import pytest

from vedette.cli.main import app
from vedette.cli.manual import manual_pages

PAGES = dict(manual_pages(app))


def typed(capsys, *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        app(list(words))
    captured = capsys.readouterr()
    return int(end.value.code or 0), captured.out, captured.err


@pytest.fixture
def tagged(server):
    """A project with two tags on the shared server, and what names the server."""
    rekognition = server.client("rekognition")
    arn = rekognition.create_project(ProjectName="everyday-tagged", Tags={"everyday": "yes", "line": "2"})[
        "ProjectArn"
    ]
    other = rekognition.create_project(ProjectName="everyday-other", Tags={"line": "2"})["ProjectArn"]
    server.client("lookoutvision").create_project(ProjectName="everyday-lookout")
    yield arn, ("--endpoint", server.address, "--data", str(server.data))
    for one in (arn, other):
        rekognition.delete_project(ProjectArn=one)
    server.client("lookoutvision").delete_project(ProjectName="everyday-lookout")


def test_what_has_all_tags_is_found(tagged, capsys):
    arn, where = tagged
    assert typed(capsys, "find", "--tag", "everyday=yes", *where) == (0, f"{arn}\n", "")
    assert typed(capsys, "find", "--tag", "everyday=yes", "--tag", "line=2", *where)[1] == f"{arn}\n"
    code, out, err = typed(capsys, "find", "--tag", "everyday=yes", "--tag", "line=3", *where)
    assert (code, out, err) == (1, "", "Nothing has everyday=yes and line=3.\n")


def test_what_is_no_tag_is_said(capsys):
    code, _, err = typed(capsys, "find", "--tag", "everyday")
    assert (code, err) == (2, "'everyday' is no tag: KEY=VALUE.\n")


@pytest.mark.parametrize("has_browser", [True, False])
def test_the_console_is_opened_signed_in_or_its_link_is_said(server, monkeypatch, capsys, has_browser):
    opened: list[str] = []

    def remember(address: str) -> bool:
        opened.append(address)
        return has_browser

    monkeypatch.setattr(webbrowser, "open", remember)
    code, out, err = typed(capsys, "open", "--data", str(server.data))
    assert code == 0
    assert re.fullmatch(rf"{re.escape(server.address)}/console/\S+", opened[0])
    assert out == ("" if has_browser else f"{opened[0]}\n")
    assert ("works once" in err) is not has_browser


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_its_lines(capsys, shell):
    code, out, _ = typed(capsys, "completion", shell)
    assert code == 0
    assert f"_VEDETTE_COMPLETE={shell}_complete" in out
    assert out.startswith("# To have it each time: ")


def test_a_shell_that_there_is_no_completion_for_is_refused(capsys):
    code, _, err = typed(capsys, "completion", "cmd")
    assert (code, err) == (2, "There is no completion for cmd; there is for bash, zsh, fish.\n")


def test_what_is_begun_is_completed():
    asked = {"_VEDETTE_COMPLETE": "bash_complete", "COMP_WORDS": "vedette model st", "COMP_CWORD": "2"}
    ran = subprocess.run(
        [sys.executable, "-c", "import sys; sys.argv = ['vedette']; from vedette.cli.main import run; run()"],
        env={**os.environ, **asked},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.split() == ["plain,start", "plain,stop"]


def commands(command: click.Command, names: tuple[str, ...] = ("vedette",)):
    yield "-".join(names)
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            if not below.hidden:
                yield from commands(below, (*names, name))


def test_each_command_has_its_page_and_its_options():
    assert set(PAGES) == set(commands(app))
    assert "\\fB\\-\\-budget TEXT\\fR" in PAGES["vedette-train"]
    assert "\\fBvedette\\-train(1)\\fR" in PAGES["vedette"]


def test_pages_are_written_into_a_folder(tmp_path, capsys):
    code, out, _ = typed(capsys, "man", str(tmp_path / "man1"))
    assert (code, out) == (0, f"{len(PAGES)} pages in {tmp_path / 'man1'}.\n")
    assert {path.name for path in (tmp_path / "man1").iterdir()} == {f"{name}.1" for name in PAGES}


def test_no_line_of_a_page_is_a_request_that_nobody_wrote():
    requests = {".TH", ".SH", ".PP", ".TP"}
    for name, text in PAGES.items():
        for line in text.splitlines():
            assert line.split(" ")[0] in requests if line.startswith((".", "'")) else line.strip(), (
                name,
                line,
            )


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_the_formatter_has_nothing_to_say():
    text = "\n".join(PAGES.values())
    words = ["groff", "-man", "-Tutf8", "-ww", "-z"]
    ran = subprocess.run(words, input=text, capture_output=True, text=True, check=True)
    assert ran.stderr == ""
