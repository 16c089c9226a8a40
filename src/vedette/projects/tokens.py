"""Client tokens: idempotency of requests that are sent twice.

A token is stored for eight hours, in the transaction that does the work, so that a killed
process keeps both or neither. A repeat is a replay only while the effect of the first call
still stands: a program that starts a model every morning with one fixed token means it
every time.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, and_, delete, insert, select

from vedette.errors import Taken
from vedette.projects.project import Scope
from vedette.projects.tables import client_tokens

LIFETIME_MS = 8 * 60 * 60 * 1000

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ClientToken:
    """One request's client token, for one operation, with the request's other parameters."""

    scope: Scope
    operation: str
    text: str
    request: dict[str, Any]

    @property
    def digest(self) -> str:
        """A hash that distinguishes this request from another one with the same token."""
        options = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
        return hashlib.sha256(orjson.dumps(self.request, default=repr, option=options)).hexdigest()


def once(
    connection: Connection,
    token: ClientToken | None,
    now_ms: int,
    do: Callable[[], Answer],
    stands: Callable[[Answer], bool],
) -> Answer:
    """Do it and store the answer, or return the answer of the first call."""
    if token is None:
        return do()
    connection.execute(delete(client_tokens).where(client_tokens.c.created_ms <= now_ms - LIFETIME_MS))
    before = stored_answer(connection, token, now_ms)
    if before is not None:
        if stands(before):
            return before
        connection.execute(delete(client_tokens).where(_same(token)))
    answer = do()
    connection.execute(insert(client_tokens).values(_row(token, answer, now_ms)))
    return answer


def stored_answer(connection: Connection, token: ClientToken, now_ms: int) -> Answer | None:
    """Return the answer of the first call with this token while the token lives; None for a first call."""
    lives = client_tokens.c.created_ms > now_ms - LIFETIME_MS
    row = connection.execute(select(client_tokens).where(_same(token), lives)).first()
    if row is None:
        return None
    if row.request_hash != token.digest:
        raise Taken(
            f"The client token {token.text} was used before, with other parameters.",
            kind="project",
            name=str(token.request.get("ProjectName", "")),
        )
    answer: Answer = orjson.loads(row.answer)
    return answer


def _same(token: ClientToken) -> Any:
    table, scope = client_tokens.c, token.scope
    return and_(
        table.service == scope.service,
        table.account == scope.account,
        table.region == scope.region,
        table.operation == token.operation,
        table.token == token.text,
    )


def _row(token: ClientToken, answer: Answer, now_ms: int) -> dict[str, Any]:
    return {
        "service": token.scope.service,
        "account": token.scope.account,
        "region": token.scope.region,
        "operation": token.operation,
        "token": token.text,
        "request_hash": token.digest,
        "answer": orjson.dumps(answer).decode(),
        "created_ms": now_ms,
    }
