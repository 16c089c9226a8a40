"""The parsed policies of a user, with those of its groups, or of a role.

A document is parsed once and cached. One that cannot be parsed any more, or is missing, denies
everything: it may have denied what nothing else does. Never evaluates a request.
"""

import logging
from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import Connection, Select, Table, bindparam, select, union_all

from vedette.access.parse import parse_policy
from vedette.access.policy import Policy, PolicyKind, deny_all
from vedette.errors import MalformedPolicy
from vedette.identity.builtin import NAMES, builtin_document
from vedette.identity.tables import group_policies, members, policies, role_policies, user_policies

log = logging.getLogger(__name__)

# Cached documents: more than an installation has policies, small beside its pictures.
PARSED = 4096


def _with_documents(attached: Table) -> Select[tuple[str, str | None]]:
    own = (policies.c.account == attached.c.account) & (policies.c.name == attached.c.policy)
    return (
        select(attached.c.policy, policies.c.document)
        .select_from(attached.outerjoin(policies, own))
        .where(attached.c.account == bindparam("account"))
    )


_IN_GROUP = (members.c.account == group_policies.c.account) & (
    members.c.group_name == group_policies.c.holder
)
OF_USER = union_all(
    _with_documents(user_policies).where(user_policies.c.holder == bindparam("name")),
    _with_documents(group_policies).join(members, _IN_GROUP).where(members.c.user_name == bindparam("name")),
)
OF_ROLE = _with_documents(role_policies).where(role_policies.c.holder == bindparam("name"))


def policies_of_user(connection: Connection, account: str, name: str) -> tuple[Policy, ...]:
    """Return a user's policies and those of its groups."""
    rows = connection.execute(OF_USER, {"account": account, "name": name}).all()
    return tuple(parsed(row.policy, row.document) for row in rows)


def policies_of_role(connection: Connection, account: str, name: str) -> tuple[Policy, ...]:
    """Return a role's policies."""
    rows = connection.execute(OF_ROLE, {"account": account, "name": name}).all()
    return tuple(parsed(row.policy, row.document) for row in rows)


def policies_by_name(connection: Connection, account: str, names: Sequence[str]) -> tuple[Policy, ...]:
    """Return policies that a session names: the account's own, then built-in ones; a lost one denies all."""
    own = select(policies.c.name, policies.c.document)
    rows = connection.execute(own.where(policies.c.account == account, policies.c.name.in_(names))).all()
    documents = {row.name: row.document for row in rows}
    return tuple(parsed(name, documents.get(name)) for name in names)


@lru_cache(PARSED)
def parsed(name: str, document: str | None) -> Policy:
    """Return the policy of a document; without one, the built-in policy of that name."""
    if document is None and name not in NAMES:
        log.warning("The policy %s is attached but does not exist; its holders may do nothing.", name)
        return deny_all(PolicyKind.IDENTITY, name)
    try:
        return parse_policy(document or builtin_document(name), PolicyKind.IDENTITY, name=name)
    except MalformedPolicy as refusal:
        log.warning("The policy %s denies everything. %s", name, refusal.sentence)
        return deny_all(PolicyKind.IDENTITY, name)
