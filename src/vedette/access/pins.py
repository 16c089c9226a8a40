"""Policies that name users and roles by ARN, pinned to the ids that these had when the policy was put.

Whoever is made later under a name that was somebody else's does not get what was allowed to that one, as in
AWS. Knows no directory: who puts a policy brings the ids along.
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from vedette.access.policy import Effect, Policy, Statement

Resolve = Callable[[Collection[str]], Mapping[str, str]]
"""Returns the unique ids of those ARNs of users, roles and sessions that somebody has now."""

ESCAPED = "surrogateescape"
"""How documents that are bytes become text and come back as they were, whatever their encoding."""

TEXT, IDS = "vedette:document", "vedette:ids"
"""A stored policy that names somebody; no document that a customer puts may have members of these names."""


def resolve_nobody(_arns: Collection[str]) -> Mapping[str, str]:
    """Return no ids, where there is no directory."""
    return {}


def pin(text: str, policy: Policy, resolve: Resolve) -> str:
    """Return a document as it is to be stored: as it is, or with the ids of whom it names."""
    arns = {
        arn for statement in policy.statements if statement.principals for arn in statement.principals.arns
    }
    ids = resolve(arns) if arns else {}
    return json.dumps({TEXT: text, IDS: dict(ids)}) if ids else text


def unpin(text: str) -> tuple[str, Mapping[str, str]]:
    """Return a stored document as it was put, and the ids that its ARNs had then."""
    if TEXT not in text:
        return text, {}
    try:
        members = json.loads(text)
        return members[TEXT], members[IDS]
    except (ValueError, KeyError, TypeError):
        return text, {}


def hold_to_ids(policy: Policy, ids: Mapping[str, str]) -> Policy:
    """Return the policy with its grants and exemptions held to these ids; denials stay by name."""
    return replace(policy, statements=tuple(_held(statement, ids) for statement in policy.statements))


def _held(statement: Statement, ids: Mapping[str, str]) -> Statement:
    is_plain_denial = statement.effect is Effect.DENY and not statement.excludes_principals
    if statement.principals is None or is_plain_denial:
        return statement
    return replace(statement, principals=replace(statement.principals, ids=ids))
