"""Tags of users, roles and policies, one JSON object each; a caller's are aws:PrincipalTag to conditions."""

import json
import re
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select, update

from vedette.errors import TooMuch, Wrong
from vedette.identity.holder import Holder
from vedette.identity.holder_rows import HOLDERS, require_holder
from vedette.identity.policies import require_policy
from vedette.identity.tables import policies

# IAM's own limits.
KEY, VALUE = re.compile(r"[\w .:/=+\-@]{1,128}"), re.compile(r"[\w .:/=+\-@]{0,256}")
MOST_TAGS = 50
LETTERS = "letters, digits, blanks and any of _ . : / = + - @"


def tags_of(connection: Connection, holder: Holder) -> dict[str, str]:
    """Return the tags of a user or a role."""
    require_holder(connection, holder)
    table, _ = HOLDERS[holder.kind]
    if "tags" not in table.c:
        raise Wrong(f"A {holder.kind} has no tags.", kind="tags")
    query = select(table.c.tags).where(table.c.account == holder.account, table.c.name == holder.name)
    tags: dict[str, str] = json.loads(connection.execute(query).scalar_one())
    return tags


def change_tags(
    connection: Connection, holder: Holder, added: Mapping[str, str], removed: Iterable[str]
) -> None:
    """Set tags and remove those of other keys."""
    tags = tags_of(connection, holder) | dict(added)
    for key in removed:
        tags.pop(key, None)
    check_tags(f"The {holder}", tags)
    table, _ = HOLDERS[holder.kind]
    is_holder = (table.c.account == holder.account) & (table.c.name == holder.name)
    connection.execute(update(table).where(is_holder).values(tags=json.dumps(tags)))


def change_policy_tags(
    connection: Connection, account: str, name: str, added: Mapping[str, str], removed: Iterable[str]
) -> None:
    """Set tags of a policy of the account, and remove those of other keys."""
    policy = require_policy(connection, account, name)
    if policy.is_builtin:
        raise Wrong(f"{name} is a built-in policy, which cannot be tagged.", kind="policy", name=name)
    tags = {**policy.tags, **added}
    for key in removed:
        tags.pop(key, None)
    check_tags(f"The policy {name}", tags)
    is_policy = (policies.c.account == account) & (policies.c.name == name)
    connection.execute(update(policies).where(is_policy).values(tags=json.dumps(tags)))


def check_tags(subject: str, tags: Mapping[str, str]) -> None:
    """Refuse tags that IAM would refuse, of which `subject` would have so many."""
    for key, value in tags.items():
        if not KEY.fullmatch(key) or key.lower().startswith("aws:"):
            raise Wrong(f"{key!r} is no key of a tag: up to 128 {LETTERS}, and not aws: first.", kind="tags")
        if not VALUE.fullmatch(value):
            raise Wrong(f"{value!r} is no value of a tag: up to 256 {LETTERS}.", kind="tags")
    if len({key.lower() for key in tags}) < len(tags):
        raise Wrong(
            "Two keys of tags differ by capitals alone, which conditions do not tell apart.", kind="tags"
        )
    if len(tags) > MOST_TAGS:
        raise TooMuch(f"{subject} would have {len(tags)} tags; {MOST_TAGS} are the most.", kind="tags")
