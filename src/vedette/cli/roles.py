"""`vedette role`: what callers may become for a while, who may, and what they may do then."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from vedette.cli.credentials import Data
from vedette.cli.directory import directory, table
from vedette.cli.policies import read_document
from vedette.cli.tags import Removed, Tags, pairs
from vedette.cli.users import Account, Given, Policies, say_powerless
from vedette.identity.holder import Holder
from vedette.identity.trust import trust_of

roles = typer.Typer(no_args_is_help=True, help="Roles, which callers that they trust may assume.")

Name = Annotated[str, typer.Argument(help="The role's name.")]
Trusted = Annotated[list[str] | None, typer.Option("--trust", help="An account that may assume it.")]
TrustPolicy = Annotated[
    Path | None, typer.Option(help="A trust policy instead (JSON, as IAM has it; - reads standard input).")
]


@roles.command("create")
def create_role(
    name: Name,
    trust: Trusted = None,
    trust_policy: TrustPolicy = None,
    policy: Given = None,
    account: Account = "",
    data: Data = None,
) -> None:
    """Make a role. It trusts its own account when nobody is named, and may do what its policies allow."""
    document = _document(trust, trust_policy)
    with directory(data) as (known, settings):
        home = account or settings.account
        made = known.create_role(home, name, trust or [home], trust=document, policies=policy or ())
        print(made.arn)
        if not policy:
            say_powerless("role", name, account)


@roles.command("list")
def list_roles(account: Account = "", data: Data = None) -> None:
    """List an account's roles, whom each trusts, and its policies."""
    with directory(data) as (known, settings):
        home = account or settings.account
        rows = [
            (
                role.name,
                role.arn,
                ",".join(role.trusted) or "by its trust policy",
                ", ".join(known.policies.attached(Holder("role", home, role.name))) or "-",
            )
            for role in known.roles(home)
        ]
        print(table(rows))


@roles.command("trust")
def trust_role(
    name: Name,
    trust: Trusted = None,
    trust_policy: TrustPolicy = None,
    account: Account = "",
    data: Data = None,
) -> None:
    """Print a role's trust policy; with an option, change it."""
    document = _document(trust, trust_policy)
    with directory(data) as (known, settings):
        home = account or settings.account
        if document or trust:
            known.set_trust(home, name, document or trust_of(trust or ()))
        print(known.role(home, name).trust)


@roles.command("delete")
def delete_role(name: Name, account: Account = "", data: Data = None) -> None:
    """Delete a role; sessions that assumed it end."""
    with directory(data) as (known, settings):
        known.delete_role(account or settings.account, name)


@roles.command("attach")
def attach_to_role(name: Name, policies: Policies, account: Account = "", data: Data = None) -> None:
    """Give a role policies."""
    with directory(data) as (known, settings):
        known.policies.attach(Holder("role", account or settings.account, name), *policies)


@roles.command("detach")
def detach_from_role(name: Name, policies: Policies, account: Account = "", data: Data = None) -> None:
    """Take policies from a role; its sessions lose them too."""
    with directory(data) as (known, settings):
        known.policies.detach(Holder("role", account or settings.account, name), *policies)


@roles.command("tag")
def tag_role(
    name: Name, tags: Tags = None, remove: Removed = None, account: Account = "", data: Data = None
) -> None:
    """Show a role's tags, which policies know as aws:PrincipalTag; add, change or remove some."""
    with directory(data) as (known, settings):
        holder = Holder("role", account or settings.account, name)
        if tags or remove:
            known.set_tags(holder, pairs(tags), remove or ())
        print(table(sorted(known.tags(holder).items())))


def _document(accounts: list[str] | None, file: Path | None) -> str:
    """Return the trust policy that a file holds; empty where none is named."""
    if accounts and file:
        print("--trust and --trust-policy exclude each other.", file=sys.stderr)
        raise typer.Exit(2)
    return read_document(file) if file else ""
