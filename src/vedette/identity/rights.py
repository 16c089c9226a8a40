"""The parsed policies of a user, with those of its groups, or of a role: attached ones and inline ones.

A document is parsed once and cached. One that cannot be parsed any more, or is missing, denies
everything: it may have denied what nothing else does. Never evaluates a request.
"""

import logging
from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import Connection, Row, Select, Table, bindparam, literal, select, union_all

from vedette.access.parse import parse_policy
from vedette.access.policy import Policy, PolicyKind, deny_all
from vedette.errors import MalformedPolicy
from vedette.identity.builtin import builtin_document, is_builtin
from vedette.identity.tables import (
    group_inline,
    group_policies,
    members,
    policies,
    role_inline,
    role_policies,
    user_inline,
    user_policies,
)

log = logging.getLogger(__name__)

# Cached documents: more than an installation has policies, small beside its pictures.
PARSED = 4096


# An attached policy or an inline one: its name, its document, and whether it is inline.
Held = Select[tuple[str, str | None, int]]


def _with_documents(attached: Table) -> Held:
    own = (policies.c.account == attached.c.account) & (policies.c.name == attached.c.policy)
    return (
        select(attached.c.policy, policies.c.document, literal(0).label("is_inline"))
        .select_from(attached.outerjoin(policies, own))
        .where(attached.c.account == bindparam("account"))
    )


def _inline(table: Table) -> Held:
    own = select(table.c.name.label("policy"), table.c.document, literal(1).label("is_inline"))
    return own.where(table.c.account == bindparam("account"))


def _of_groups(query: Held, table: Table) -> Held:
    in_group = (members.c.account == table.c.account) & (members.c.group_name == table.c.holder)
    return query.join(members, in_group).where(members.c.user_name == bindparam("name"))


OF_USER = union_all(
    _with_documents(user_policies).where(user_policies.c.holder == bindparam("name")),
    _inline(user_inline).where(user_inline.c.holder == bindparam("name")),
    _of_groups(_with_documents(group_policies), group_policies),
    _of_groups(_inline(group_inline), group_inline),
)
OF_ROLE = union_all(
    _with_documents(role_policies).where(role_policies.c.holder == bindparam("name")),
    _inline(role_inline).where(role_inline.c.holder == bindparam("name")),
)


def policies_of_user(connection: Connection, account: str, name: str) -> tuple[Policy, ...]:
    """Return a user's policies and those of its groups."""
    rows = connection.execute(OF_USER, {"account": account, "name": name}).all()
    return tuple(map(_parsed, rows))


def policies_of_role(connection: Connection, account: str, name: str) -> tuple[Policy, ...]:
    """Return a role's policies."""
    rows = connection.execute(OF_ROLE, {"account": account, "name": name}).all()
    return tuple(map(_parsed, rows))


def boundary_of(connection: Connection, account: str, name: str | None) -> tuple[Policy, ...]:
    """Return the policy that bounds a user or a role; none where it has no boundary."""
    return policies_by_name(connection, account, (name,)) if name else ()


def policies_by_name(connection: Connection, account: str, names: Sequence[str]) -> tuple[Policy, ...]:
    """Return policies that a session names: the account's own, then built-in ones; a lost one denies all."""
    own = select(policies.c.name, policies.c.document)
    rows = connection.execute(own.where(policies.c.account == account, policies.c.name.in_(names))).all()
    documents = {row.name: row.document for row in rows}
    return tuple(parsed(name, documents.get(name)) for name in names)


def _parsed(row: Row[tuple[str, str | None, int]]) -> Policy:
    return parsed(row.policy, row.document, PolicyKind.INLINE if row.is_inline else PolicyKind.IDENTITY)


@lru_cache(PARSED)
def parsed(name: str, document: str | None, kind: PolicyKind = PolicyKind.IDENTITY) -> Policy:
    """Return the policy of a document; without one, the built-in policy of that name."""
    if document is None and not is_builtin(name):
        log.warning("The policy %s is attached but does not exist; its holders may do nothing.", name)
        return deny_all(kind, name)
    try:
        return parse_policy(document or builtin_document(name), kind, name=name)
    except MalformedPolicy as refusal:
        log.warning("The policy %s denies everything. %s", name, refusal.sentence)
        return deny_all(kind, name)
