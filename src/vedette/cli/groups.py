"""`vedette group`: users who hold policies together."""

from typing import Annotated

import typer

from vedette.cli.credentials import Data
from vedette.cli.directory import directory, table
from vedette.cli.users import Account, Policies
from vedette.identity.holder import Holder

groups = typer.Typer(no_args_is_help=True, help="Groups: users who hold policies together.")

Name = Annotated[str, typer.Argument(help="The group's name.")]
Users = Annotated[list[str], typer.Argument(help="The users.")]


@groups.command("create")
def create_group(name: Name, account: Account = "", data: Data = None) -> None:
    """Make a group that nobody is in."""
    with directory(data) as (known, settings):
        print(known.groups.create(account or settings.account, name).arn)


@groups.command("list")
def list_groups(account: Account = "", data: Data = None) -> None:
    """List an account's groups, their policies and who is in them."""
    with directory(data) as (known, settings):
        rows = [
            (group.name, ", ".join(group.policies) or "-", ", ".join(group.users) or "-")
            for group in known.groups.in_account(account or settings.account)
        ]
        print(table(rows))


@groups.command("delete")
def delete_group(name: Name, account: Account = "", data: Data = None) -> None:
    """Delete a group that nobody is in."""
    with directory(data) as (known, settings):
        known.groups.delete(account or settings.account, name)


@groups.command("add")
def add_users(name: Name, users: Users, account: Account = "", data: Data = None) -> None:
    """Put users into a group."""
    with directory(data) as (known, settings):
        for user in users:
            known.groups.add(account or settings.account, name, user)


@groups.command("remove")
def remove_users(name: Name, users: Users, account: Account = "", data: Data = None) -> None:
    """Take users out of a group."""
    with directory(data) as (known, settings):
        for user in users:
            known.groups.remove(account or settings.account, name, user)


@groups.command("attach")
def attach_to_group(name: Name, policies: Policies, account: Account = "", data: Data = None) -> None:
    """Give everybody in a group policies."""
    with directory(data) as (known, settings):
        known.policies.attach(Holder("group", account or settings.account, name), *policies)


@groups.command("detach")
def detach_from_group(name: Name, policies: Policies, account: Account = "", data: Data = None) -> None:
    """Take policies from a group."""
    with directory(data) as (known, settings):
        known.policies.detach(Holder("group", account or settings.account, name), *policies)
