"""`vedette key`: access keys."""

from typing import Annotated

import typer

from vedette.cli.credentials import Data, Form, say
from vedette.cli.directory import directory, table
from vedette.cli.users import Account

keys = typer.Typer(no_args_is_help=True, help="Access keys; a secret is shown once, when its key is made.")

User = Annotated[str, typer.Option(help="The user; the account's root when nobody is named.")]
KeyId = Annotated[str, typer.Argument(help="The key's id (AKIA…).")]


@keys.command("create")
def create_key(
    user: User = "",
    account: Account = "",
    form: Annotated[Form, typer.Option("--format", help="As in `vedette credentials`.")] = Form.ENV,
    data: Data = None,
) -> None:
    """Make a key and print it with its secret, which is not shown again."""
    with directory(data) as (known, settings):
        made = known.create_key(account or settings.account, user or None)
        words = {"access_key_id": made.id, "secret_access_key": made.secret, "region": settings.region}
        print(say(words, form, user or "vedette"))


@keys.command("list")
def list_keys(user: User = "", account: Account = "", data: Data = None) -> None:
    """List an account's keys, or a user's."""
    with directory(data) as (known, settings):
        found = known.keys(account or settings.account, user or None)
        print(
            table([(key.id, key.user or "(root)", "enabled" if key.enabled else "disabled") for key in found])
        )


@keys.command("disable")
def disable_key(key: KeyId, data: Data = None) -> None:
    """Close the door to a key, for now."""
    with directory(data) as (known, _):
        known.enable_key(key, enabled=False)


@keys.command("enable")
def enable_key(key: KeyId, data: Data = None) -> None:
    """Open it again."""
    with directory(data) as (known, _):
        known.enable_key(key, enabled=True)


@keys.command("delete")
def delete_key(key: KeyId, data: Data = None) -> None:
    """Delete a key for good."""
    with directory(data) as (known, _):
        known.delete_key(key)
