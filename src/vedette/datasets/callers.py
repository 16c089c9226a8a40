"""Who put entries: remembered so that pictures are read by their rights, not the account's (decisions/0236).

Holds no rights and no keys. What a caller may do is asked when something is read.
"""

import hashlib
from collections.abc import Collection, Mapping

import orjson
from sqlalchemy import Connection, insert, select

from vedette.datasets.tables import callers
from vedette.identity.principal import Principal, dump_principal, load_principal


def keep_caller(connection: Connection, caller: Principal) -> int:
    """Write a caller down, unless it is already, and return its number."""
    facts = orjson.dumps(dump_principal(caller), option=orjson.OPT_SORT_KEYS)
    facts_hash = hashlib.blake2b(facts, digest_size=16).digest()
    query = select(callers.c.id).where(callers.c.facts_hash == facts_hash)
    number = connection.execute(query).scalar()
    if number is None:
        values = {"facts_hash": facts_hash, "facts": facts.decode()}
        number = connection.execute(insert(callers).values(values).returning(callers.c.id)).scalar_one()
    return int(number)


def read_callers(connection: Connection, numbers: Collection[int]) -> Mapping[int, Principal]:
    """Return the callers of these numbers."""
    query = select(callers.c.id, callers.c.facts).where(callers.c.id.in_(numbers))
    return {row.id: load_principal({"caller": orjson.loads(row.facts)}) for row in connection.execute(query)}
