"""A project policy read for a person before it is put: whom it names and what of it will have no effect.

It refuses nothing that `policy.py` takes: what is suspicious is a warning. Changes nothing.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from vedette.access.pins import Resolve
from vedette.access.policy import Effect, Policy, Statement
from vedette.projects.policy import read_policy
from vedette.projects.project import Project

WarningKind = Literal["everybody", "no-account", "no-person", "other-project"]
_WILD = re.compile(r"[*?]|\$\{")


@dataclass(frozen=True, slots=True)
class PolicyWarning:
    """Something that its author may not have meant: which statement, and the name that is in question."""

    kind: WarningKind
    statement: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class KnownPeople:
    """Whom there is: ids of users and roles by ARN, and accounts."""

    find_ids: Resolve
    has_account: Callable[[str], bool]


def review_policy(project: Project, document: str, directory: KnownPeople) -> Sequence[PolicyWarning]:
    """Return what is suspicious in a document; MalformedPolicy where it could not be obeyed."""
    policy = read_policy(document)
    arns = _arns_of(policy)
    ids = directory.find_ids(arns) if arns else {}
    version = str(project.arn).rpartition("/")[0] + "/version/"
    return [
        warning
        for statement in policy.statements
        for warning in (*_about_people(statement, ids, directory), *_about_resources(statement, version))
    ]


def _arns_of(policy: Policy) -> Collection[str]:
    return {arn for item in policy.statements if item.principals for arn in item.principals.arns}


def _about_people(
    statement: Statement, ids: Mapping[str, str], directory: KnownPeople
) -> Sequence[PolicyWarning]:
    principals = statement.principals
    if principals is None:
        return []
    everybody = [PolicyWarning("everybody", statement.label)] if _lets_everybody(statement) else []
    accounts = [
        PolicyWarning("no-account", statement.label, account)
        for account in sorted(principals.accounts)
        if not directory.has_account(account)
    ]
    people = [
        PolicyWarning("no-person", statement.label, arn) for arn in sorted(principals.arns) if arn not in ids
    ]
    return [*everybody, *accounts, *people]


def _lets_everybody(statement: Statement) -> bool:
    return (
        statement.principals is not None
        and statement.principals.everybody
        and statement.effect is Effect.ALLOW
    )


def _about_resources(statement: Statement, version: str) -> Sequence[PolicyWarning]:
    """Warn of a resource that is none of the project's versions: such a statement decides nothing."""
    if statement.resources is None:
        return []
    return [
        PolicyWarning("other-project", statement.label, template.text)
        for template in statement.resources.patterns
        if not _may_be_of(template.text, version)
    ]


def _may_be_of(pattern: str, versions: str) -> bool:
    """Say whether a pattern might match a version of the project, as far as its fixed beginning tells."""
    fixed = _WILD.split(pattern, maxsplit=1)[0]
    if fixed == pattern or len(fixed) >= len(versions):
        return fixed.startswith(versions)
    return versions.startswith(fixed)
