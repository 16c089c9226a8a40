"""`vedette find`, `open`, `completion` and `man`: what makes a day at the terminal short."""

import sys
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from vedette.cli.console import console_link
from vedette.cli.credentials import Data
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


def find(
    tag: Annotated[list[str], Option("--tag", help="KEY=VALUE; several all have to be there.")],
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Print the projects and models of both services that have these tags."""
    tags = pairs(tag)
    count = 0
    with translate_client_errors():
        for arn in _tagged(Server("rekognition", endpoint, data), tags):
            print(arn, flush=True)
            count += 1
    if not count:
        print(f"Nothing has {' and '.join(tag)}.", file=sys.stderr)
        raise Exit(1)


def _tagged(server: Server, tags: dict[str, str]) -> Iterator[str]:
    """Yield ARNs: projects of Custom Labels and models of both services; Lookout's projects have no tags."""
    rekognition, lookout = server.client("rekognition"), server.client("lookoutvision")
    for service, name, arn in list_projects(server):
        for model in MODELS[service](server, name, arn).list():
            client = rekognition if service == "rekognition" else lookout
            if (
                tags.items()
                <= _as_mapping(client.list_tags_for_resource(ResourceArn=model.arn)["Tags"]).items()
            ):
                yield model.arn
        if service == "rekognition":
            answer = rekognition.list_tags_for_resource(ResourceArn=arn)
            if tags.items() <= answer["Tags"].items():
                yield arn


def _as_mapping(tags: dict[str, str] | list[dict[str, str]]) -> dict[str, str]:
    """Return tags as a mapping: the one service writes them so, the other as a list."""
    return tags if isinstance(tags, dict) else {tag["Key"]: tag["Value"] for tag in tags}


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

    from vedette.cli.main import app

    kind = get_completion_class(shell) if shell in SHELLS else None
    if kind is None:
        print(f"There is no completion for {shell}; there is for {', '.join(SHELLS)}.", file=sys.stderr)
        raise Exit(2)
    print(f"# To have it each time: {ADDED[shell]}")
    print(kind(app, {}, "vedette", "_VEDETTE_COMPLETE").source())


def man(
    to: Annotated[Path, Argument(metavar="DIR", help="A folder, such as ~/.local/share/man/man1.")],
) -> None:
    """Write the manual pages of all commands, from the same texts as --help."""
    from vedette.cli.main import app
    from vedette.cli.manual import manual_pages

    to.mkdir(parents=True, exist_ok=True)
    count = 0
    for name, text in manual_pages(app):
        (to / f"{name}.1").write_text(text, "utf-8")
        count += 1
    print(f"{count} pages in {to}.")
