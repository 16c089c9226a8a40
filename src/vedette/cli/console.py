"""`vedette console`: a link that signs a person in at the console."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from vedette.cli.credentials import Data
from vedette.cli.opening import opened
from vedette.cli.recording import on_record
from vedette.cli.signatures import Option
from vedette.cli.users import Account

if TYPE_CHECKING:
    from vedette.settings import Settings


def console(
    user: Annotated[str, Option(help="The user to sign in; the account's root when nobody is named.")] = "",
    account: Account = "",
    data: Data = None,
) -> None:
    """Print a link that signs in at the console, once and within the hour."""
    print(console_link(user, account, data))


def console_link(user: str, account: str, data: Path | None) -> str:
    """Return a new link that signs a user in at the console, once and within the hour."""
    with opened(data) as installation, on_record(installation.settings):
        from vedette.server.run import console_address

        settings = installation.settings
        address = server_address(settings)
        link = installation.identity.console.create_link(account or settings.account, user or None)
    if not address:
        print("No server has run on this folder yet; the link works where it will.", file=sys.stderr)
        address = f"http://{settings.host}:{settings.port}"
    return console_address(address, link)


def server_address(settings: "Settings") -> str:
    """Return where the folder's server answers, or answered last; nothing where none ever ran."""
    from vedette.server.holding import LOCK

    file: Path = settings.data / LOCK
    return file.read_text("utf-8").strip() if file.exists() else ""
