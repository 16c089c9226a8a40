"""Commands from functions: what a signature says is what can be typed."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pytest
from click.testing import CliRunner

from vedette.cli.main import app as vedette_app
from vedette.cli.signatures import Argument, CommandGroup, Exit, Option


class Colour(StrEnum):
    """Two members whose names are not their values."""

    RED = "red"
    GREEN = "grün"


CALLS: list[dict[str, object]] = []
shop = CommandGroup("A shop.")


@shop.define("paint", heading="Work")
def paint(
    place: Annotated[Path, Argument(help="Where.")],
    names: Annotated[list[str] | None, Argument(metavar="[NAME]...", help="Who.")] = None,
    *,
    least: Annotated[float | None, Option(min=0, max=1, help="How sure.")] = None,
    count: Annotated[int, Option(min=1, help="How many.")] = 3,
    colour: Annotated[Colour, Option("--colour", "--color", help="Which colour.")] = Colour.GREEN,
    from_: Annotated[str, Option("--from", help="From where.")] = "",
    tag: Annotated[list[str] | None, Option(help="A tag; may be repeated.")] = None,
    is_dry: Annotated[bool, Option("--dry-run", help="Do nothing.")] = False,
    with_frame: Annotated[bool, Option(help="With a frame.")] = False,
) -> None:
    """Paint a place.

    Not in the list of commands.
    """
    CALLS.append({name: value for name, value in locals().items() if name != "self"})


@dataclass(frozen=True)
class FrameOptions:
    """Options that several commands of a shop have."""

    wood: Annotated[str, Option(help="Of which wood.")]
    width: Annotated[int, Option(min=1, help="How wide.")] = 2
    is_gilded: Annotated[bool, Option("--gilded", help="With gold.")] = False


@shop.define("frame", is_hidden=True)
def frame(
    picture: Annotated[str, Argument(help="Which.")],
    *,
    name: Annotated[str, Option(help="A name.")] = "",
    options: FrameOptions,
    tag: Annotated[str, Option(help="A tag.")] = "",
) -> None:
    """Frame a picture."""
    CALLS.append(dict(locals()))


@shop.define("stop", heading="Ends")
def stop(status: Annotated[int, Argument(help="The status.")]) -> None:
    """End with a status."""
    if status == 130:
        raise KeyboardInterrupt
    raise Exit(status)


@shop.define("secret", is_hidden=True)
def secret() -> None:
    """Nothing that is listed."""


def typed(*words: str):
    return CliRunner().invoke(shop, words)


def called(*words: str) -> dict[str, object]:
    CALLS.clear()
    result = typed(*words)
    assert (result.exit_code, result.output) == (0, "")
    return CALLS[-1]


def test_what_is_not_typed_is_the_default_of_the_function():
    call = called("paint", "wall")
    assert call == {
        "place": Path("wall"),
        "names": call["names"],
        "least": None,
        "count": 3,
        "colour": Colour.GREEN,
        "from_": "",
        "tag": call["tag"],
        "is_dry": False,
        "with_frame": False,
    }
    assert not call["names"]
    assert not call["tag"]


def test_what_is_typed_reaches_the_function_in_its_type():
    words = (
        "paint wall a b --least 0.5 --count 7 --color red --from here --tag x --tag y --dry-run --with-frame"
    )
    call = called(*words.split())
    assert call == {
        "place": Path("wall"),
        "names": ("a", "b"),
        "least": 0.5,
        "count": 7,
        "colour": Colour.RED,
        "from_": "here",
        "tag": ("x", "y"),
        "is_dry": True,
        "with_frame": True,
    }
    assert isinstance(call["colour"], Colour)
    assert called("paint", "wall", "--with-frame", "--no-with-frame")["with_frame"] is False


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["paint"], "Missing argument 'PLACE'"),
        (["paint", "wall", "--count", "0"], "Invalid value for '--count': 0 is not in the range x>=1."),
        (["paint", "wall", "--least", "1.5"], "1.5 is not in the range 0<=x<=1."),
        (["paint", "wall", "--count", "many"], "'many' is not a valid integer"),
        (["paint", "wall", "--colour", "GREEN"], "'GREEN' is not one of 'red', 'grün'."),
        (["paint", "wall", "--tags", "x"], "No such option '--tags'"),
        (["paint", "wall", "--no-dry-run"], "No such option '--no-dry-run'"),
        (["pain"], "No such command 'pain'. Did you mean 'paint'?"),
        (["stop", "1", "2"], "Got unexpected extra argument (2)"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence_on_standard_error(words, sentence):
    result = typed(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert sentence in result.stderr


def test_help_lists_arguments_options_defaults_and_ranges():
    help_text = " ".join(typed("paint", "--help").stdout.split())
    for part in (
        "Usage: root paint [OPTIONS] PLACE [NAME]...",
        "Paint a place. Not in the list of commands.",
        "PLACE Where. [NAME]... Who.",
        "--least FLOAT RANGE How sure. [0<=x<=1]",
        "--count INTEGER RANGE How many. [default: 3; x>=1]",
        "--colour, --color [red|grün] Which colour. [default: grün]",
        "--from TEXT From where. --tag TEXT",
        "--dry-run Do nothing. --with-frame / --no-with-frame With a frame.",
    ):
        assert part in help_text


def test_a_group_without_a_command_prints_its_help_to_standard_output_as_a_mistake():
    result = typed()
    assert (result.exit_code, result.stderr) == (2, "")
    assert result.stdout.endswith("Work:\n  paint  Paint a place.\n\nEnds:\n  stop   End with a status.\n")
    assert result.stdout == typed("--help").stdout


def test_a_status_is_the_program_s():
    assert typed("stop", "7").exit_code == 7


def test_ctrl_c_ends_without_a_word_as_shells_expect():
    result = typed("stop", "130")
    assert (result.exit_code, result.output) == (130, "")


def test_a_hidden_command_is_run_and_not_listed():
    assert typed("secret").exit_code == 0
    assert "secret" not in typed("--help").stdout


def test_a_shell_completes_commands_and_values(monkeypatch):
    monkeypatch.setenv("COMP_WORDS", "vedette dataset list --type ")
    monkeypatch.setenv("COMP_CWORD", "4")
    result = CliRunner().invoke(vedette_app, prog_name="vedette", env={"_VEDETTE_COMPLETE": "bash_complete"})
    assert result.output.split() == ["plain,train", "plain,test"]


def test_every_command_of_vedette_has_help_for_itself_and_for_each_of_its_parameters():
    def walk(command, context):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            yield child
            if hasattr(child, "list_commands"):
                yield from walk(child, context)

    with vedette_app.make_context("vedette", ["version"]) as context:
        commands = list(walk(vedette_app, context))
        assert len(commands) > 60
        for command in commands:
            assert command.help, command.name
            for parameter in command.get_params(context):
                assert parameter.help, (command.name, parameter.name)


def test_options_that_several_commands_have_are_typed_like_their_own_and_come_as_one():
    CALLS.clear()
    assert typed("frame", "a.png", "--wood", "oak", "--gilded", "--tag", "x").exit_code == 0
    options = FrameOptions("oak", is_gilded=True)
    assert [{"picture": "a.png", "name": "", "options": options, "tag": "x"}] == CALLS
    refused = typed("frame", "a.png")
    assert (refused.exit_code, "Missing option '--wood'" in refused.output) == (2, True)
    listed = typed("frame", "--help").output
    places = [listed.index(name) for name in ("--name", "--wood", "--width", "--gilded", "--tag")]
    assert places == sorted(places)
