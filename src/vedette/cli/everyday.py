"""`vedette find`, `open`, `completion` and `man`: what makes a day at the terminal short."""

import sys
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import click

from vedette.cli.console import console_link
from vedette.cli.credentials import Data
from vedette.cli.listing import is_for_people, print_records, prints_records
from vedette.cli.models import Endpoint, translate_client_errors
from vedette.cli.remote import Server
from vedette.cli.remote_models import MODELS, list_projects
from vedette.cli.signatures import Argument, Exit, Option
from vedette.cli.tags import pairs
from vedette.cli.users import Account

SHELLS = ("bash", "zsh", "fish")
# What a person adds to a shell's own file, once.
ADDED = {
    "bash": 'eval "$(vedette completion bash)"  in ~/.bashrc',
    "zsh": 'eval "$(vedette completion zsh)"  in ~/.zshrc',
    "fish": "vedette completion fish | source  in ~/.config/fish/config.fish",
}


@prints_records
def find(
    tag: Annotated[list[str], Option("--tag", help="KEY=VALUE; several all have to be there.")],
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Print the projects and models of both services that have these tags."""
    tags = pairs(tag)
    arns = []
    with translate_client_errors():
        for arn in _tagged(Server("rekognition", endpoint, data), tags):
            if is_for_people():
                print(arn, flush=True)
            arns.append(arn)
    if not is_for_people():
        print_records({"arn": str}, arns)
    if not arns:
        print(f"Nothing has {' and '.join(tag)}.", file=sys.stderr)
        raise Exit(1)


def _tagged(server: Server, tags: dict[str, str]) -> Iterator[str]:
    """Yield ARNs: projects of Custom Labels and models of both services; Lookout's projects have no tags."""
    for service, name, arn in list_projects(server):
        models = MODELS[service](server, name, arn)
        arns = [arn] if models.project_has_tags else []
        arns += [model.arn for model in models.list()]
        yield from (tagged for tagged in arns if tags.items() <= models.tags(tagged).items())


def open_console(
    user: Annotated[str, Option(help="The user to sign in; the account's root when nobody is named.")] = "",
    account: Account = "",
    data: Data = None,
) -> None:
    """Open the console in this machine's browser, signed in."""
    address = console_link(user, account, data)
    if not webbrowser.open(address):
        print("No browser could be opened. The link works once, within the hour:", file=sys.stderr)
        print(address)


def completion(
    shell: Annotated[str, Argument(help="bash, zsh or fish.")],
) -> None:
    """Print the lines that let a shell complete commands and options."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell) if shell in SHELLS else None
    if kind is None:
        print(f"There is no completion for {shell}; there is for {', '.join(SHELLS)}.", file=sys.stderr)
        raise Exit(2)
    print(f"# To have it each time: {ADDED[shell]}")
    print(kind(_program(), {}, "vedette", "_VEDETTE_COMPLETE").source())


def man(
    to: Annotated[Path, Argument(metavar="DIR", help="A folder, such as ~/.local/share/man/man1.")],
) -> None:
    """Write the manual pages of all commands, from the same texts as --help."""
    from vedette.cli.manual import manual_pages

    to.mkdir(parents=True, exist_ok=True)
    count = 0
    for name, text in manual_pages(_program()):
        (to / f"{name}.1").write_text(text, "utf-8")
        count += 1
    print(f"{count} pages in {to}.")


def _program() -> click.Group:
    """Return the whole command line, as the context knows it: its module imports this one."""
    program = click.get_current_context().find_root().command
    assert isinstance(program, click.Group)
    return program
