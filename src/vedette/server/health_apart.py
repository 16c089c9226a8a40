"""Checks of what lies outside of the data folder: a PostgreSQL, an S3, and the servers that share them.

Each is one sentence for `vedette doctor`. Nothing is written but a temporary table, which PostgreSQL forgets.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

import vedette
from vedette.clock import Clock, milliseconds, system_clock
from vedette.errors import Refusal
from vedette.jobs.members import (
    APART_MS,
    ServerMember,
    ServerSelf,
    differences,
    has_roll,
    list_members,
)
from vedette.jobs.store import DATABASE_MS, LEASE_MS
from vedette.migrations import current, numbers
from vedette.server.health import HealthCheck
from vedette.settings import Settings
from vedette.store.db import OVERFLOW, POOL, Database, open_database, sqlite_file

# What the tests run on; an older one may do, and nobody has tried.
TESTED = 15
SLOW_MS = 50.0
COMMITS = 10


@dataclass(frozen=True, slots=True)
class _PostgresFacts:
    release: str
    major: int
    takes_writes: bool
    commit_ms: float
    ahead_ms: int
    in_use: int
    most: int


def examine_apart(settings: Settings, clock: Clock = system_clock) -> Iterator[HealthCheck]:
    """Yield what is to be said of the database, the S3 and the other servers, where there are any."""
    is_postgres = sqlite_file(settings.database, settings.data) is None
    members: list[ServerMember] = []
    if is_postgres:
        database = open_database(settings.database, settings.data)
        try:
            yield _database(database, clock)
            members = _members(database)
            yield _servers(database, members)
        except (SQLAlchemyError, Refusal) as error:
            cause = getattr(error, "orig", None) or error
            reason = str(cause).strip().partition("\n")[0]
            yield HealthCheck("database", "bad", f"PostgreSQL does not answer: {reason}")
        finally:
            database.close()
    if settings.s3_endpoint:
        yield _s3(settings, clock)
    if is_postgres or settings.s3_endpoint:
        yield _sharing(settings, is_postgres=is_postgres)


def _database(database: Database, clock: Clock) -> HealthCheck:
    facts = _facts(database, clock)
    if not facts.takes_writes:
        sentence = "it is a standby or read-only: VEDETTE_DATABASE must name the server that takes writes"
        return HealthCheck("database", "bad", sentence)
    apart = abs(facts.ahead_ms) / 1000
    sentence = (
        f"PostgreSQL {facts.release}; a commit takes {facts.commit_ms:.1f} ms, "
        f"its clock is {apart:.1f} s from this machine's, {facts.in_use} of {facts.most} connections in use"
    )
    if abs(facts.ahead_ms) > APART_MS:
        return HealthCheck("database", "bad", f"{sentence}: set both clocks by NTP")
    if facts.major < TESTED:
        return HealthCheck("database", "note", f"{sentence}; tested is {TESTED}")
    if facts.commit_ms > SLOW_MS:
        return HealthCheck("database", "note", f"{sentence}: slow, and each write waits for it")
    return HealthCheck("database", "good", sentence)


def _facts(database: Database, clock: Clock) -> _PostgresFacts:
    with database.read() as connection:
        release, read_only, standby, in_use, most = connection.execute(
            text(
                "select current_setting('server_version'), "
                "current_setting('default_transaction_read_only') = 'on', pg_is_in_recovery(), "
                "(select count(*) from pg_stat_activity where backend_type = 'client backend'), "
                "current_setting('max_connections')::int"
            )
        ).one()
        before = milliseconds(clock())
        database_ms = int(connection.execute(DATABASE_MS).scalar_one())
        ahead_ms = database_ms - (before + milliseconds(clock())) // 2
    takes_writes = not read_only and not standby
    commit_ms = _commit_ms(database) if takes_writes else 0.0
    number = str(release).split()[0]
    return _PostgresFacts(
        number, int(number.partition(".")[0]), takes_writes, commit_ms, ahead_ms, in_use, most
    )


def _commit_ms(database: Database) -> float:
    """Time what every acknowledged write waits for: a transaction number makes PostgreSQL sync its log."""
    began = time.perf_counter()
    for _ in range(COMMITS):
        with database.note() as connection:
            connection.execute(text("select pg_current_xact_id()"))
            connection.execute(text("create temporary table vedette_doctor (x int) on commit drop"))
    return (time.perf_counter() - began) * 1000 / COMMITS


def _members(database: Database) -> list[ServerMember]:
    with database.read() as connection:
        if not has_roll(connection):
            return []
        return [member for member in list_members(connection) if member.silent_ms <= LEASE_MS]


def _servers(database: Database, members: list[ServerMember]) -> HealthCheck:
    if not members:
        return HealthCheck("servers", "note", "none serves this database at this moment")
    with database.read() as connection:
        change = current(connection) or ""
        most = int(connection.execute(text("select current_setting('max_connections')")).scalar_one())
    own = ServerSelf("", "", vedette.__version__, change if change in numbers() else numbers()[-1])
    faults = [sentence for member in members for sentence in differences(own, member)]
    if faults:
        return HealthCheck("servers", "bad", " ".join(faults))
    names = ", ".join(f"{member.name} ({_units(member)})" for member in members)
    sentence = f"{len(members)} of release {vedette.__version__}: {names}"
    if len(members) * (POOL + OVERFLOW) > most:
        return HealthCheck(
            "servers",
            "note",
            f"{sentence}; each may use {POOL + OVERFLOW} connections, and PostgreSQL allows {most} in all: "
            "raise max_connections, or put a pooler in between",
        )
    return HealthCheck("servers", "good", sentence)


def _units(member: ServerMember) -> str:
    count = sum(member.units.values())
    return f"{count} unit{'' if count == 1 else 's'}"


def _s3(settings: Settings, clock: Clock) -> HealthCheck:
    from vedette.store.blobs.foreign import ForeignS3, examine_s3

    secret = settings.s3_secret_key.get_secret_value()
    address = ForeignS3(settings.s3_endpoint, settings.s3_access_key, secret, settings.s3_region)
    try:
        report = examine_s3(address, clock())
    except Refusal as refusal:
        return HealthCheck("S3", "bad", f"{settings.s3_endpoint}: {refusal.sentence}")
    sentence = f"{settings.s3_endpoint} shows {report.buckets} bucket{'' if report.buckets == 1 else 's'}"
    if report.closed:
        names = ", ".join(report.closed[:3])
        return HealthCheck("S3", "bad", f"{sentence}, of which the key may not enter {names}")
    if report.ahead_s is not None and abs(report.ahead_s) * 1000 > APART_MS:
        sentence += f"; its clock is {report.ahead_s:+.0f} s from this machine's: set both by NTP"
        return HealthCheck("S3", "bad", sentence)
    return HealthCheck("S3", "good", f"{sentence}, all of which the key may enter")


def _sharing(settings: Settings, *, is_postgres: bool) -> HealthCheck:
    """Say whether a second server could join, and what is missing where it could not."""
    missing = [
        name
        for name, is_there in (
            ("a PostgreSQL (VEDETTE_DATABASE)", is_postgres),
            ("an S3 (VEDETTE_S3_ENDPOINT)", bool(settings.s3_endpoint)),
        )
        if not is_there
    ]
    if missing:
        return HealthCheck(
            "more servers", "note", f"one at a time: for more, {' and '.join(missing)} is missing"
        )
    sentence = f"any number may share this database, this S3 and the folder {settings.data}"
    return HealthCheck("more servers", "good", sentence)
