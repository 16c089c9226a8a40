"""People whom a company's provider vouches for: users of ours, known by the provider's subject alone.

A user is made at the first sign-in. Of the groups that the operator's mapping names, each sign-in puts it
into those that the provider gives and out of the others; other groups and policies are left alone. A name
that a user of ours has already is not taken over, whatever address the provider says.
"""

import base64
import binascii
import hashlib
import json
import logging
import re
from collections.abc import Collection
from dataclasses import asdict

from sqlalchemy import Connection, delete, exists, func, insert, select

from vedette.clock import Clock, milliseconds
from vedette.errors import Denied
from vedette.identity.console_session import COMPANY, KEY, PASSKEY
from vedette.identity.ids import new_id
from vedette.identity.oidc import CompanyPerson, SignInFlow
from vedette.identity.seal import BadSeal, Seal
from vedette.identity.tables import company_people, company_sign_ins, console_sessions, groups, members, users
from vedette.store.db import Database

log = logging.getLogger(__name__)

PURPOSE = "company sign-in"
# An issuer is an address, which this is not.
LOCAL = "local"
# As long as somebody may take to sign in at the provider.
FLOW_MS = 10 * 60 * 1000
KEPT_MS = 24 * 3_600_000
LONGEST_NAME = 64
NOT_IN_NAMES = re.compile(r"[^\w+=,.@-]", re.ASCII)
NO_GROUP, TAKEN, EXPIRED = "company group", "company name", "company expired"


def ways_of(issuer: str, *, is_local: bool) -> tuple[str, ...]:
    """Return the ways by which people sign in: a company by its issuer, keys and passkeys as one."""
    return tuple(filter(None, (LOCAL if is_local else "", issuer)))


class CompanyPeople:
    """Lets in whom a provider vouches for. Threads may share it."""

    def __init__(self, database: Database, seal: Seal, clock: Clock) -> None:
        self._database = database
        self._seal = seal
        self._clock = clock

    def end_sessions(self, ways: Collection[str]) -> None:
        """End the sessions that began in other ways than these: one that opens again opens no old ones.

        That is with another company, and with keys and passkeys where these sign nobody in (`ways_of`).
        """
        columns, people = console_sessions.c, company_people.c
        is_same = (people.account == columns.account) & (people.user == columns.user)
        is_others = (columns.way == COMPANY) & ~exists().where(
            is_same, people.issuer.in_(set(ways) - {LOCAL})
        )
        is_closed = is_others if LOCAL in ways else is_others | columns.way.in_((KEY, PASSKEY))
        with self._database.write() as connection:
            connection.execute(delete(console_sessions).where(is_closed))

    def dump_flow(self, flow: SignInFlow, to: str) -> str:
        """Return a begun sign-in for a cookie: sealed, so that nobody makes or changes one."""
        content = {**asdict(flow), "to": to, "begun_ms": milliseconds(self._clock())}
        return base64.urlsafe_b64encode(self._seal.seal(json.dumps(content).encode(), PURPOSE)).decode()

    def open_flow(self, text: str, state: str) -> tuple[SignInFlow, str]:
        """Return a sign-in that this browser began, and where it was on its way to; each ends once."""
        now = milliseconds(self._clock())
        try:
            content = json.loads(self._seal.open(base64.urlsafe_b64decode(text.encode()), PURPOSE))
        except (BadSeal, binascii.Error, ValueError):
            raise _expired() from None
        to, begun_ms = content.pop("to"), content.pop("begun_ms")
        flow = SignInFlow(**content)
        # Compared as digests: what a visitor sends may be any text.
        is_same = _digest(flow.state) == _digest(state)
        if not is_same or abs(now - begun_ms) > FLOW_MS:
            raise _expired()
        row = {"state_hash": _digest(state), "expires_ms": now + KEPT_MS}
        with self._database.write() as connection:
            is_used = company_sign_ins.c.state_hash == row["state_hash"]
            if connection.execute(select(company_sign_ins).where(is_used)).first():
                raise _expired()
            connection.execute(delete(company_sign_ins).where(company_sign_ins.c.expires_ms <= now))
            connection.execute(insert(company_sign_ins).values(row))
        return flow, to

    def enter(self, account: str, person: CompanyPerson, mapped: Collection[str]) -> str:
        """Return the name of the user that a person is, in the groups that the provider gives.

        Denied where none of these groups is given; the person's sessions by the company end then.
        """
        with self._database.write() as connection:
            name = _known(connection, person)
            present = _present_groups(connection, account, person.groups)
            if not present:
                if name is not None:
                    _set_groups(connection, (account, name), (), mapped)
                    _end_sessions(connection, account, name)
            else:
                name = name or _create(connection, account, person, milliseconds(self._clock()))
                _set_groups(connection, (account, name), present, mapped)
        if not present:
            raise Denied(_stays_out(person), kind=NO_GROUP)
        assert name is not None
        return name


