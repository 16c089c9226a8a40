"""Tags: key-value pairs on whatever an ARN names, stored here because ARNs begin with a project.

Rooms above register how to look up their resources (`Tags.register`), so that this one need not
reach up to ask whether a dataset or a version exists.
"""

from collections.abc import Callable, Iterable, Mapping

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from vedette.arn import Arn, parse_arn
from vedette.errors import Missing, TooMuch, Wrong
from vedette.projects.tables import tags
from vedette.store.db import Database

# What both services allow in one map, and the limit of a resource.
MOST = 200

TAGS = select(tags.c.key, tags.c.value).where(tags.c.arn == bindparam("arn")).order_by(tags.c.key)

Exists = Callable[[Connection, Arn], bool]


class Tags:
    """The tags of everything taggable."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kinds: dict[tuple[str, str], Exists] = {}

    def register(self, service: str, kind: str, exists: Exists) -> None:
        """Register how to ask whether a resource of that kind exists; its ARNs can be tagged from now on."""
        self._kinds[service, kind] = exists

    def set(self, arn: str, values: Mapping[str, str]) -> None:
        """Add tags; an existing key gets the new value."""
        with self._database.write() as connection:
            self._require(connection, arn)
            put_tags(connection, arn, values)

    def remove(self, arn: str, keys: Iterable[str]) -> None:
        """Remove the tags of these keys; a missing key is a no-op."""
        with self._database.write() as connection:
            self._require(connection, arn)
            remove_tags(connection, arn, keys)

    def of(self, arn: str) -> dict[str, str]:
        """Return the thing's tags, by key."""
        with self._database.read() as connection:
            self._require(connection, arn)
            return read_tags(connection, arn)

    def peek(self, arn: str) -> dict[str, str]:
        """Return the tags at an ARN, none where nothing exists: for the conditions of policies."""
        with self._database.read() as connection:
            return read_tags(connection, arn)

    def _require(self, connection: Connection, text: str) -> None:
        arn = parse_arn(text)
        kind = kind_of(arn)
        exists = self._kinds.get((arn.service, kind))
        if exists is None:
            raise Wrong(f"{text} cannot have tags.", kind=kind, name=arn.resource)
        if not exists(connection, arn):
            raise Missing(f"There is no {kind} {text}.", kind=kind, name=arn.resource)


def kind_of(arn: Arn) -> str:
    """Return what an ARN of either dialect names: project, dataset, version or model."""
    first, *rest = arn.resource.split("/")
    if first == "project" and len(rest) > 2 and rest[1] in ("dataset", "version"):
        return rest[1]
    return first


def put_tags(connection: Connection, arn: str, values: Mapping[str, str]) -> None:
    """Add tags within a transaction of the room that makes the thing."""
    if not values:
        return
    for key in values:
        if key.lower().startswith("aws:"):
            raise Wrong(f"The tag key {key!r} begins with aws:, which is reserved.", kind="tags", name=key)
    connection.execute(delete(tags).where(tags.c.arn == arn, tags.c.key.in_(list(values))))
    connection.execute(insert(tags), [{"arn": arn, "key": key, "value": values[key]} for key in values])
    count = connection.execute(select(func.count()).where(tags.c.arn == arn)).scalar_one()
    if count > MOST:
        raise TooMuch(f"{arn} would have {count} tags; {MOST} are the most.", kind="tags", name=arn)


def remove_tags(connection: Connection, arn: str, keys: Iterable[str]) -> None:
    """Remove the tags of these keys within a transaction; a missing key is a no-op."""
    connection.execute(delete(tags).where(tags.c.arn == arn, tags.c.key.in_(list(keys))))


def read_tags(connection: Connection, arn: str) -> dict[str, str]:
    """Return the tags at an ARN, by key."""
    return {row.key: row.value for row in connection.execute(TAGS, {"arn": arn})}


def drop_tags(connection: Connection, arn: str) -> None:
    """Delete the tags of a deleted resource."""
    connection.execute(delete(tags).where(tags.c.arn == arn))
