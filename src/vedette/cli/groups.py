"""`vedette group`: groups of users with shared policies."""

from typing import Annotated

from vedette.cli.credentials import Data
from vedette.cli.directory import directory
from vedette.cli.listing import print_list, prints_records
from vedette.cli.signatures import Argument, CommandGroup
from vedette.cli.users import Account, Policies
from vedette.identity.holder import Holder

groups = CommandGroup("Groups of users with shared policies.")

Name = Annotated[str, Argument(help="The group's name.")]
Users = Annotated[list[str], Argument(help="The users.")]


@groups.define("create")
def create_group(name: Name, account: Account = "", data: Data = None) -> None:
    """Create an empty group."""
    with directory(data) as (identities, settings):
        print(identities.groups.create(account or settings.account, name).arn)


@groups.define("list")
@prints_records
def list_groups(account: Account = "", data: Data = None) -> None:
    """List an account's groups, their policies and their members."""
    with directory(data) as (identities, settings):
        columns = {"name": "name", "policies": "policies", "users": "users"}
        print_list(
            columns,
            identities.groups.in_account(account or settings.account),
            lambda group: (group.name, ", ".join(group.policies) or "-", ", ".join(group.users) or "-"),
        )


@groups.define("delete")
def delete_group(name: Name, account: Account = "", data: Data = None) -> None:
    """Delete an empty group."""
    with directory(data) as (identities, settings):
        identities.groups.delete(account or settings.account, name)


@groups.define("add")
def add_users(name: Name, users: Users, account: Account = "", data: Data = None) -> None:
    """Add users to a group."""
    with directory(data) as (identities, settings):
        for user in users:
            identities.groups.add(account or settings.account, name, user)


@groups.define("remove")
def remove_users(name: Name, users: Users, account: Account = "", data: Data = None) -> None:
    """Remove users from a group."""
    with directory(data) as (identities, settings):
        for user in users:
            identities.groups.remove(account or settings.account, name, user)


@groups.define("attach")
def attach_to_group(name: Name, policies: Policies, account: Account = "", data: Data = None) -> None:
    """Attach policies to a group."""
    with directory(data) as (identities, settings):
        identities.policies.attach(Holder("group", account or settings.account, name), *policies)


@groups.define("detach")
def detach_from_group(name: Name, policies: Policies, account: Account = "", data: Data = None) -> None:
    """Detach policies from a group."""
    with directory(data) as (identities, settings):
        identities.policies.detach(Holder("group", account or settings.account, name), *policies)
