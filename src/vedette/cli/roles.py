"""`vedette role`: roles, their trust policies and their rights."""

import sys
from pathlib import Path
from typing import Annotated, Any

from vedette.cli.credentials import Data
from vedette.cli.directory import directory
from vedette.cli.listing import print_list, prints_records
from vedette.cli.policies import read_document
from vedette.cli.signatures import Argument, CommandGroup, Exit, Option
from vedette.cli.tags import Removed, Tags, pairs, print_tags
from vedette.cli.users import Account, Policies, PolicyOption, warn_without_policies
from vedette.identity.holder import Holder
from vedette.identity.trust import trust_of

roles = CommandGroup("Roles, which callers that they trust may assume.")

Name = Annotated[str, Argument(help="The role's name.")]
Trusted = Annotated[list[str] | None, Option("--trust", help="An account that may assume it.")]
TrustPolicy = Annotated[
    Path | None, Option(help="A trust policy instead (JSON, as IAM has it; - reads standard input).")
]


@roles.define("create")
def create_role(
    name: Name,
    trust: Trusted = None,
    trust_policy: TrustPolicy = None,
    policy: PolicyOption = None,
    account: Account = "",
    data: Data = None,
) -> None:
    """Create a role. It trusts its own account when nobody is named, and may do what its policies allow."""
    document = _document(trust, trust_policy)
    with directory(data) as (identities, settings):
        home = account or settings.account
        role = identities.create_role(home, name, trust or [home], trust=document, policies=policy or ())
        print(role.arn)
        if not policy:
            warn_without_policies("role", name, account)


@roles.define("list")
@prints_records
def list_roles(account: Account = "", data: Data = None) -> None:
    """List an account's roles, whom each trusts, and its policies."""
    with directory(data) as (identities, settings):
        home = account or settings.account
        rows = [
            {
                "name": role.name,
                "arn": role.arn,
                "trusted": role.trusted,
                "policies": identities.policies.attached(Holder("role", home, role.name)),
            }
            for role in identities.roles(home)
        ]
        columns = {name: name for name in ("name", "arn", "trusted", "policies")}
        print_list(columns, rows, _row)


def _row(role: dict[str, Any]) -> tuple[str, ...]:
    trusted = ",".join(role["trusted"]) or "by its trust policy"
    return role["name"], role["arn"], trusted, ", ".join(role["policies"]) or "-"


@roles.define("trust")
def trust_role(
    name: Name,
    trust: Trusted = None,
    trust_policy: TrustPolicy = None,
    account: Account = "",
    data: Data = None,
) -> None:
    """Print a role's trust policy; with an option, change it."""
    document = _document(trust, trust_policy)
    with directory(data) as (identities, settings):
        home = account or settings.account
        if document or trust:
            identities.set_trust(home, name, document or trust_of(trust or ()))
        print(identities.role(home, name).trust)


@roles.define("delete")
def delete_role(name: Name, account: Account = "", data: Data = None) -> None:
    """Delete a role; sessions that assumed it end."""
    with directory(data) as (identities, settings):
        identities.delete_role(account or settings.account, name)


@roles.define("attach")
def attach_to_role(name: Name, policies: Policies, account: Account = "", data: Data = None) -> None:
    """Attach policies to a role."""
    with directory(data) as (identities, settings):
        identities.policies.attach(Holder("role", account or settings.account, name), *policies)


@roles.define("detach")
def detach_from_role(name: Name, policies: Policies, account: Account = "", data: Data = None) -> None:
    """Detach policies from a role; its sessions lose them too."""
    with directory(data) as (identities, settings):
        identities.policies.detach(Holder("role", account or settings.account, name), *policies)


@roles.define("tag")
@prints_records
def tag_role(
    name: Name, tags: Tags = None, remove: Removed = None, account: Account = "", data: Data = None
) -> None:
    """Show a role's tags, which policies test as aws:PrincipalTag; add, change or remove some."""
    with directory(data) as (identities, settings):
        holder = Holder("role", account or settings.account, name)
        if tags or remove:
            identities.set_tags(holder, pairs(tags), remove or ())
        print_tags(identities.tags(holder))


def _document(accounts: list[str] | None, file: Path | None) -> str:
    """Return the trust policy that a file holds; empty where none is named."""
    if accounts and file:
        print("--trust and --trust-policy exclude each other.", file=sys.stderr)
        raise Exit(2)
    return read_document(file) if file else ""