def _stays_out(person: CompanyPerson) -> str:
    """Return why a person is in no group of ours, with what the operator needs to change that."""
    if person.listed is None:
        return f"The provider's token lists no groups of {person.name}."
    listed = ", ".join(person.listed) or "none"
    if person.groups:
        own = ", ".join(sorted(person.groups))
        return f"The groups of {person.name} at the provider lead to {own}, which this account has not."
    return f"None of the groups of {person.name} at the provider is let in here. They are: {listed}."


def _expired() -> Denied:
    return Denied(
        "This sign-in was not begun in this browser, has ended already, or took too long.", kind=EXPIRED
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _known(connection: Connection, person: CompanyPerson) -> str | None:
    is_person = (company_people.c.issuer == person.issuer) & (company_people.c.subject == person.subject)
    return connection.execute(select(company_people.c.user).where(is_person)).scalar()


def _present_groups(connection: Connection, account: str, names: Collection[str]) -> list[str]:
    query = select(groups.c.name).where(groups.c.account == account, groups.c.name.in_(names))
    present = list(connection.execute(query).scalars())
    for name in sorted(set(names) - set(present)):
        log.warning("VEDETTE_SSO_GROUPS names the group %s, which the account %s has not.", name, account)
    return present


def _create(connection: Connection, account: str, person: CompanyPerson, now: int) -> str:
    name = NOT_IN_NAMES.sub("-", person.name)[:LONGEST_NAME]
    alike = (users.c.account == account) & (func.lower(users.c.name) == name.lower())
    if connection.execute(select(users.c.name).where(alike)).first():
        raise Denied(
            f"There is a user {name} already, whom the company does not vouch for. Whoever runs the server"
            " renames or deletes that one first.",
            kind=TAKEN,
            name=name,
        )
    row = {"account": account, "name": name, "user_id": new_id("AIDA", 17), "created_ms": now}
    connection.execute(insert(users).values(row))
    identity = {"issuer": person.issuer, "subject": person.subject}
    connection.execute(insert(company_people).values(**identity, account=account, user=name))
    return name


def _set_groups(
    connection: Connection, user: tuple[str, str], group_names: Collection[str], mapped: Collection[str]
) -> None:
    """Put somebody into these groups, and out of the others that the mapping names."""
    account, name = user
    is_own = (members.c.account == account) & (members.c.user_name == name)
    before = set(connection.execute(select(members.c.group_name).where(is_own)).scalars())
    former = (before & set(mapped)) - set(group_names)
    connection.execute(delete(members).where(is_own, members.c.group_name.in_(former)))
    for group in sorted(set(group_names) - before):
        connection.execute(insert(members).values(account=account, group_name=group, user_name=name))


def _end_sessions(connection: Connection, account: str, name: str) -> None:
    of_user = (console_sessions.c.account == account) & (console_sessions.c.user == name)
    connection.execute(delete(console_sessions).where(of_user, console_sessions.c.way == COMPANY))
