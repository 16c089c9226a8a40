"""Tags: words on whatever an ARN names, kept here because ARNs begin with a project.

Rooms above tell this one how to know their things (`Tags.know`), so that it need not
reach up to ask whether a dataset or a version exists.
"""

from collections.abc import Callable, Iterable, Mapping

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from vedette.arn import Arn, parse_arn
from vedette.errors import Missing, TooMuch, Wrong
from vedette.projects.tables import tags
from vedette.store.db import Database

# What both services allow in one map, and all that a thing may bear.
MOST = 200

TAGS = select(tags.c.key, tags.c.value).where(tags.c.arn == bindparam("arn")).order_by(tags.c.key)

Exists = Callable[[Connection, Arn], bool]


class Tags:
    """The tags of everything taggable."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kinds: dict[tuple[str, str], Exists] = {}

    def know(self, service: str, kind: str, exists: Exists) -> None:
        """Learn how to ask whether a thing of that kind exists. Its ARNs can be tagged from now on."""
        self._kinds[service, kind] = exists

    def set(self, arn: str, wanted: Mapping[str, str]) -> None:
        """Add tags; one that is there already gets the new value."""
        with self._database.write() as connection:
            self._require(connection, arn)
            put_tags(connection, arn, wanted)

    def remove(self, arn: str, keys: Iterable[str]) -> None:
        """Remove the tags of these keys; a key that is not there is no fault."""
        with self._database.write() as connection:
            self._require(connection, arn)
            connection.execute(delete(tags).where(tags.c.arn == arn, tags.c.key.in_(list(keys))))

    def of(self, arn: str) -> dict[str, str]:
        """Return the thing's tags, by key."""
        with self._database.read() as connection:
            self._require(connection, arn)
            return {row.key: row.value for row in connection.execute(TAGS, {"arn": arn})}

    def peek(self, arn: str) -> dict[str, str]:
        """Return the tags at an ARN, none where there is nothing: for the conditions of policies."""
        with self._database.read() as connection:
            return {row.key: row.value for row in connection.execute(TAGS, {"arn": arn})}

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


def put_tags(connection: Connection, arn: str, wanted: Mapping[str, str]) -> None:
    """Add tags within a transaction of the room that makes the thing."""
    if not wanted:
        return
    for key in wanted:
        if key.lower().startswith("aws:"):
            raise Wrong(f"The tag key {key!r} begins with aws:, which is reserved.", kind="tags", name=key)
    connection.execute(delete(tags).where(tags.c.arn == arn, tags.c.key.in_(list(wanted))))
    connection.execute(insert(tags), [{"arn": arn, "key": key, "value": wanted[key]} for key in wanted])
    count = connection.execute(select(func.count()).where(tags.c.arn == arn)).scalar_one()
    if count > MOST:
        raise TooMuch(f"{arn} would have {count} tags; {MOST} are the most.", kind="tags", name=arn)


def drop_tags(connection: Connection, arn: str) -> None:
    """Forget the tags of a thing that is deleted."""
    connection.execute(delete(tags).where(tags.c.arn == arn))
