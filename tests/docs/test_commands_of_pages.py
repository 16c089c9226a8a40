"""Every `vedette …` that a page tells people to type is one that the command line takes, word for word."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from vedette.cli.main import app

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^ *```(?:sh|bash|console)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"(?:^|\s)# .*")
INSIDE = re.compile(r"\$\(([^)]*)\)")  # a command within a word: eval "$(vedette credentials)"


def commands_of(page: Path) -> list[tuple[str, ...]]:
    blocks = [block.replace("\\\n", " ") for block in BLOCK.findall(page.read_text("utf-8"))]
    return [command for block in blocks for line in block.splitlines() for command in commands_in(line)]


def commands_in(line: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of each `vedette` of a line; they end where the shell's own signs begin."""
    words: list[str] = []
    for token in [*tokens_of(line), ";"]:
        yield from (command for inner in INSIDE.findall(token) for command in commands_in(inner))
        if token[0] in ";|&()<>":
            if words[:1] == ["vedette"]:
                yield tuple(words)
            words = []
        else:
            words.append(token)


def tokens_of(line: str) -> list[str]:
    lexer = shlex.shlex(COMMENT.sub("", line), posix=True, punctuation_chars=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    return [token for token in lexer if token]


TYPED = [(page, command) for page in PAGES for command in commands_of(page)]


@pytest.mark.parametrize(
    ("page", "typed"), TYPED, ids=[f"{page.name}-{number}" for number, (page, _) in enumerate(TYPED)]
)
def test_a_command_of_a_page_can_be_typed(page, typed):
    command: click.Command = app
    words = list(typed[1:])
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name = words.pop(0)
        assert name in command.commands, f"{page.name} says: {shlex.join(typed)}"
        command = command.commands[name]
    try:
        command.make_context("vedette", words).close()
    except click.exceptions.Exit:
        pass
    except click.UsageError as refusal:
        pytest.fail(f"{page.name} says: {shlex.join(typed)}\n{refusal.format_message()}")


def test_the_pages_have_commands():
    assert len(TYPED) > 50
    assert len({page for page, _ in TYPED}) > 10
