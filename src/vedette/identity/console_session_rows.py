"""The rows of people's sessions at the console: found by a token or a person; those that are too many go."""

from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select

from vedette.clock import from_milliseconds
from vedette.identity.console_session import Browser, ConsoleSession, SessionPerson
from vedette.identity.tables import accounts, company_people, console_sessions, keys, users

# Of one person, so that a script that signs in again and again fills no table; the oldest goes.
MOST_SESSIONS = 50


def _token_query() -> Any:
    columns, people = console_sessions.c, company_people.c
    is_user = (users.c.account == columns.account) & (users.c.name == columns.user)
    is_person = (people.account == columns.account) & (people.user == columns.user)
    joined = (
        console_sessions.join(accounts, accounts.c.id == console_sessions.c.account)
        .outerjoin(users, is_user)
        .outerjoin(keys, keys.c.id == console_sessions.c.key)
        .outerjoin(company_people, is_person)
    )
    facts = (users.c.user_id, keys.c.enabled, accounts.c.needs_factor, company_people.c.issuer)
    query = select(console_sessions, *facts).select_from(joined)
    return query.where(console_sessions.c.token_hash == bindparam("token"))


BY_TOKEN = _token_query()


def of_person(account: str, person: SessionPerson) -> tuple[Any, Any, Any]:
    """Return the conditions of a person's own sessions."""
    # `== None` becomes IS NULL: the root's sessions have neither.
    return (
        console_sessions.c.account == account,
        console_sessions.c.user == person.user,
        console_sessions.c.role_session == person.role_session,
    )


def drop_old(connection: Connection, account: str, person: SessionPerson, now: int) -> None:
    """Take away sessions that have ended, and the oldest of a person who has too many."""
    connection.execute(delete(console_sessions).where(console_sessions.c.expires_ms <= now))
    query = select(console_sessions.c.id).where(*of_person(account, person))
    ids = connection.execute(query.order_by(console_sessions.c.used_ms.desc())).scalars().all()
    if len(ids) >= MOST_SESSIONS:
        connection.execute(
            delete(console_sessions).where(console_sessions.c.id.in_(ids[MOST_SESSIONS - 1 :]))
        )


def as_session(row: Row[Any]) -> ConsoleSession:
    """Return the session of a row."""
    return ConsoleSession(
        row.id,
        row.account,
        SessionPerson(row.user, row.role_session),
        row.temporary_key or row.key or "",
        from_milliseconds(row.created_ms),
        from_milliseconds(row.used_ms),
        from_milliseconds(row.expires_ms),
        Browser(row.address, row.agent),
        row.way,
        row.verified,
        bool(getattr(row, "needs_factor", False)),
        getattr(row, "issuer", None) or "",
    )
