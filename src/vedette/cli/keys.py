"""`vedette key`: access keys."""

from typing import Annotated

from vedette.cli.credentials import CredentialsFormat, Data, format_credentials
from vedette.cli.directory import directory
from vedette.cli.listing import print_list, prints_records
from vedette.cli.signatures import Argument, CommandGroup, Option
from vedette.cli.users import Account

keys = CommandGroup("Access keys; a secret is shown once, when its key is created.")

User = Annotated[str, Option(help="The user; the account's root when nobody is named.")]
KeyId = Annotated[str, Argument(help="The key's id (AKIA…).")]


@keys.define("create")
def create_key(
    user: User = "",
    account: Account = "",
    form: Annotated[
        CredentialsFormat, Option("--format", help="As in `vedette credentials`.")
    ] = CredentialsFormat.ENV,
    data: Data = None,
) -> None:
    """Create a key and print it with its secret, which is not shown again."""
    with directory(data) as (identities, settings):
        new = identities.create_key(account or settings.account, user or None)
        words = {"access_key_id": new.id, "secret_access_key": new.secret, "region": settings.region}
        print(format_credentials(words, form, user or "vedette"))


@keys.define("list")
@prints_records
def list_keys(user: User = "", account: Account = "", data: Data = None) -> None:
    """List an account's keys, or a user's."""
    with directory(data) as (identities, settings):
        rows = identities.keys(account or settings.account, user or None)
        columns = {"id": "id", "user": "user", "enabled": "enabled"}
        print_list(
            columns,
            rows,
            lambda key: (key.id, key.user or "(root)", "enabled" if key.enabled else "disabled"),
        )


@keys.define("disable")
def disable_key(key: KeyId, data: Data = None) -> None:
    """Disable a key."""
    with directory(data) as (identities, _):
        identities.enable_key(key, enabled=False)


@keys.define("enable")
def enable_key(key: KeyId, data: Data = None) -> None:
    """Enable a disabled key."""
    with directory(data) as (identities, _):
        identities.enable_key(key, enabled=True)


@keys.define("delete")
def delete_key(key: KeyId, data: Data = None) -> None:
    """Delete a key."""
    with directory(data) as (identities, _):
        identities.delete_key(key)
