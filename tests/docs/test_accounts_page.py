"""The page on accounts and rights says what commands and policies take."""

import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from doubles.installations import an_installation
from vedette.access.parse import parse_policy
from vedette.access.policy import PolicyKind
from vedette.cli.main import app
from vedette.identity.builtin import NAMES, builtin_document

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "accounts-and-keys.md").read_text("utf-8")
SHELL = [
    line.partition("  #")[0]
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
]
OURS = [line for line in SHELL if re.match(r"vedette (account|user|group|role|policy) ", line)]


def test_the_policies_of_the_page_can_be_put():
    documents = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert len(documents) == 1
    for document in documents:
        parse_policy(document, PolicyKind.IDENTITY)


def test_the_page_lists_the_builtin_policies():
    assert tuple(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_builtin_policy_can_be_obeyed_and_copied(name):
    document = builtin_document(name)
    parse_policy(document, PolicyKind.IDENTITY)
    assert json.dumps(json.loads(document), indent=2) + "\n" == document


def test_the_commands_of_the_page_run_in_their_order(sqlite_maker, tmp_path, monkeypatch):
    monkeypatch.setenv("VEDETTE_DATA", str(an_installation(sqlite_maker)))
    monkeypatch.chdir(tmp_path)
    (document,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "boards-line.json").write_text(document)
    for name in ("bob", "line-3"):
        assert CliRunner().invoke(app, ["user", "create", name]).exit_code == 0
    left = [line for line in OURS if "user delete" not in line]
    assert len(left) >= 10
    for line in left:
        ran = CliRunner().invoke(app, shlex.split(line)[1:])
        assert ran.exit_code == 0, (line, ran.output)
