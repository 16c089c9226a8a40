"""`vedette account` and `vedette user`: accounts, users and their policies."""

import sys
from typing import Annotated

from vedette.cli.credentials import Data
from vedette.cli.directory import directory
from vedette.cli.listing import Columns, print_list, prints_records
from vedette.cli.signatures import Argument, CommandGroup, Option
from vedette.cli.tags import Removed, Tags, pairs, print_tags
from vedette.identity.holder import Holder

accounts = CommandGroup("Accounts: namespaces that do not see one another.")
users = CommandGroup("Users of an account.")

Account = Annotated[str, Option(help="The account; the installation's own when it is not named.")]
Policies = Annotated[list[str], Argument(help="The policies' names; `vedette policy list` shows them.")]
PolicyOption = Annotated[list[str] | None, Option("--policy", help="A policy to attach; may be repeated.")]
Name = Annotated[str, Argument(help="The user's name.")]

USER_COLUMNS: Columns = {
    "name": lambda row: row[0].name,
    "id": lambda row: row[0].user_id,
    "arn": lambda row: row[0].arn,
    "policies": lambda row: row[1],
}


@accounts.define("create")
def create_account(
    account: Annotated[str, Argument(help="Twelve digits.")],
    name: Annotated[str, Option(help="Its display name.")] = "",
    data: Data = None,
) -> None:
    """Create an account. `vedette key create --account` gives it a root key."""
    with directory(data) as (identities, _):
        created = identities.create_account(account, name)
        print(created.id)


@accounts.define("list")
@prints_records
def list_accounts(data: Data = None) -> None:
    """List the accounts."""
    with directory(data) as (identities, _):
        columns = {"id": "id", "name": "name"}
        print_list(columns, identities.accounts(), lambda row: (row.id, row.name))


@users.define("create")
def create_user(name: Name, policy: PolicyOption = None, account: Account = "", data: Data = None) -> None:
    """Create a user, who may do what its policies allow. `vedette key create --user` gives it a key."""
    with directory(data) as (identities, settings):
        print(identities.create_user(account or settings.account, name, policy or ()).arn)
        if not policy:
            warn_without_policies("user", name, account)


@users.define("list")
@prints_records
def list_users(account: Account = "", data: Data = None) -> None:
    """List an account's users and their policies, those of their groups included."""
    with directory(data) as (identities, settings):
        home = account or settings.account
        rows = [(user, identities.policies_of_user(home, user.name)) for user in identities.users(home)]
        print_list(
            USER_COLUMNS,
            rows,
            lambda row: (row[0].name, row[0].user_id, row[0].arn, ", ".join(row[1]) or "-"),
        )


@users.define("delete")
def delete_user(name: Name, account: Account = "", data: Data = None) -> None:
    """Delete a user and all its keys."""
    with directory(data) as (identities, settings):
        identities.delete_user(account or settings.account, name)


@users.define("attach")
def attach_to_user(name: Name, policies: Policies, account: Account = "", data: Data = None) -> None:
    """Attach policies to a user."""
    with directory(data) as (identities, settings):
        identities.policies.attach(Holder("user", account or settings.account, name), *policies)


@users.define("detach")
def detach_from_user(name: Name, policies: Policies, account: Account = "", data: Data = None) -> None:
    """Detach policies from a user."""
    with directory(data) as (identities, settings):
        identities.policies.detach(Holder("user", account or settings.account, name), *policies)


@users.define("tag")
@prints_records
def tag_user(
    name: Name, tags: Tags = None, remove: Removed = None, account: Account = "", data: Data = None
) -> None:
    """Show a user's tags, which policies test as aws:PrincipalTag; add, change or remove some."""
    with directory(data) as (identities, settings):
        holder = Holder("user", account or settings.account, name)
        if tags or remove:
            identities.set_tags(holder, pairs(tags), remove or ())
        print_tags(identities.tags(holder))


def warn_without_policies(kind: str, name: str, account: str) -> None:
    """Print that a new user or role may do nothing yet, and what to type."""
    option = f" --account {account}" if account else ""
    print(
        f"{name} may do nothing yet. Attach a policy, for example:\n"
        f"  vedette {kind} attach {name} labeller{option}\n"
        f"`vedette policy list{option}` shows what there is.",
        file=sys.stderr,
    )
