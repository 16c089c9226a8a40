"""`vedette account` and `vedette user`: who there is, and what users hold."""

import sys
from typing import Annotated

import typer

from vedette.cli.credentials import Data
from vedette.cli.directory import directory, table
from vedette.cli.tags import Removed, Tags, pairs
from vedette.identity.holder import Holder

accounts = typer.Typer(no_args_is_help=True, help="Accounts: namespaces that do not see one another.")
users = typer.Typer(no_args_is_help=True, help="Users of an account.")

Account = Annotated[str, typer.Option(help="The account; the installation's own when it is not named.")]
Policies = Annotated[list[str], typer.Argument(help="The policies' names; `vedette policy list` shows them.")]
Given = Annotated[list[str] | None, typer.Option("--policy", help="A policy to attach; may be repeated.")]
Name = Annotated[str, typer.Argument(help="The user's name.")]


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
def create_user(name: Name, policy: Given = None, account: Account = "", data: Data = None) -> None:
    """Make a user, who may do what its policies allow. `vedette key create --user` gives it a key."""
    with directory(data) as (known, settings):
        print(known.create_user(account or settings.account, name, policy or ()).arn)
        if not policy:
            say_powerless("user", name, account)


@users.command("list")
def list_users(account: Account = "", data: Data = None) -> None:
    """List an account's users and their policies, those of their groups included."""
    with directory(data) as (known, settings):
        home = account or settings.account
        rows = [
            (user.name, user.user_id, user.arn, ", ".join(known.policies_of_user(home, user.name)) or "-")
            for user in known.users(home)
        ]
        print(table(rows))


@users.command("delete")
def delete_user(name: Name, account: Account = "", data: Data = None) -> None:
    """Delete a user and all its keys."""
    with directory(data) as (known, settings):
        known.delete_user(account or settings.account, name)


@users.command("attach")
def attach_to_user(name: Name, policies: Policies, account: Account = "", data: Data = None) -> None:
    """Give a user policies."""
    with directory(data) as (known, settings):
        known.policies.attach(Holder("user", account or settings.account, name), *policies)


@users.command("detach")
def detach_from_user(name: Name, policies: Policies, account: Account = "", data: Data = None) -> None:
    """Take policies from a user."""
    with directory(data) as (known, settings):
        known.policies.detach(Holder("user", account or settings.account, name), *policies)


@users.command("tag")
def tag_user(
    name: Name, tags: Tags = None, remove: Removed = None, account: Account = "", data: Data = None
) -> None:
    """Show a user's tags, which policies know as aws:PrincipalTag; add, change or remove some."""
    with directory(data) as (known, settings):
        holder = Holder("user", account or settings.account, name)
        if tags or remove:
            known.set_tags(holder, pairs(tags), remove or ())
        print(table(sorted(known.tags(holder).items())))


def say_powerless(kind: str, name: str, account: str) -> None:
    """Tell that somebody who was just made may do nothing, and what to type."""
    where = f" --account {account}" if account else ""
    print(
        f"{name} may do nothing yet. Attach a policy, for example:\n"
        f"  vedette {kind} attach {name} labeller{where}\n"
        f"`vedette policy list{where}` shows what there is.",
        file=sys.stderr,
    )
