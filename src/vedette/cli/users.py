"""`vedette account`, `vedette user`, `vedette role`: who there is."""

from typing import Annotated

import typer

from vedette.cli.credentials import Data
from vedette.cli.directory import directory, table

accounts = typer.Typer(no_args_is_help=True, help="Accounts: namespaces that do not see one another.")
users = typer.Typer(no_args_is_help=True, help="Users of an account.")
roles = typer.Typer(no_args_is_help=True, help="Roles, which callers of trusted accounts may assume.")

Account = Annotated[str, typer.Option(help="The account; the installation's own when it is not named.")]


@accounts.command("create")
def create_account(
    account: Annotated[str, typer.Argument(help="Twelve digits.")],
    name: Annotated[str, typer.Option(help="What people call it.")] = "",
    data: Data = None,
) -> None:
    """Make an account. `vedette key create --account` gives it a root key."""
    with directory(data) as (known, _):
        made = known.create_account(account, name)
        print(made.id)


@accounts.command("list")
def list_accounts(data: Data = None) -> None:
    """List the accounts."""
    with directory(data) as (known, _):
        print(table([(each.id, each.name) for each in known.accounts()]))


@users.command("create")
def create_user(name: str, account: Account = "", data: Data = None) -> None:
    """Make a user. `vedette key create --user` gives it a key."""
    with directory(data) as (known, settings):
        print(known.create_user(account or settings.account, name).arn)


@users.command("list")
def list_users(account: Account = "", data: Data = None) -> None:
    """List an account's users."""
    with directory(data) as (known, settings):
        found = known.users(account or settings.account)
        print(table([(user.name, user.user_id, user.arn) for user in found]))


@users.command("delete")
def delete_user(name: str, account: Account = "", data: Data = None) -> None:
    """Delete a user and all its keys."""
    with directory(data) as (known, settings):
        known.delete_user(account or settings.account, name)


@roles.command("create")
def create_role(
    name: str,
    trust: Annotated[list[str] | None, typer.Option(help="An account that may assume it.")] = None,
    account: Account = "",
    data: Data = None,
) -> None:
    """Make a role. It trusts its own account when no other is named."""
    with directory(data) as (known, settings):
        home = account or settings.account
        print(known.create_role(home, name, trust or [home]).arn)


@roles.command("list")
def list_roles(account: Account = "", data: Data = None) -> None:
    """List an account's roles, and which accounts each trusts."""
    with directory(data) as (known, settings):
        found = known.roles(account or settings.account)
        print(table([(role.name, role.arn, ",".join(role.trusted)) for role in found]))


@roles.command("delete")
def delete_role(name: str, account: Account = "", data: Data = None) -> None:
    """Delete a role; sessions that assumed it end."""
    with directory(data) as (known, settings):
        known.delete_role(account or settings.account, name)
